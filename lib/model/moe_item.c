#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/capacity.h"
#include "model/moe_item.h"
#include "model/moe_item_check.h"
#include "model/moe_item_meta.h"
#include "model/moe_tokens.h"
#include "model/route_noise.h"
#include "model/route_plan.h"
#include "model/spill.h"
#include "util/mem.h"
#include "util/progress.h"

#define WINDOW CAPACITY_WINDOW
#define OWN 6 /* columns of routes, at most */

/* A layer's routes on their way. */
struct slot {
	struct column *col; /* [OWN + companions] */
	const void **data;
	size_t cols, first_side;
	struct spill wait;
	void *codes; /* [WINDOW] as they are written */
};

struct moe_item {
	const struct moe_item_opts *o;
	struct moe_work work, shadow;
	struct slot *slot;
	size_t slots, first; /* the first one's layer */
	size_t live;         /* slot that goes out at once */
	float *x;            /* [WINDOW, columns] */
	uint32_t *token;     /* [WINDOW, context * columns] */

	const struct item_info *info;
	struct source *source;
	struct job *job;
	struct moe_tokens tokens, shadow_tokens;
	size_t *beside_from; /* [side]: numbers in the source */
	size_t side;
	size_t done;
};

static size_t
token_count(const struct moe *m)
{
	return m->o.input == MOE_EMBEDDING ? m->o.context * m->o.columns : 0;
}

struct moe_item *
moe_item_open(const struct moe_item_opts *o)
{
	struct moe_item *r = mem_zalloc(1, sizeof(*r));
	size_t tokens = token_count(o->model);

	r->o = o;
	r->slots = o->one || o->apply ? 1 : o->model->o.layers;
	r->first = o->one ? o->layer : 0;
	r->slot = mem_zalloc(r->slots, sizeof(*r->slot));
	moe_work_init(&r->work, o->model, WINDOW, false, !o->apply);
	if (o->shadow) {
		moe_work_init(&r->shadow, o->shadow, WINDOW, false, false);
		if (token_count(o->shadow) > tokens)
			tokens = token_count(o->shadow);
	}
	r->x = mem_floats(WINDOW * o->model->o.columns);
	r->token = mem_alloc(WINDOW * tokens, sizeof(*r->token));
	return r;
}

static void
forget_item(struct moe_item *r)
{
	for (size_t i = 0; i < r->slots; i++) {
		struct slot *s = &r->slot[i];

		free(s->col);
		free(s->data);
		free(s->codes);
		spill_free(&s->wait);
		*s = (struct slot){ 0 };
	}
	free(r->beside_from);
	r->beside_from = NULL;
	moe_tokens_free(&r->tokens);
	moe_tokens_free(&r->shadow_tokens);
	r->done = r->side = 0;
}

void
moe_item_close(struct moe_item *r)
{
	if (!r)
		return;
	forget_item(r);
	free(r->slot);
	moe_work_free(&r->work, r->o->model);
	if (r->o->shadow)
		moe_work_free(&r->shadow, r->o->shadow);
	free(r->x);
	free(r->token);
	free(r);
}

static void
add(struct slot *s, const char *name, enum dtype t, size_t width,
	const void *data)
{
	struct column *c = &s->col[s->cols];

	*c = (struct column){ .name = name, .dtype = t, .rank = width ? 2 : 1 };
	c->shape[1] = width;
	c->native = data != s->codes; /* their type is chosen by k */
	s->data[s->cols++] = data;
}

/* The columns of a layer's routes. */
static void
add_routes(struct moe_item *r, struct slot *s, size_t layer)
{
	const struct moe_layer *l = &r->o->model->layer[layer];
	const struct moe_layer_work *w = &r->work.layer[layer];
	size_t columns = moe_layer_columns(l);

	add(s, "experts", DT_U16, columns, w->experts);
	add(s, "gates", DT_F32, columns, w->gate);
	if (l->booked) {
		s->codes = mem_alloc(WINDOW, sizeof(uint32_t));
		add(s, "codes", dtype_for_codes(l->book.k), 0, s->codes);
		add(s, "margin", DT_F32, 0, w->margin);
	}
	if (!r->o->shadow)
		return;
	columns = moe_layer_columns(&r->o->shadow->layer[layer]);
	add(s, "shadow.experts", DT_U16, columns,
		r->shadow.layer[layer].experts);
	add(s, "shadow.gates", DT_F32, columns, r->shadow.layer[layer].gate);
}

static void
add_output(struct moe_item *r, struct slot *s)
{
	const struct moe *m = r->o->model;

	if (r->o->one)
		add(s, "x", DT_F32, m->o.width, r->work.last);
	else
		add(s, "x", DT_F32, moe_outputs(m), r->work.out);
}

static bool
has(const struct slot *s, const char *name)
{
	for (size_t i = 0; i < s->cols; i++)
		if (strcmp(s->col[i].name, name) == 0)
			return true;
	return false;
}

static void
set_columns(struct moe_item *r)
{
	const struct column *side;
	size_t n = source_companions(r->source, &side);

	r->beside_from = mem_alloc(n, sizeof(*r->beside_from));
	for (size_t i = 0; i < r->slots; i++) {
		struct slot *s = &r->slot[i];

		s->col = mem_zalloc(n + OWN, sizeof(*s->col));
		s->data = mem_zalloc(n + OWN, sizeof(*s->data));
		if (r->o->apply)
			add_output(r, s);
		else
			add_routes(r, s, r->first + i);
		s->first_side = s->cols;
		r->side = 0;
		for (size_t k = 0; k < n; k++)
			if (!has(s, side[k].name)) {
				r->beside_from[r->side++] = k;
				s->col[s->cols++] = side[k];
			}
	}
}

static int
begin_slot(struct moe_item *r, size_t i, struct err *e)
{
	struct slot *s = &r->slot[i];
	struct sink_item head = {
		.rows = r->info->rows, .col = s->col, .cols = s->cols
	};
	char *place = NULL;
	int status;

	if (r->o->plan)
		head.extra = route_plan_extra(&r->o->model->o.experts);
	if (r->slots > 1)
		head.place = place =
			mem_printf("%s.layer%zu", r->info->item, r->first + i);
	moe_item_meta_fill(&head.meta, r->o, r->info, r->first + i);
	status = job_begin(r->job, &head, e);
	meta_free(&head.meta);
	free(place);
	return status;
}

/* 1: all of it was done before. */
static int
begin(struct moe_item *r, struct err *e)
{
	const struct moe_opts *o = &r->o->model->o;
	int status;

	if (moe_item_check_input(r->o->model, r->info, e) != 0)
		return -1;
	if (o->input == MOE_EMBEDDING)
		moe_tokens_begin(&r->tokens, o->columns, o->context, o->vocab);
	if (r->o->shadow && r->o->shadow->o.input == MOE_EMBEDDING) {
		o = &r->o->shadow->o;
		moe_tokens_begin(
			&r->shadow_tokens, o->columns, o->context, o->vocab);
	}
	set_columns(r);
	r->live = 0;
	while ((status = begin_slot(r, r->live, e)) == 1 &&
		++r->live < r->slots)
		;
	return status;
}

/* n rows of x through a model. */
static int
forward(struct moe_item *r, const struct moe *m, struct moe_tokens *tokens,
	struct moe_work *w, size_t n, struct err *e)
{
	struct moe_batch b = { .n = n, .x = r->x };

	if (tokens->context &&
		moe_tokens_next(tokens, r->x, n, r->done, r->token, e) != 0)
		return -1;
	if (tokens->context)
		b = (struct moe_batch){ .n = n, .token = r->token };
	if (r->o->noise)
		moe_work_noise(w, m, route_noise_scale(r->o->noise_db),
			r->o->seed, r->done);
	if (r->o->one)
		moe_forward_layer(m, &b, w, r->o->layer);
	else
		moe_forward(m, &b, w, m->o.layers);
	return 0;
}

/* Real targets in their own units. */
static void
unscale(const struct moe *m, struct moe_work *w, size_t n)
{
	size_t o = m->o.outputs;

	for (size_t v = 0; v < n && m->o.head == MOE_REAL; v++)
		for (size_t i = 0; i < o; i++)
			w->out[v * o + i] =
				w->out[v * o + i] * m->target_scale +
				m->target_mean[i];
}

static int
find_nonfinite(const struct moe_item *r, size_t n, struct err *e)
{
	size_t bad = n;

	for (size_t i = 0; i < r->slots; i++) {
		const struct slot *s = &r->slot[i];

		bad = moe_item_check_rows(s->col, s->data, s->first_side, bad);
	}
	if (bad == n)
		return 0;
	return err_set(e,
		"row %zu (counted from 0): what it gives is beyond what a "
		"float holds",
		r->done + bad);
}

/* Bytes of n rows of a slot's column. */
static size_t
bytes_of(const struct slot *s, size_t c, size_t n)
{
	return n * beside_bytes(&s->col[c]);
}

static int
emit(struct moe_item *r, size_t i, size_t n, struct err *e)
{
	struct slot *s = &r->slot[i];
	size_t layer = r->first + i;

	if (i < r->live)
		return 0;
	if (s->codes)
		dtype_from_u32(s->codes, r->work.layer[layer].codes, n,
			dtype_for_codes(r->o->model->layer[layer].book.k));
	for (size_t k = 0; k < r->side; k++)
		s->data[s->first_side + k] =
			source_companion(r->source, r->beside_from[k]);
	if (i == r->live)
		return job_rows(r->job, s->data, n, e);
	for (size_t c = 0; c < s->cols; c++)
		if (spill_write(&s->wait, s->data[c], bytes_of(s, c, n), e) !=
			0)
			return -1;
	return 0;
}

static int
window(struct moe_item *r, size_t n, struct err *e)
{
	if (forward(r, r->o->model, &r->tokens, &r->work, n, e) != 0)
		return -1;
	if (r->o->shadow &&
		forward(r, r->o->shadow, &r->shadow_tokens, &r->shadow, n, e) !=
			0)
		return -1;
	if (r->o->apply && !r->o->one)
		unscale(r->o->model, &r->work, n);
	if (find_nonfinite(r, n, e) != 0)
		return -1;
	for (size_t i = 0; i < r->slots; i++)
		if (emit(r, i, n, e) != 0)
			return -1;
	r->done += n;
	if (r->o->progress)
		progress_update(r->done, NULL);
	return 0;
}

/* The routes of a further layer, as the windows brought them. */
static int
replay(struct moe_item *r, size_t i, struct err *e)
{
	struct slot *s = &r->slot[i];
	void **row = mem_alloc(s->cols, sizeof(*row));
	size_t n;
	int status = begin_slot(r, i, e);

	for (size_t c = 0; c < s->cols; c++) {
		row[c] = mem_alloc(bytes_of(s, c, WINDOW), 1);
		s->data[c] = row[c];
	}
	for (size_t v = 0; v < r->done && status == 0; v += n) {
		n = r->done - v < WINDOW ? r->done - v : WINDOW;
		for (size_t c = 0; c < s->cols && status == 0; c++)
			status = spill_read(
				&s->wait, row[c], bytes_of(s, c, n), e);
		if (status == 0)
			status = job_rows(r->job, s->data, n, e);
	}
	for (size_t c = 0; c < s->cols; c++)
		free(row[c]);
	free(row);
	if (status == 0)
		status = job_end(r->job, e);
	return status < 0 ? -1 : 0;
}

static int
pump(struct moe_item *r, struct err *e)
{
	ptrdiff_t got;

	while ((got = source_read(r->source, r->x, WINDOW, e)) > 0)
		if (window(r, (size_t)got, e) != 0)
			return -1;
	if (got < 0 || job_end(r->job, e) != 0)
		return -1;
	for (size_t i = r->live + 1; i < r->slots; i++)
		if (replay(r, i, e) != 0)
			return -1;
	return 0;
}

void
moe_item_run(struct moe_item *r, struct source *s, const struct item_info *i,
	struct job *job)
{
	struct err e;
	int status;

	r->info = i;
	r->source = s;
	r->job = job;
	status = begin(r, &e);
	if (status == 0)
		status = pump(r, &e);
	if (status < 0)
		job_fail(job, i->item, e.msg);
	forget_item(r);
}
