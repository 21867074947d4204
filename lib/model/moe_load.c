#include <stdlib.h>
#include <string.h>

#include "model/moe_book.h"
#include "model/moe_checkpoint.h"
#include "model/moe_file.h"
#include "model/moe_load.h"
#include "model/model.h"
#include "model/need.h"
#include "model/router_file.h"
#include "model/router.h"
#include "util/mem.h"
#include "util/num.h"

#define SIZE_LIMIT ((size_t)1 << 24)
#define FILE_LIMIT RECORD_MOST(40)
#define CONTEXT_MAX ((size_t)65536)

static int
find_input(const char *name)
{
	for (int i = 0; i <= MOE_NONE; i++)
		if (strcmp(name, moe_opts_input_name((enum moe_input)i)) == 0)
			return i;
	return -1;
}

static int
find_head(const char *name)
{
	for (int i = 0; i <= MOE_BARE; i++)
		if (strcmp(name, moe_opts_head_name((enum moe_head)i)) == 0)
			return i;
	return -1;
}

static size_t
elements(const struct record *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += tensor_elements(&r->tensor[i]);
	return n;
}

/* a * b * c * d numbers are not more than there are in the file. */
static bool
bears(size_t a, size_t b, size_t c, size_t d, size_t most)
{
	int over = 0;
	size_t n = mem_mul(mem_mul(a, b, &over), mem_mul(c, d, &over), &over);

	return !over && n <= most;
}

static int
check_sizes(const struct moe_opts *o, const struct record *r, struct err *e)
{
	size_t n = elements(r);
	bool fits = bears(o->experts, o->hidden, o->width, 2 * o->layers, n);

	if (o->input == MOE_LINEAR)
		fits = fits && bears(o->columns, o->width, 1, 1, n);
	if (o->input == MOE_EMBEDDING)
		fits = fits &&
			bears(o->columns * o->context, o->vocab, o->width, 1,
				n);
	if (o->head != MOE_BARE)
		fits = fits && bears(o->outputs, o->width, 1, 1, n);
	if (record_find(r, "quantize.codebook") || meta_get(&r->meta, "codes"))
		fits = fits && bears(o->codes, o->width, o->layers, 1, n);
	if (o->input == MOE_NONE && (o->columns != o->width || o->layers != 1))
		fits = false;
	return fits ? 0
		    : err_set(e,
			      "the sizes in the metadata are not those of "
			      "the tensors");
}

static int
read_book(struct moe_opts *o, const struct meta *m, struct err *e)
{
	const char *type = meta_get(m, "type");
	const char *contrib = meta_get(m, "contrib");
	const char *map = meta_get(m, "map");

	o->codes = 0;
	o->map = MOE_GROUPED;
	if (!meta_get(m, "codes"))
		return 0;
	if (need_size(m, "codes", 1, SIZE_LIMIT, &o->codes, e) != 0)
		return -1;
	o->type = type ? learner_find(type) : NULL;
	if (!o->type)
		return err_set(e, "metadata key \"type\": no quantizer");
	if (!learner_type_plain(o->type))
		return err_set(e,
			"metadata key \"type\": codes of type %s cannot choose "
			"experts",
			type);
	if (!contrib || num_real(contrib, &o->contrib) != 0 ||
		!(o->contrib >= 0))
		return err_set(e, "metadata key \"contrib\": not a number");
	if (map && o->kind != MOE_HYBRID) /* whose map is its rules' */
		o->map = moe_opts_map(map);
	return 0;
}

static int
read_shape(struct moe_opts *o, const struct meta *m, struct err *e)
{
	if (need_size(m, "columns", 1, SIZE_LIMIT, &o->columns, e) != 0 ||
		need_size(m, "layers", 1, 1024, &o->layers, e) != 0 ||
		need_size(m, "width", 1, SIZE_LIMIT, &o->width, e) != 0 ||
		need_size(m, "experts", 1, ROUTER_EXPERTS_MAX, &o->experts,
			e) != 0 ||
		need_size(m, "hidden", 1, SIZE_LIMIT, &o->hidden, e) != 0 ||
		need_size(m, "top", 1, o->experts, &o->top, e) != 0)
		return -1;
	if (o->input == MOE_EMBEDDING &&
		(need_size(m, "vocab", 1, SIZE_LIMIT, &o->vocab, e) != 0 ||
			need_size(m, "context", 1, CONTEXT_MAX, &o->context,
				e) != 0))
		return -1;
	if (o->head == MOE_BARE)
		return 0;
	return need_size(m, "outputs", 1, SIZE_LIMIT, &o->outputs, e);
}

int
moe_load_opts(struct moe_opts *o, const struct record *r, struct err *e)
{
	const struct meta *m = &r->meta;
	const char *capacity = meta_get(m, "capacity");
	int kind, input, head, act;

	if (moe_checkpoint_refuse(r, e) != 0)
		return -1;
	if (!moe_file_is(r))
		return err_set(e, "not a model of moe-train");
	if (meta_format(m, e) != 0)
		return -1;
	if (need_name(m, "router", moe_opts_kind, &kind, e) != 0 ||
		need_name(m, "input", find_input, &input, e) != 0 ||
		need_name(m, "head", find_head, &head, e) != 0 ||
		need_name(m, "activation", act_find, &act, e) != 0)
		return -1;
	o->kind = (enum moe_kind)kind;
	o->input = (enum moe_input)input;
	o->head = (enum moe_head)head;
	o->act = (enum act)act;
	o->context = 1;
	o->vocab = o->outputs = 0;
	if (read_shape(o, m, e) != 0 || read_book(o, m, e) != 0)
		return -1;
	o->capacity = 0;
	if (capacity &&
		(num_real(capacity, &o->capacity) != 0 || !(o->capacity >= 0)))
		return err_set(e, "metadata key \"capacity\": not a number");
	return check_sizes(o, r, e);
}

/* n numbers of a tensor, or of its first rows. */
static int
read_into(float *to, const struct record *r, const char *name, size_t rows,
	size_t cols, struct err *e)
{
	float *x = need_floats(r, name, rows, cols, e);

	if (!x)
		return -1;
	memcpy(to, x, rows * cols * sizeof(*to));
	free(x);
	return 0;
}

static int
read_scale(struct moe *m, const struct record *r, struct err *e)
{
	const struct moe_opts *o = &m->o;

	if (o->input == MOE_LINEAR &&
		(read_into(m->mean, r, "input.mean", 1, o->columns, e) != 0 ||
			read_into(&m->scale, r, "input.scale", 1, 1, e) != 0))
		return -1;
	if (o->head == MOE_REAL &&
		(read_into(m->target_mean, r, "target.mean", 1, o->outputs,
			 e) != 0 ||
			read_into(&m->target_scale, r, "target.scale", 1, 1,
				e) != 0))
		return -1;
	if (!(m->scale > 0) || !(m->target_scale > 0))
		return err_set(e, "a scale is not positive");
	return 0;
}

/* The map of a layer, or NULL and the reason. */
static uint32_t *
read_map(const struct moe *m, size_t l, const struct record *r, struct err *e)
{
	char name[MOE_FILE_NAME];
	const struct tensor *t;
	uint32_t *map;

	moe_file_name(m, l, MOE_FILE_MAP, name);
	t = record_find(r, name);
	if (!t || t->rank != 1 || t->shape[0] != m->o.codes) {
		err_set(e, "no tensor \"%s\" [%zu]", name, m->o.codes);
		return NULL;
	}
	map = mem_alloc(m->o.codes, sizeof(*map));
	if (dtype_to_u32(map, t->data, m->o.codes, t->dtype, e) != 0) {
		err_wrap(e, "tensor \"%s\"", name);
		free(map);
		return NULL;
	}
	if (moe_layer_check_map(&m->layer[l], map, name, e) == 0)
		return map;
	free(map);
	return NULL;
}

/* The table as searched, of a layer. */
static int
read_table(struct moe *m, size_t l, const struct record *r, struct err *e)
{
	struct moe_layer *layer = &m->layer[l];
	char name[MOE_FILE_NAME];

	moe_file_name(m, l, "quantize.codebook", name);
	if (!record_find(r, name))
		moe_file_name(m, l, "quantize.embedding.weight", name);
	return read_into(layer->q, r, name, layer->book.k, layer->d, e);
}

static bool
has(const struct moe *m, const struct record *r, const char *what)
{
	char name[MOE_FILE_NAME];

	moe_file_name(m, 0, what, name);
	return record_find(r, name) != NULL;
}

static int
read_choice(struct moe *m, size_t l, const struct record *r, struct err *e)
{
	char name[MOE_FILE_NAME];

	if (!m->layer[l].choice)
		return 0;
	moe_file_name(m, l, MOE_FILE_CHOICE, name);
	return read_into(m->layer[l].choice, r, name, 1, m->o.experts, e);
}

static int
read_layer(struct moe *m, size_t l, const struct record *r, struct err *e)
{
	struct moe_layer *layer = &m->layer[l];
	uint32_t *map;

	if (read_choice(m, l, r, e) != 0)
		return -1;
	if (!has(m, r, MOE_FILE_MAP) || !layer->book.k)
		return 0;
	if (!(map = read_map(m, l, r, e)))
		return -1;
	moe_layer_take_map(layer, map);
	layer->given = true;
	return read_table(m, l, r, e);
}

static int
read_weights(struct moe *m, const struct record *r, struct err *e)
{
	bool frozen = moe_opts_is_frozen(m->o.kind) &&
		has(m, r, "router.frozen.weight");

	/* Only a model that has codes says how many. */
	if (moe_opts_has_book(m->o.kind) && meta_get(&r->meta, "codes") &&
		!has(m, r, MOE_FILE_MAP))
		return err_set(e, "no tensor \"%scode_to_expert\"",
			m->o.layers > 1 ? "layers.0." : "");
	m->frozen = frozen;
	for (size_t l = 0; l < m->o.layers; l++) {
		m->layer[l].frozen = frozen;
		if (read_layer(m, l, r, e) != 0)
			return -1;
	}
	for (size_t i = 0; i < m->ps.count; i++) {
		const struct param *p = &m->ps.row[i];

		if (!moe_file_is_idle(m, p->name) &&
			read_into(m->ps.w + p->at, r, p->name, p->rows, p->cols,
				e) != 0)
			return -1;
	}
	return read_scale(m, r, e);
}

int
moe_load_model(
	struct moe *m, const struct record *r, struct pool *pool, struct err *e)
{
	struct moe_opts o;
	size_t seed;

	moe_opts_init(&o);
	o.weights_only = true;
	if (moe_load_opts(&o, r, e) != 0)
		return -1;
	/* One that was saved before its codebook was made routes by its gate
	 * alone. */
	if (moe_opts_has_book(o.kind) && !o.codes)
		o.codes = o.experts;
	if (moe_init(m, &o, pool, e) != 0 || read_weights(m, r, e) != 0) {
		moe_free(m);
		return -1;
	}
	if (meta_size(&r->meta, "seed", &seed) == 1)
		m->o.seed = seed; /* only to be told: all weights are read */
	m->built = true;
	moe_pack(m);
	return 0;
}

int
moe_load_file(struct moe *m, const char *path, char id[17], struct err *e)
{
	struct record r;
	int status;

	if (record_load(&r, path, FILE_LIMIT, e) != 0)
		return err_wrap(e, "%s", path);
	model_fingerprint(&r, id);
	status = moe_load_model(m, &r, NULL, e);
	record_free(&r);
	return status == 0 ? 0 : err_wrap(e, "%s", path);
}

int
moe_load_is_model(const char *path, bool *is, struct err *e)
{
	struct router_file f;

	if (router_file_open(&f, path, e) != 0)
		return err_wrap(e, "%s", path);
	*is = moe_file_is(&f.head);
	router_file_close(&f);
	return 0;
}
