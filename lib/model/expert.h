/*
 * expert.h - a bank of E two-layer experts, f_j: D -> H -> D.
 *
 *     f_j(x) = W2_j act(W1_j x + b1_j) + b2_j
 *
 * Shapes: fc1.weight [E, H, D], fc1.bias [E, H], fc2.weight [E, D, H],
 * fc2.bias [E, D].  Rows are sorted by expert: expert j has rows
 * offset[j] .. offset[j + 1] - 1 of in [a, D], pre and hidden [a, H] (before
 * and after the activation), out [a, D].  Forward is row-wise (product.h), so
 * what an expert gives does not depend on who else goes to it.
 */
#ifndef MODEL_EXPERT_H
#define MODEL_EXPERT_H

#include <stddef.h>

#include "kernel/panel.h"
#include "nn/act.h"
#include "nn/params.h"
#include "util/pool.h"
#include "util/rng.h"

struct expert {
	size_t e, d, h;
	enum act act;
	size_t w1, b1, w2, b2;   /* rows of params */
	struct panel *fc1, *fc2; /* [e] of the weights as packed last */
};

/* Before params_build: prefix + "experts.fc1.weight", ...  e, d, h and act are
 * set. */
void expert_add(struct expert *x, struct params *p, enum param_group g,
	const char *prefix);

/* Uniform in +-1/sqrt(in), zero biases. */
void expert_random(const struct expert *x, struct params *p, struct rng *r);

/* After each change of p->w. */
void expert_pack(struct expert *x, const struct params *p, struct pool *pool);

/* All-zero is empty. */
void expert_free(struct expert *x);

struct expert_rows {
	const size_t *offset; /* [e + 1] */
	float *in, *pre, *hidden, *out;
};

/* pre and hidden NULL: nothing stays for a backward. */
void expert_forward(
	const struct expert *x, struct pool *pool, const struct expert_rows *r);

/*
 * dout [a, D] in; din [a, D] = the gradient of in; p->g += that of the
 * weights, where they learn.  dhidden [a, H] is scratch.
 */
void expert_backward(const struct expert *x, struct params *p,
	struct pool *pool, const struct expert_rows *r, const float *dout,
	float *dhidden, float *din);

#endif
