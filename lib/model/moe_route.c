#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/capacity.h"
#include "model/moe_cosine.h"
#include "model/moe_route.h"
#include "model/route_noise.h"
#include "model/router.h"
#include "model/router_pick.h"
#include "model/router_top.h"
#include "util/mem.h"

#define ROWS ((size_t)192) /* a task */

struct task {
	const struct moe_layer *l;
	struct moe_layer_work *w;
	size_t n, columns;
	const float *u, *frozen; /* as routers see them */
};

/* Scores, and their softmax or sigmoid. */
static void
score(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	const struct params *ps = l->ps;
	struct moe_layer_work *w = t->w;
	size_t e = l->o->experts, m = MOE_COSINE_DIMS;
	float *s = w->scores + v * e, *p = w->p + v * e;

	if (l->proj.in) {
		dense_rows(&l->proj, t->u + v * l->d, n, w->low + v * m);
		moe_cosine_scores(w->low + v * m, n,
			params_in(ps, ps->w, l->router.weight), e, m,
			params_in(ps, ps->w, l->temperature)[0], s);
	} else {
		dense_rows(&l->router, t->u + v * l->d, n, s);
	}
	for (size_t r = 0; r < n; r++)
		if (l->o->kind == MOE_BIASED)
			router_pick_sigmoid(s + r * e, e, p + r * e);
		else
			w->lse[v + r] =
				router_pick_softmax(s + r * e, e, p + r * e);
}

static void
put(const struct task *t, size_t v, const uint32_t *idx)
{
	size_t top = t->l->o->top;

	for (size_t j = 0; j < top; j++) {
		t->w->chosen[v * top + j] = (uint16_t)idx[j];
		t->w->experts[v * t->columns + j] = (uint16_t)idx[j];
	}
}

static void
weigh_equally(const struct task *t, size_t v)
{
	size_t top = t->l->o->top;

	for (size_t j = 0; j < top; j++)
		t->w->weight[v * t->columns + j] = (float)(1 / (double)top);
}

/* The choice of a frozen router; stable alone has weights that learn. */
static void
by_frozen(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t e = l->o->experts, top = l->o->top;
	float *s = mem_floats(n * e);
	uint32_t *idx = mem_alloc(top, sizeof(*idx));

	product_rows(&l->fixed, t->frozen + v * l->d, n, s);
	for (size_t r = v; r < v + n; r++) {
		float *weight = w->weight + r * t->columns, sum = 0;
		const float *p = w->p + r * e;

		router_top(s + (r - v) * e, e, top, idx);
		put(t, r, idx);
		weigh_equally(t, r);
		if (l->o->kind != MOE_STABLE)
			continue;
		for (size_t j = 0; j < top; j++)
			sum += p[idx[j]];
		for (size_t j = 0; j < top; j++)
			weight[j] = top > 1 ? p[idx[j]] / sum : p[idx[j]];
	}
	free(s);
	free(idx);
}

static void
by_scores(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t e = l->o->experts, top = l->o->top;
	uint32_t *idx = mem_alloc(top, sizeof(*idx));
	float *chosen = mem_floats(e);

	for (size_t r = v; r < v + n; r++) {
		float *weight = w->weight + r * t->columns;

		if (l->o->kind == MOE_BIASED)
			router_pick_biased(w->p + r * e, l->choice, e, top,
				top > 1, chosen, idx, weight);
		else
			router_pick_top(w->scores + r * e, e, top, top > 1, idx,
				weight);
		put(t, r, idx);
	}
	free(idx);
	free(chosen);
}

/* Tokens go by their newest row of numbers or tokens. */
static void
by_hash(const struct task *t, size_t v, size_t n)
{
	struct moe_layer_work *w = t->w;
	uint32_t *words = mem_alloc(w->words + 1, sizeof(*words));

	for (size_t r = v; r < v + n; r++) {
		memcpy(words, w->token + r * w->stride,
			w->words * sizeof(*words));
		words[w->words] = (uint32_t)t->l->index;
		router_pick_hash(words, w->words + 1, t->l->o->experts,
			t->l->o->top, w->experts + r * t->columns);
		weigh_equally(t, r);
	}
	free(words);
}

static void
find_codes(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t size =
		w->margin ? router_book_work(&l->margins) : nearest_work(l->d);
	float *work = mem_floats(size);
	size_t done = 0;

	while (w->margin && done < n) {
		size_t r = v + done;

		done += router_book_rows(&l->margins, t->u + r * l->d, n - done,
			false, w->codes + r, w->margin + r, work);
		if (done == n)
			break;
		/* Not finite: some code, and who looks can see it. */
		w->codes[v + done] = 0;
		w->margin[v + done++] = NAN;
	}
	if (!w->margin)
		nearest_find(&l->search, t->u + v * l->d, n, w->codes + v, NULL,
			work);
	free(work);
}

/* The last column: the code's expert. */
static void
by_code(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t last = t->columns - 1;

	for (size_t r = v; r < v + n; r++) {
		uint32_t to = l->map[w->codes[r]];

		if (to >= l->o->experts)
			continue;
		w->experts[r * t->columns + last] = (uint16_t)to;
		w->weight[r * t->columns + last] = 1;
	}
}

/* (g_c, g_d) = softmax(G u + b); the gate of a column is its path's. */
static void
weigh_paths(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t s = t->columns;

	dense_rows(&l->gate, t->u + v * l->d, n, w->paths + 2 * v);
	for (size_t r = v; r < v + n; r++) {
		float *g = w->paths + 2 * r;

		router_pick_softmax(g, 2, g);
		for (size_t j = 0; j < s; j++)
			w->gate[r * s + j] =
				w->weight[r * s + j] * g[j + 1 == s];
	}
}

static void
choose(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_paths path = moe_layer_paths(l);
	bool scored = path.continuous && l->o->kind != MOE_HASH &&
		l->o->kind != MOE_RANDOM &&
		!(l->o->kind == MOE_KMEANS && l->frozen);

	if (scored)
		score(t, v, n);
	if (l->o->kind == MOE_HASH)
		by_hash(t, v, n);
	else if (l->frozen)
		by_frozen(t, v, n);
	else if (path.continuous)
		by_scores(t, v, n);
	if (!l->booked)
		return;
	find_codes(t, v, n);
	by_code(t, v, n);
}

/* A copy with noise of what routers see. */
static void
disturb(const struct task *t, size_t v, size_t n)
{
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t d = l->d, bytes = n * d * sizeof(float);
	/* Each layer has its own. */
	uint64_t seed = w->noise_seed + 1000003 * (uint64_t)l->index;

	memcpy(w->noisy[0] + v * d, w->u + v * d, bytes);
	route_noise_add(w->noisy[0] + v * d, n, d, w->noise, seed, w->row + v);
	if (!l->frozen)
		return;
	memcpy(w->noisy[1] + v * d, w->frozen + v * d, bytes);
	route_noise_add(w->noisy[1] + v * d, n, d, w->noise, seed, w->row + v);
}

static void
route_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct moe_layer *l = t->l;
	struct moe_layer_work *w = t->w;
	size_t v = chunk * ROWS, n = t->n - v < ROWS ? t->n - v : ROWS;
	size_t s = t->columns;

	(void)worker;
	if (l->norm.d)
		norm_rows(&l->norm, l->ps, w->h + v * l->d, n, w->u + v * l->d);
	else
		memcpy(w->u + v * l->d, w->h + v * l->d,
			n * l->d * sizeof(*w->u));
	if (w->noise > 0)
		disturb(t, v, n);
	choose(t, v, n);
	if (l->gate.in && l->booked)
		weigh_paths(t, v, n);
	else
		memcpy(w->gate + v * s, w->weight + v * s,
			n * s * sizeof(*w->gate));
}

/* F_j of the balance loss is of what was chosen, before anything is dropped;
 * the discrete path has no part in it. */
static void
count_load(const struct task *t)
{
	struct moe_layer_work *w = t->w;
	size_t s = t->columns, columns = moe_layer_paths(t->l).continuous;

	memset(w->load, 0, t->l->o->experts * sizeof(*w->load));
	if (columns == 0)
		columns = s;
	for (size_t v = 0; v < t->n; v++)
		for (size_t j = 0; j < columns; j++)
			w->load[w->experts[v * s + j]]++;
}

static void
drop(const struct task *t)
{
	const struct moe_opts *o = t->l->o;
	struct moe_layer_work *w = t->w;
	size_t s = t->columns;
	uint32_t *count;

	w->dropped = 0;
	if (!(o->capacity > 0))
		return;
	count = mem_alloc(o->experts, sizeof(*count));
	for (size_t v = 0; v < t->n; v += CAPACITY_WINDOW) {
		size_t n =
			t->n - v < CAPACITY_WINDOW ? t->n - v : CAPACITY_WINDOW;

		w->dropped += capacity_drop(w->experts + v * s, w->gate + v * s,
			n, s, o->experts,
			capacity_room(o->capacity, n, s, o->experts), count);
	}
	free(count);
}

void
moe_route_rows(const struct moe_layer *l, struct moe_layer_work *w, size_t n,
	struct pool *pool)
{
	struct task t = { l, w, n, moe_layer_columns(l), w->u, w->frozen };

	for (size_t i = 0; w->noise > 0 && i < 2; i++)
		if (!w->noisy[i])
			w->noisy[i] = mem_floats(w->room * l->d);
	if (w->noise > 0) {
		t.u = w->noisy[0];
		t.frozen = w->noisy[1];
	}
	pool_run(pool, (n + ROWS - 1) / ROWS, route_chunk, &t);
	count_load(&t);
	drop(&t);
}
