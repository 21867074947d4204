/*
 * bottleneck.h - codebooks that look for codes in fewer numbers: what the types
 * fc, fsq and lfq share.
 *
 *     y = P x + p0                P [width, d], p0 [width]
 *     u = a code's point, found from y as the type says: [width]
 *     q = U u + u0                U [d, width], u0 [d]
 *
 * All four learn by gradient, as rows project_in.weight, project_in.bias,
 * project_out.weight and project_out.bias.  Shapes: x and q are [n, d], y and
 * u [n, width]; all points are [k, width].
 */
#ifndef QUANT_BOTTLENECK_H
#define QUANT_BOTTLENECK_H

#include "quant/learner.h"

/* The four rows of ps; sets l->neck. */
void bottleneck_add(struct learner *l, const char *prefix, size_t width);

/* As linear layers start: uniform in +-1/sqrt(inputs). */
void bottleneck_random(struct learner *l, struct rng *r);

/*
 * P = the first principal components of x, p0 = -P mean; beyond the d-th they
 * are zero.  variance [width] is that of each y.
 */
int bottleneck_start(struct learner *l, const float *x, size_t n,
	double *variance, struct err *e);

/* y_i <- factor_i y_i, by P and p0. */
void bottleneck_scale(struct learner *l, const double *factor);

/* To a variance of 1 each, where there is any. */
void bottleneck_whiten(struct learner *l, const double *variance);

/* y of x, by ps->w. */
void bottleneck_in(const struct learner *l, struct pool *pool, const float *x,
	size_t n, float *y);

/* U and u0 with the least |x - q|^2 for points u [n, width]. */
int bottleneck_fit(struct learner *l, const float *x, const float *u, size_t n,
	struct err *e);

/* q [k, d] of all points, by block. */
void bottleneck_table(const struct learner *l, float *block, struct pool *pool,
	const float *point, float *q);

/* b's front: P and p0. */
void bottleneck_face(const struct learner *l, float *block, struct codebook *b);

/* codebook, and the four rows. */
void bottleneck_save(const struct learner *l, float *block, const float *q,
	const char *prefix, struct record *to);

/* A step in which the type fills u and turns du into dy. */
struct bottleneck_step {
	struct learner *l;
	const struct learner_pull *p;
	float *y;  /* [n, width] */
	float *u;  /* [n, width] the points chosen: the type's to fill */
	float *du; /* [n, width] of the reconstruction by u; then dy */
};

/* Computes y and du. */
void bottleneck_open(struct bottleneck_step *t, struct learner *l,
	struct pool *pool, const struct learner_pull *p);

/* From u and dy: adds the four gradients to ps->g, sets p->dr = P^T dy. */
void bottleneck_close(struct bottleneck_step *t, struct pool *pool);

#endif
