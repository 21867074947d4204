/*
 * basis.h - how SimVQ makes codes of its table C [k, d]; one file a basis.
 *
 *     linear   Q = C W^T + b                                  (arXiv 2411.02038)
 *     mlp      Q = C W^T + b + gelu(C V^T + a) U^T            basis_mlp.h
 *     bridge   Q = C W^T + b + what blocks of C say of each other
 *                                                             basis_bridge.h
 *     cond     Q = C W_g^T + b_g, g the group of the code of the stage before
 *                                                             basis_cond.h
 *
 * W is [d, d], b [d]; without a bias b is nowhere.
 */
#ifndef QUANT_BASIS_H
#define QUANT_BASIS_H

#include "quant/learner.h"

/* What a row says is what struct learner_type says of the same name. */
struct basis {
	const char *name;
	void (*add)(struct learner *l, const char *prefix);
	void (*start)(struct learner *l, const float *q);
	void (*settle)(struct learner *l, const float *q); /* NULL: start */
	void (*random)(struct learner *l, struct rng *r);
	void (*read)(const struct learner *l, float *block, struct pool *pool,
		float *q);
	void (*backward)(struct learner *l, struct pool *pool,
		const uint32_t *idx, const float *dq, size_t n);
	void (*save)(const struct learner *l, float *block, const float *q,
		const char *prefix, struct record *to);
};

#define BASIS_NAMES "linear|mlp|bridge|cond"

/* By name; -1 if unknown. */
int basis_find(const char *name);
const char *basis_name(enum learner_basis b);

/* The functions of l->o.basis. */
const struct basis *basis_of(const struct learner *l);

#endif
