#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/capacity.h"
#include "model/moe_probe.h"
#include "model/moe_trace.h"
#include "tensor/writer.h"
#include "util/mem.h"
#include "util/trail.h"

#define ALIKE_ROWS ((size_t)256) /* that similarity and rank are measured on */

struct moe_trace {
	const struct moe_data *probe;
	struct trail file;
};

/* Routes of an item in one layer, all its rows: as they are written. */
struct lane {
	const struct moe_layer *l;
	size_t columns;
	uint16_t *experts; /* [n, columns] */
	float *gates;      /* [n, columns] */
	unsigned char *codes;
	float *margin; /* [n]; without a codebook NULL */
	struct moe_probe alike;
};

struct moe_trace *
moe_trace_open(const char *path, uint64_t keep, bool force,
	const struct moe_data *probe, struct err *e)
{
	struct output_opts o = { .force = force };
	struct moe_trace *t = mem_zalloc(1, sizeof(*t));

	t->probe = probe;
	if (trail_open(&t->file, path, keep, o, e) == 0)
		return t;
	free(t);
	return NULL;
}

uint64_t
moe_trace_length(const struct moe_trace *t)
{
	return trail_length(&t->file);
}

int
moe_trace_close(struct moe_trace *t, struct err *e)
{
	int status = t ? trail_close(&t->file, e) : 0;

	free(t);
	return status;
}

size_t
moe_trace_next(double ratio, size_t from)
{
	double step = 0;

	while (step < (double)from)
		step = fmax(step + 1, ceil(step * ratio));
	return (size_t)step;
}

static struct moe_batch
as_batch(const struct moe_data_batch *b)
{
	return (struct moe_batch){ b->n, b->x, b->token, b->class, b->real };
}

/* How alike experts and codes are, on a few rows of the probe. */
static void
measure(const struct moe_data *probe, struct moe *m, struct moe_work *w,
	struct lane *lane)
{
	struct moe_data_batch b = { 0 };
	struct moe_batch batch;

	moe_data_spread(probe, ALIKE_ROWS, &b);
	batch = as_batch(&b);
	moe_forward(m, &batch, w, m->o.layers);
	for (size_t l = 0; l < m->o.layers; l++)
		lane[l].alike = moe_probe_layer(
			&m->layer[l], w->layer[l].u, b.n, m->pool);
	moe_data_batch_free(&b);
}

static struct lane *
open_lanes(struct moe *m, size_t rows)
{
	struct lane *lane = mem_zalloc(m->o.layers, sizeof(*lane));

	for (size_t i = 0; i < m->o.layers; i++) {
		struct lane *a = &lane[i];

		a->l = &m->layer[i];
		a->columns = moe_layer_columns(a->l);
		a->experts = mem_alloc(rows * a->columns, sizeof(*a->experts));
		a->gates = mem_floats(rows * a->columns);
		if (!a->l->booked)
			continue;
		moe_layer_margins(&m->layer[i]);
		a->codes = mem_alloc(rows, sizeof(uint32_t));
		a->margin = mem_floats(rows);
	}
	return lane;
}

static void
close_lanes(struct lane *lane, size_t layers)
{
	for (size_t l = 0; l < layers; l++) {
		free(lane[l].experts);
		free(lane[l].gates);
		free(lane[l].codes);
		free(lane[l].margin);
	}
	free(lane);
}

/* n routes of a window, at row `at` of the item. */
static void
keep(struct lane *a, const struct moe_layer_work *w, size_t at, size_t n)
{
	size_t s = a->columns, k = a->l->book.k;
	enum dtype t = dtype_for_codes(k);

	memcpy(a->experts + at * s, w->experts, n * s * sizeof(*w->experts));
	memcpy(a->gates + at * s, w->gate, n * s * sizeof(*w->gate));
	if (!a->margin)
		return;
	dtype_from_u32(a->codes + at * dtype_size(t), w->codes, n, t);
	memcpy(a->margin + at, w->margin, n * sizeof(*w->margin));
}

/* The routes of examples first .. first + n - 1, the rows of an item. */
static void
route(const struct moe_trace *t, struct moe *m, struct moe_work *w,
	size_t first, size_t n, struct lane *lane)
{
	size_t *at = mem_alloc(w->room, sizeof(*at));
	struct moe_data_batch b = { 0 };

	for (size_t v = 0; v < n; v += w->room) {
		size_t part = n - v < w->room ? n - v : w->room;
		struct moe_batch batch;

		for (size_t i = 0; i < part; i++)
			at[i] = first + v + i;
		moe_data_gather(t->probe, at, part, &b);
		batch = as_batch(&b);
		moe_forward(m, &batch, w, m->o.layers);
		for (size_t l = 0; l < m->o.layers; l++)
			keep(&lane[l], &w->layer[l], v, part);
	}
	moe_data_batch_free(&b);
	free(at);
}

static void
set_figure(struct meta *m, const char *key, double v)
{
	if (isfinite(v))
		meta_setf(m, key, "%.9g", v);
}

static struct meta
describe(const struct lane *a, const char *item, size_t rows, size_t step,
	double valid_loss)
{
	const struct moe_opts *o = a->l->o;
	struct meta m = { 0 };

	meta_set(&m, "format", "1");
	meta_set(&m, "kind", "routes");
	meta_set(&m, "media", "rows");
	meta_set(&m, "item", item);
	meta_setf(&m, "rows", "%zu", rows);
	meta_set(&m, "router", moe_opts_kind_name(o->kind));
	meta_setf(&m, "experts", "%zu", o->experts);
	meta_setf(&m, "top", "%zu", o->top);
	meta_setf(&m, "layer", "%zu", a->l->index);
	if (a->l->booked)
		meta_setf(&m, "codes", "%zu", a->l->book.k);
	if (o->kind == MOE_VQMOE)
		meta_setf(
			&m, "discrete", "%zu", moe_layer_paths(a->l).discrete);
	if (o->capacity > 0)
		meta_setf(&m, "capacity", "%.9g", o->capacity);
	meta_setf(&m, "frozen", "%d", a->l->frozen ? 1 : 0);
	meta_setf(&m, "step", "%zu", step);
	set_figure(&m, "valid_loss", valid_loss);
	set_figure(&m, "expert_similarity", a->alike.similarity);
	set_figure(&m, "expert_rank", a->alike.expert_rank);
	set_figure(&m, "code_rank", a->alike.code_rank);
	return m;
}

/* The classes of rows, as they are written; NULL where there are none. */
static unsigned char *
classes(const struct moe_rows *r, size_t first, size_t n)
{
	enum dtype t = dtype_for_codes(r->classes);
	unsigned char *y;

	if (!r->class)
		return NULL;
	y = mem_alloc(n, dtype_size(t));
	dtype_from_u32(y, r->class + first, n, t);
	return y;
}

static int
write_item(struct moe_trace *t, const struct lane *a, const struct meta *meta,
	size_t n, const unsigned char *y, struct err *e)
{
	enum dtype yt = dtype_for_codes(t->probe->rows->classes);
	struct column col[5] = { { "experts", DT_U16, 2, { 0, a->columns },
					 true },
		{ "gates", DT_F32, 2, { 0, a->columns }, true } };
	const void *data[5] = { a->experts, a->gates };
	struct writer *w;
	size_t cols = 2;

	if (a->margin) {
		data[cols] = a->codes;
		col[cols++] = (struct column){ "codes",
			dtype_for_codes(a->l->book.k), 1, { 0 }, false };
		data[cols] = a->margin;
		col[cols++] =
			(struct column){ "margin", DT_F32, 1, { 0 }, true };
	}
	if (y) {
		data[cols] = y;
		col[cols++] = (struct column){ "y", yt, 1, { 0 }, false };
	}
	w = writer_begin(t->file.out, FORMAT_RECORD, meta, col, cols, n, e);
	if (!w)
		return -1;
	if (writer_rows(w, data, n, e) == 0)
		return writer_end(w, e);
	writer_fail(w, &(struct err){ 0 });
	return -1;
}

/* The name of the item whose rows begin there. */
static const char *
item_name(const struct moe_rows *r, size_t first)
{
	size_t i = 0;

	while (r->item[i].first != first || r->item[i].count == 0)
		i++;
	return r->item[i].name;
}

void
moe_trace_put(
	struct moe_trace *t, struct moe *m, size_t step, double valid_loss)
{
	const struct moe_data *d = t->probe;
	struct lane *lane = open_lanes(m, d->rows->n);
	struct trail *file = &t->file;
	struct moe_work w;

	moe_work_init(&w, m, CAPACITY_WINDOW, false, true);
	measure(d, m, &w, lane);
	for (size_t s = 0; s < d->spans && !file->failed; s++) {
		size_t first = d->span[s].first, n = d->span[s].rows;
		const char *item = item_name(d->rows, first);
		unsigned char *y = classes(d->rows, first, n);

		route(t, m, &w, s ? d->edge[s - 1] : 0, n, lane);
		for (size_t l = 0; l < m->o.layers && !file->failed; l++) {
			struct meta meta =
				describe(&lane[l], item, n, step, valid_loss);

			file->failed = write_item(t, &lane[l], &meta, n, y,
					       &file->why) != 0;
			meta_free(&meta);
		}
		free(y);
	}
	if (!file->failed)
		file->failed = output_flush(file->out, &file->why) != 0;
	moe_work_free(&w, m);
	close_lanes(lane, m->o.layers);
}
