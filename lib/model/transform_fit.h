/*
 * transform_fit.h - the centre and the scale of a sample of vectors.
 */
#ifndef MODEL_TRANSFORM_FIT_H
#define MODEL_TRANSFORM_FIT_H

#include "model/reservoir.h"
#include "model/transform.h"

/* mu = E x, scale^2 = E |x - mu|^2, by weight; scale 1 for constant data. */
void transform_fit(struct transform *t, const struct reservoir *r);

#endif
