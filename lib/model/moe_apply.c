#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "model/dispatch.h"
#include "model/moe_apply.h"
#include "util/mem.h"

#define ROWS ((size_t)256) /* a task */
#define LANES ((size_t)8)
#define DROPPED UINT32_MAX

struct task {
	const struct moe_layer *l;
	struct moe_layer_work *w;
	size_t n, columns;
	float *y;
	bool add;
	const float *dy;
	float *dout, *din, *dgate, *du;
};

static size_t
rows_of(const struct task *t, size_t chunk)
{
	size_t v = chunk * ROWS;

	return t->n - v < ROWS ? t->n - v : ROWS;
}

/* What row v of the work's column c gives to its expert: u, or, by code,
 * u + c (q - u). */
static void
take(const struct task *t, size_t v, bool discrete, float *to)
{
	const struct moe_layer *l = t->l;
	const float *u = t->w->u + v * l->d, *q;
	float c = (float)l->o->contrib;

	memcpy(to, u, l->d * sizeof(*to));
	if (!discrete || !(c > 0))
		return;
	q = l->q + t->w->codes[v] * l->d;
	for (size_t i = 0; i < l->d; i++)
		to[i] += c * (q[i] - u[i]);
}

/* Columns from this one on are the discrete path's. */
static size_t
first_discrete(const struct moe_layer *l)
{
	return l->booked && l->o->kind != MOE_HYBRID
		? moe_layer_paths(l).continuous
		: moe_layer_columns(l);
}

static bool
goes_by_code(const struct task *t, size_t v, size_t c, size_t first)
{
	const struct moe_layer *l = t->l;

	if (l->o->kind == MOE_HYBRID && l->booked)
		return l->map[t->w->codes[v]] < l->o->experts;
	return c >= first;
}

static void
gather_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct moe_layer_work *w = t->w;
	size_t from = chunk * ROWS, s = t->columns, d = t->l->d;
	size_t first = first_discrete(t->l);

	(void)worker;
	for (size_t v = from; v < from + rows_of(t, chunk); v++)
		for (size_t c = 0; c < s; c++)
			if (w->where[v * s + c] != DROPPED)
				take(t, v, goes_by_code(t, v, c, first),
					w->in + w->where[v * s + c] * d);
}

static void
combine_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer_work *w = t->w;
	size_t from = chunk * ROWS, s = t->columns, d = t->l->d;

	(void)worker;
	for (size_t v = from; v < from + rows_of(t, chunk); v++) {
		float *y = t->y + v * d;

		if (!t->add)
			memset(y, 0, d * sizeof(*y));
		for (size_t c = 0; c < s; c++)
			if (w->where[v * s + c] != DROPPED)
				axpy(w->gate[v * s + c],
					w->out + w->where[v * s + c] * d, d, y);
	}
}

static void
sort(const struct task *t)
{
	struct moe_layer_work *w = t->w;
	size_t e = t->l->o->experts, rows = t->n * t->columns;

	dispatch_sort(w->experts, t->n, t->columns, e, w->order, w->offset);
	for (size_t i = 0; i < rows; i++)
		w->where[i] = DROPPED;
	for (size_t a = 0; a < w->offset[e]; a++)
		w->where[w->order[a]] = (uint32_t)a;
}

static size_t
chunks(size_t n)
{
	return (n + ROWS - 1) / ROWS;
}

void
moe_apply_rows(const struct moe_layer *l, struct moe_layer_work *w, size_t n,
	struct pool *pool, float *y, bool add)
{
	struct task t = { .l = l, .w = w, .n = n, .y = y, .add = add };
	struct expert_rows r = { w->offset, w->in, w->pre, w->hidden, w->out };

	t.columns = moe_layer_columns(l);
	sort(&t);
	pool_run(pool, chunks(n), gather_chunk, &t);
	expert_forward(&l->experts, pool, &r);
	pool_run(pool, chunks(n), combine_chunk, &t);
}

static float
dot(const float *a, const float *b, size_t n)
{
	float sum[LANES] = { 0 };
	size_t whole = n - n % LANES;

	for (size_t i = 0; i < whole; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			sum[j] += a[i + j] * b[i + j];
	for (size_t i = whole; i < n; i++)
		sum[i - whole] += a[i] * b[i];
	for (size_t j = 1; j < LANES; j++)
		sum[0] += sum[j];
	return sum[0];
}

/* y = sum gate out:  dout = gate dy, dgate = dy . out */
static void
spread_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer_work *w = t->w;
	size_t from = chunk * ROWS, s = t->columns, d = t->l->d;

	(void)worker;
	for (size_t v = from; v < from + rows_of(t, chunk); v++)
		for (size_t c = 0; c < s; c++) {
			size_t i = v * s + c, a = w->where[i];
			const float *dy = t->dy + v * d;

			t->dgate[i] = 0;
			if (a == DROPPED)
				continue;
			t->dgate[i] = dot(dy, w->out + a * d, d);
			for (size_t k = 0; k < d; k++)
				t->dout[a * d + k] = w->gate[i] * dy[k];
		}
}

/* The gradient of u~ = u + c sg(q - u) is 1 on u: du = sum din. */
static void
collect_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer_work *w = t->w;
	size_t from = chunk * ROWS, s = t->columns, d = t->l->d;

	(void)worker;
	for (size_t v = from; v < from + rows_of(t, chunk); v++) {
		memset(t->du + v * d, 0, d * sizeof(*t->du));
		for (size_t c = 0; c < s; c++)
			if (w->where[v * s + c] != DROPPED)
				axpy(1, t->din + w->where[v * s + c] * d, d,
					t->du + v * d);
	}
}

void
moe_apply_backward(const struct moe_layer *l, struct moe_layer_work *w,
	size_t n, struct pool *pool, const float *dy, float *dgate, float *du)
{
	size_t s = moe_layer_columns(l), rows = n * s;
	struct task t = { .l = l,
		.w = w,
		.n = n,
		.columns = s,
		.dy = dy,
		.dgate = dgate,
		.du = du };
	struct expert_rows r = { w->offset, w->in, w->pre, w->hidden, w->out };
	float *dhidden = mem_floats(rows * l->o->hidden);

	t.dout = mem_floats(rows * l->d);
	t.din = mem_floats(rows * l->d);
	pool_run(pool, chunks(n), spread_chunk, &t);
	expert_backward(&l->experts, l->ps, pool, &r, t.dout, dhidden, t.din);
	pool_run(pool, chunks(n), collect_chunk, &t);
	free(t.dout);
	free(t.din);
	free(dhidden);
}
