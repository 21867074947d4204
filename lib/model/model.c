#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/book_file.h"
#include "model/foreign.h"
#include "model/map_file.h"
#include "model/model.h"
#include "model/need.h"
#include "util/mem.h"
#include "util/progress.h"

void
model_prefix(char *to, size_t column, size_t columns)
{
	if (columns == 1)
		strcpy(to, "quantize.");
	else
		snprintf(to, MODEL_PREFIX_MAX, "quantize.%zu.", column);
}

static uint64_t
fnv1a(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

void
model_fingerprint(const struct record *r, char hex[17])
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < r->count; i++) {
		const struct tensor *t = &r->tensor[i];
		char head[64];

		h = fnv1a(h, t->name, strlen(t->name) + 1);
		h = fnv1a(h, dtype_name(t->dtype),
			strlen(dtype_name(t->dtype)) + 1);
		for (size_t a = 0; a < t->rank; a++) {
			snprintf(head, sizeof(head), "%zu,", t->shape[a]);
			h = fnv1a(h, head, strlen(head));
		}
		h = fnv1a(h, t->data, t->bytes);
	}
	snprintf(hex, 17, "%016llx", (unsigned long long)h);
}

/* Sizes above these come from no model of ours; they bound allocations. */
#define PATCH_MAX 4096
#define DIM_MAX ((size_t)1 << 26)
#define RATE_MAX 10000000

static int
read_transform(struct transform *t, const struct record *r, struct err *e)
{
	const struct meta *m = &r->meta;
	float *mu, *scale;
	size_t dim;
	int kind;

	if (need_name(m, "media", item_kind_find, &kind, e) != 0 ||
		need_size(m, "dim", 1, DIM_MAX, &dim, e) != 0)
		return -1;
	*t = (struct transform){ .kind = (enum item_kind)kind, .dim = dim };
	if (t->kind != ITEM_ROWS &&
		need_size(m, "patch", 1, PATCH_MAX, &t->patch, e) != 0)
		return -1;
	if (t->kind == ITEM_IMAGE &&
		need_size(m, "channels", 1, 4, &t->channels, e) != 0)
		return -1;
	if (t->kind == ITEM_AUDIO &&
		need_size(m, "sample_rate", 1, RATE_MAX, &t->sample_rate, e) !=
			0)
		return -1;
	if (!(mu = need_floats(r, "transform.mu", 1, dim, e)))
		return -1;
	if (!(scale = need_floats(r, "transform.scale", 1, 1, e))) {
		free(mu);
		return -1;
	}
	t->mu = mu;
	t->scale = scale[0];
	free(scale);
	if (transform_dim(t) != dim)
		return err_set(e,
			"metadata key \"dim\" is %zu, but %s tokens have %zu "
			"numbers",
			dim, item_kind_name(t->kind), transform_dim(t));
	if (!(t->scale > 0))
		return err_set(e, "transform.scale is not positive");
	if (!isfinite(1 / t->scale))
		return err_set(e,
			"transform.scale is %g: no float holds its reciprocal",
			(double)t->scale);
	return 0;
}

static int
read_net(struct net *n, const struct record *r, const struct transform *t,
	struct err *e)
{
	size_t dim = t->dim;
	float *a, *b;
	size_t d;
	int type;

	if (need_name(&r->meta, "net", net_find, &type, e) != 0 ||
		need_size(&r->meta, "d", 1, dim, &d, e) != 0)
		return -1;
	if (type == NET_NONE) {
		if (d != dim)
			return err_set(e, "net none, but d is not dim");
		net_init(n, NET_NONE, dim, d, NULL, NULL);
		return 0;
	}
	if (!(a = need_floats(r, "encoder.weight", d, dim, e)))
		return -1;
	if (!(b = need_floats(r, "decoder.weight", dim, d, e))) {
		free(a);
		return -1;
	}
	net_init(n, (enum net_type)type, dim, d, a, b);
	free(a);
	free(b);
	if (type != NET_CONV)
		return 0;
	n->conv = mem_zalloc(1, sizeof(*n->conv));
	return net_conv_load(n->conv, r, t->kind, t->patch, dim, d, e);
}

static int
read_order(struct quantizer *q, const struct record *r, struct err *e)
{
	const struct tensor *t = record_find(r, "quantize.order");
	uint32_t *v;
	char *seen;
	int status = 0;

	if (!t)
		return 0;
	if (tensor_elements(t) != q->d)
		return err_set(e, "quantize.order: not %zu entries", q->d);
	v = mem_alloc(q->d, sizeof(*v));
	seen = mem_zalloc(q->d, 1);
	q->order = mem_alloc(q->d, sizeof(*q->order));
	if (dtype_to_u32(v, t->data, q->d, t->dtype, e) != 0)
		status = err_wrap(e, "quantize.order");
	for (size_t i = 0; i < q->d && status == 0; i++) {
		if (v[i] >= q->d || seen[v[i]]++)
			status =
				err_set(e, "quantize.order: not a permutation");
		else
			q->order[i] = v[i];
	}
	free(v);
	free(seen);
	return status;
}

/* One number stands for all tables; a list, of others, is not looked at. */
static int
check_codes(const struct quantizer *q, const struct meta *m, struct err *e)
{
	size_t k;

	if (meta_size(m, "codes", &k) != 1)
		return 0;
	for (size_t c = 0; c < quantizer_books(q); c++)
		if (q->book[c].k != k)
			return err_set(e,
				"metadata key \"codes\" is %zu, but table %zu "
				"has %zu codes",
				k, c, q->book[c].k);
	return 0;
}

static int
read_quantizer(
	struct quantizer *q, const struct record *r, size_t d, struct err *e)
{
	const char *shared = meta_get(&r->meta, "shared");
	bool is_shared = shared && strcmp(shared, "1") == 0;
	size_t stages, groups, books;

	if (need_size(&r->meta, "stages", 1, 256, &stages, e) != 0 ||
		need_size(&r->meta, "groups", 1, d, &groups, e) != 0)
		return -1;
	/* Every book has a tensor: this bounds what is allocated. */
	books = is_shared ? 1 : stages;
	if (books > r->count || groups > r->count / books)
		return err_set(e,
			"metadata keys \"stages\" and \"groups\": %zu x %zu "
			"codebooks, but there are %zu tensors",
			books, groups, r->count);
	quantizer_init(q, stages, groups, d);
	if (is_shared)
		quantizer_share(q);
	if (read_order(q, r, e) != 0)
		return -1;
	for (size_t c = 0; c < quantizer_books(q); c++) {
		size_t before = c < groups ? 0 : q->book[c - groups].k;
		char prefix[MODEL_PREFIX_MAX];

		model_prefix(prefix, c, quantizer_books(q));
		if (book_file_load(&q->book[c], prefix, quantizer_width(q, c),
			    before, r, e) != 0)
			return -1;
	}
	return check_codes(q, &r->meta, e);
}

int
model_from_record(struct model *m, const struct record *r, struct err *e)
{
	*m = (struct model){ 0 };
	if (read_transform(&m->transform, r, e) != 0 ||
		read_net(&m->net, r, &m->transform, e) != 0 ||
		read_quantizer(&m->quantizer, r, m->net.d, e) != 0 ||
		map_file_load(&m->map, &m->quantizer, r, e) != 0) {
		model_free(m);
		return -1;
	}
	meta_copy(&m->meta, &r->meta);
	model_fingerprint(r, m->fingerprint);
	return 0;
}

int
model_load(struct model *m, const char *path, struct err *e)
{
	struct record r = { 0 };
	int status;

	*m = (struct model){ 0 };
	if (foreign_load(&r, path, e) != 0)
		return err_wrap(e, "cannot load this model");
	status = model_from_record(m, &r, e);
	if (status == 0)
		say_verbose("model %s: for %s, %zu x %zu codes, tensors %s",
			path, item_kind_name(m->transform.kind),
			quantizer_columns(&m->quantizer),
			m->quantizer.book[0].k, m->fingerprint);
	record_free(&r);
	return status;
}

void
model_free(struct model *m)
{
	transform_free(&m->transform);
	net_free(&m->net);
	if (m->map)
		map_file_free(m->map, quantizer_columns(&m->quantizer));
	quantizer_free(&m->quantizer);
	meta_free(&m->meta);
	*m = (struct model){ 0 };
}
