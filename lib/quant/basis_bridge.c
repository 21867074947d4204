#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/transformer.h"
#include "quant/basis_bridge.h"
#include "quant/basis_linear.h"
#include "util/mem.h"

#define WIDTH ((size_t)128) /* of a token */
#define HEADS ((size_t)4)
#define BLOCK ((size_t)64)  /* codes, as a rule */
#define FEWEST ((size_t)16) /* blocks */
#define MOST ((size_t)1024)
#define SMALL 0.1f

struct learner_bridge {
	size_t block, blocks; /* codes in a block; blocks */
	struct dense compress, recover;
	struct transformer layer;
	struct norm last;
};

/* What forward leaves for backward. */
struct work {
	float *c; /* [blocks, block * d]: C, and zeros */
	struct transformer_work process;
	float *t, *u; /* [blocks, WIDTH]: tokens, and those normalized */
};

static size_t
block_size(size_t k)
{
	size_t few = (k + FEWEST - 1) / FEWEST, many = (k + MOST - 1) / MOST;
	size_t size = few < BLOCK ? few : BLOCK;

	return many > size ? many : size;
}

static void
add(struct learner *l, const char *prefix)
{
	struct learner_bridge *b = mem_zalloc(1, sizeof(*b));
	struct params *p = l->ps;
	size_t flat;
	char name[64];

	basis_linear_add(l, prefix, 1, false);
	l->bridge = b;
	b->block = block_size(l->k);
	b->blocks = (l->k + b->block - 1) / b->block;
	flat = b->block * l->d;
	snprintf(name, sizeof(name), "%sbridge.compress", prefix);
	dense_add(&b->compress, p, PARAM_DEEP, name, flat, WIDTH, true);
	snprintf(name, sizeof(name), "%sbridge.layer", prefix);
	transformer_add(&b->layer, p, PARAM_DEEP, name, WIDTH, HEADS);
	snprintf(name, sizeof(name), "%sbridge.norm", prefix);
	norm_add(&b->last, p, PARAM_DEEP, name, WIDTH);
	snprintf(name, sizeof(name), "%sbridge.recover", prefix);
	dense_add(&b->recover, p, PARAM_DEEP, name, WIDTH, flat, !l->o.no_bias);
}

/* All but W, b and C; the recovering map times factor. */
static void
random_bridge(struct learner *l, struct rng *r, float factor)
{
	const struct learner_bridge *b = l->bridge;
	float *w = params_in(l->ps, l->ps->w, b->recover.weight);

	dense_random(&b->compress, l->ps, r);
	transformer_random(&b->layer, l->ps, r);
	norm_start(&b->last, l->ps);
	dense_random(&b->recover, l->ps, r);
	for (size_t i = 0; i < b->recover.in * b->recover.out; i++)
		w[i] *= factor;
}

static void
start(struct learner *l, const float *q)
{
	struct rng r;

	basis_linear_start(l, q);
	rng_seed(&r, 1, l->stage);
	random_bridge(l, &r, 0);
}

static void
random_table(struct learner *l, struct rng *r)
{
	basis_linear_random(l, r);
	random_bridge(l, r, SMALL);
}

static void
work_init(struct work *w, const struct learner *l, float *block)
{
	const struct learner_bridge *b = l->bridge;

	w->c = mem_zfloats(b->blocks * b->block * l->d);
	memcpy(w->c, params_in(l->ps, block, l->table),
		l->k * l->d * sizeof(*w->c));
	transformer_work_init(&w->process, &b->layer, b->blocks);
	w->t = mem_floats(b->blocks * WIDTH);
	w->u = mem_floats(b->blocks * WIDTH);
}

static void
work_free(struct work *w)
{
	free(w->c);
	transformer_work_free(&w->process);
	free(w->t);
	free(w->u);
}

static void
forward(const struct dense *l, const struct params *p, struct pool *pool,
	const float *x, size_t n, float *y)
{
	struct dense d = *l;

	dense_pack(&d, p);
	dense_forward(&d, pool, x, n, y);
	dense_free(&d);
}

/* Up to what is recovered from, by p->w. */
static void
run(const struct learner_bridge *b, const struct params *p, struct pool *pool,
	struct work *w)
{
	forward(&b->compress, p, pool, w->c, b->blocks, w->process.x);
	transformer_forward(&b->layer, p, pool, &w->process, w->t);
	norm_forward(&b->last, p, pool, w->t, b->blocks, w->u);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	const struct learner_bridge *b = l->bridge;
	struct params ps = *l->ps;
	struct work w;

	ps.w = block;
	basis_linear_read(l, block, pool, q);
	work_init(&w, l, block);
	run(b, &ps, pool, &w);
	forward(&b->recover, &ps, pool, w.u, b->blocks, w.c);
	axpy(1, w.c, l->k * l->d, q);
	work_free(&w);
}

/* From dy, the gradient by what is recovered; dc takes that by C. */
static void
back(const struct learner *l, struct pool *pool, struct work *w,
	const float *dy, float *dc)
{
	const struct learner_bridge *b = l->bridge;
	float *du = mem_zfloats(b->blocks * WIDTH);
	float *dt = mem_zfloats(b->blocks * WIDTH);

	dense_backward(&b->recover, l->ps, pool, w->u, dy, b->blocks, du);
	norm_backward(&b->last, l->ps, pool, w->t, du, b->blocks, dt);
	transformer_backward(&b->layer, l->ps, pool, &w->process, dt);
	dense_backward(&b->compress, l->ps, pool, w->c, dt, b->blocks, dc);
	free(du);
	free(dt);
}

/* The codes that won have a gradient, and through their blocks all others. */
static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	const struct learner_bridge *b = l->bridge;
	size_t size = b->blocks * b->block * l->d;
	float *dy = mem_zfloats(size);
	float *dc = l->o.freeze_table ? NULL : mem_zfloats(size);
	struct work w;

	basis_linear_backward(l, pool, idx, dq, n);
	learner_scatter(pool, idx, dq, n, l->d, 1, dy);
	work_init(&w, l, l->ps->w);
	run(b, l->ps, pool, &w);
	back(l, pool, &w, dy, dc);
	if (dc)
		axpy(1, dc, l->k * l->d, params_in(l->ps, l->ps->g, l->table));
	work_free(&w);
	free(dy);
	free(dc);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	(void)block;
	learner_save_tensor(to, prefix, "codebook", q, l->k, l->d);
}

const struct basis basis_bridge = {
	.name = "bridge",
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
