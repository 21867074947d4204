#include <stdlib.h>
#include <string.h>

#include "model/moe_distil.h"
#include "nn/adam.h"
#include "nn/dense.h"
#include "nn/loss.h"
#include "util/mem.h"

#define STEPS ((size_t)400)
#define BATCH ((size_t)1024)
#define RATE 1e-2

static void
draw(const float *x, const uint32_t *choice, size_t n, size_t d, struct rng *r,
	float *to, uint32_t *target)
{
	for (size_t v = 0; v < BATCH; v++) {
		size_t from = rng_below(r, n);

		memcpy(to + v * d, x + from * d, d * sizeof(*to));
		target[v] = choice[from];
	}
}

static void
learn(struct dense *l, struct params *p, const float *x, const uint32_t *choice,
	size_t n, struct pool *pool, struct rng *r)
{
	float *rows = mem_floats(BATCH * l->in);
	float *out = mem_floats(BATCH * l->out);
	uint32_t *target = mem_alloc(BATCH, sizeof(*target));
	struct adam adam;
	size_t right;

	adam_init(&adam, RATE, RATE);
	adam.warm_up = 0;
	for (size_t i = 0; i < STEPS; i++) {
		draw(x, choice, n, l->in, r, rows, target);
		dense_pack(l, p);
		dense_forward(l, pool, rows, BATCH, out);
		loss_classes(pool, out, target, BATCH, l->out, out, &right);
		dense_backward(l, p, pool, rows, out, BATCH, NULL);
		adam_step(&adam, p, pool);
	}
	dense_pack(l, p);
	free(rows);
	free(out);
	free(target);
}

double
moe_distil_router(const float *x, const uint32_t *choice, size_t n, size_t d,
	size_t e, struct pool *pool, struct rng *r, float *w, float *b)
{
	struct params p = { 0 };
	struct dense l = { 0 };
	float *out = mem_floats(n * e);
	size_t right;

	dense_add(&l, &p, PARAM_NET, "router", d, e, true);
	params_build(&p);
	learn(&l, &p, x, choice, n, pool, r);
	dense_forward(&l, pool, x, n, out);
	loss_classes(pool, out, choice, n, e, NULL, &right);
	memcpy(w, params_in(&p, p.w, l.weight), e * d * sizeof(*w));
	memcpy(b, params_in(&p, p.w, l.bias), e * sizeof(*b));
	free(out);
	dense_free(&l);
	params_free(&p);
	return (double)right / (double)n;
}
