#include <stdlib.h>
#include <string.h>

#include "model/moe_adopt.h"
#include "model/moe_book.h"
#include "model/moe_file.h"
#include "model/moe_load.h"
#include "model/need.h"
#include "model/router.h"
#include "util/mem.h"

/* A head may have more outputs now. */
static bool
is_head(const char *name)
{
	return strncmp(name, "head.", 5) == 0;
}

static int
adopt_row(struct moe *m, const struct param *p, const struct record *r,
	struct err *e)
{
	const struct tensor *t = record_find(r, p->name);
	size_t n = t ? tensor_elements(t) : 0, rows = p->rows, cols = p->cols;
	float *x;

	if (!t)
		return 0;
	if (is_head(p->name) && p->rows > 1 && t->rank == 2 &&
		t->shape[0] < p->rows)
		rows = t->shape[0];
	if (is_head(p->name) && p->rows == 1 && n < p->cols)
		cols = n;
	x = need_floats(r, p->name, rows, cols, e);
	if (!x)
		return -1;
	memcpy(m->ps.w + p->at, x, rows * cols * sizeof(*x));
	free(x);
	return 0;
}

static int
adopt_floats(float *to, size_t n, const char *name, const struct record *r,
	struct err *e)
{
	float *x;

	if (!record_find(r, name))
		return 0;
	if (!(x = need_floats(r, name, 1, n, e)))
		return -1;
	memcpy(to, x, n * sizeof(*x));
	free(x);
	return 0;
}

/* Rows of the codebook came with the others, if it is of the same type; what
 * it counts did not. */
static void
adopt_book(struct moe *m, const struct moe *from)
{
	bool same = m->o.type == from->o.type;

	for (size_t l = 0; l < m->o.layers; l++) {
		struct moe_layer *to = &m->layer[l];
		const struct moe_layer *of = &from->layer[l];
		size_t n = to->book.k * to->d;

		if (!same || !m->o.type->backward || m->o.type->moved)
			to->book.type->start(&to->book, of->q);
		memcpy(to->q, of->q, n * sizeof(*to->q));
		to->given = m->o.freeze_codes;
	}
	m->built = true;
}

static uint32_t *
copy_map(const struct moe_layer *l)
{
	uint32_t *map = mem_alloc(l->book.k, sizeof(*map));

	memcpy(map, l->map, l->book.k * sizeof(*map));
	return map;
}

static int
adopt_maps(struct moe *m, const struct moe *from, struct err *e)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		uint32_t *map = m->o.rules ? moe_book_rules(m, e)
					   : copy_map(&from->layer[l]);

		if (!map)
			return -1;
		moe_layer_take_map(&m->layer[l], map);
	}
	return 0;
}

/* Codes that a hybrid leaves to its gate have no expert in another kind, and a
 * map that is asked for is made with its codebook. */
static bool
keeps_book(const struct moe *m, const struct moe *from)
{
	if (!from->layer[0].booked || !moe_opts_has_book(m->o.kind) ||
		from->o.codes != m->o.codes)
		return false;
	if (m->o.kind == MOE_HYBRID)
		return m->o.rules || from->o.kind == MOE_HYBRID;
	return (from->o.kind != MOE_HYBRID && from->o.map == m->o.map &&
		!m->o.map_path);
}

/* What is not rows of params: codebooks and frozen routers. */
static int
adopt_rest(struct moe *m, const struct moe *from, struct err *e)
{
	if (keeps_book(m, from)) {
		adopt_book(m, from);
		if (adopt_maps(m, from, e) != 0)
			return -1;
	} else if (m->o.kind == MOE_HYBRID && !m->o.rules) {
		return err_set(e, "router hybrid needs --rules FILE here");
	} else if (moe_opts_has_book(m->o.kind) && m->o.kind != MOE_HYBRID &&
		m->o.map == MOE_MAP_FILE && !m->o.map_path) {
		return err_set(e,
			"its map came from a file: --map names one "
			"for the new codes");
	}
	for (size_t l = 0; l < m->o.layers; l++) {
		if (m->layer[l].choice && from->layer[l].choice)
			memcpy(m->layer[l].choice, from->layer[l].choice,
				m->o.experts * sizeof(float));
		if (from->frozen && m->o.kind == from->o.kind)
			m->layer[l].frozen = m->frozen = m->built = true;
	}
	return 0;
}

int
moe_adopt_model(struct moe *m, const struct record *r, struct err *e)
{
	struct moe from;
	int status = 0;

	/* Loading it whole checks it whole. */
	if (moe_load_model(&from, r, NULL, e) != 0)
		return -1;
	if (from.o.layers != m->o.layers || from.o.width != m->o.width)
		status = err_set(e, "%zu layers of width %zu, not %zu of %zu",
			from.o.layers, from.o.width, m->o.layers, m->o.width);
	for (size_t i = 0; i < m->ps.count && status == 0; i++)
		if (from.o.codes == m->o.codes ||
			!strstr(m->ps.row[i].name, "quantize."))
			status = adopt_row(m, &m->ps.row[i], r, e);
	if (status == 0)
		status =
			adopt_floats(m->mean, m->o.columns, "input.mean", r, e);
	if (status == 0 && from.o.outputs == m->o.outputs)
		status = adopt_floats(
			m->target_mean, m->o.outputs, "target.mean", r, e);
	if (status == 0) {
		m->scale = from.scale;
		m->target_scale = from.target_scale;
		status = adopt_rest(m, &from, e);
	}
	moe_free(&from);
	if (status == 0)
		moe_pack(m);
	return status;
}

int
moe_adopt_opts(struct moe_opts *o, const struct record *r, struct err *e)
{
	const struct tensor *w1 = record_find(r, "experts.fc1.weight");
	const struct tensor *w2 = record_find(r, "experts.fc2.weight");

	if (!w1 || !w2)
		return err_set(
			e, "no tensor \"experts.fc%d.weight\"", w1 ? 2 : 1);
	if (w1->rank != 3 || w2->rank != 3 || w1->shape[0] != w2->shape[0] ||
		w1->shape[1] != w2->shape[2] || w1->shape[2] != w2->shape[1] ||
		tensor_elements(w1) == 0)
		return err_set(e,
			"experts.fc1.weight and experts.fc2.weight are not "
			"[E, H, D] and [E, D, H]");
	if (w1->shape[0] > ROUTER_EXPERTS_MAX)
		return err_set(e, "%zu experts are more than %zu", w1->shape[0],
			ROUTER_EXPERTS_MAX);
	o->experts = w1->shape[0];
	o->hidden = w1->shape[1];
	o->width = o->columns = w1->shape[2];
	o->layers = 1;
	o->input = MOE_NONE;
	o->head = MOE_BARE;
	o->context = 1;
	o->vocab = o->outputs = 0;
	o->fixed_experts = true;
	o->fixed_router = record_find(r, "router.weight") != NULL;
	return 0;
}

int
moe_adopt_experts(struct moe *m, const struct record *r, struct err *e)
{
	for (size_t i = 0; i < m->ps.count; i++) {
		const struct param *p = &m->ps.row[i];

		if ((strncmp(p->name, "experts.", 8) == 0 ||
			    strcmp(p->name, "router.weight") == 0) &&
			adopt_row(m, p, r, e) != 0)
			return -1;
	}
	moe_pack(m);
	return 0;
}

int
moe_adopt_rules(
	const struct moe_opts *o, const struct moe_opts *was, struct err *e)
{
	bool hybrid = was->kind == MOE_HYBRID && was->codes;

	if (o->kind != MOE_HYBRID || o->rules ||
		(hybrid && was->codes == o->codes))
		return 0;
	return err_set(e, "--router hybrid needs --rules FILE%s",
		hybrid ? " for other codes" : "");
}
