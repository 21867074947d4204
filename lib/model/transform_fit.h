/*
 * transform_fit.h - the centre and the scale of a sample of vectors.
 */
#ifndef MODEL_TRANSFORM_FIT_H
#define MODEL_TRANSFORM_FIT_H

#include "model/reservoir.h"
#include "model/transform.h"
#include "util/err.h"

/* mu = E x, scale^2 = E |x - mu|^2, by weight; scale 1 for constant data. */
void transform_fit(struct transform *t, const struct reservoir *r);

/* Fails where a vector that t has normalized is so far out that squares are
 * lost, or where t itself is: the numbers are near the end of single precision,
 * or not those that a model's t was made for. */
int transform_fit_check(
	const struct transform *t, const struct reservoir *r, struct err *e);

#endif
