#include <stdlib.h>

#include "model/transform.h"
#include "util/mem.h"

size_t
transform_dim(const struct transform *t)
{
	switch (t->kind) {
	case ITEM_IMAGE: return t->patch * t->patch * t->channels;
	case ITEM_AUDIO: return t->patch;
	default: return t->dim;
	}
}

void
transform_init(struct transform *t)
{
	t->dim = transform_dim(t);
	t->mu = mem_zfloats(t->dim);
	t->scale = 1;
}

void
transform_free(struct transform *t)
{
	free(t->mu);
	*t = (struct transform){ 0 };
}

void
transform_normalize(const struct transform *t, float *x, size_t n)
{
	float factor = 1 / t->scale;

	for (size_t v = 0; v < n; v++, x += t->dim)
		for (size_t i = 0; i < t->dim; i++)
			x[i] = (x[i] - t->mu[i]) * factor;
}

void
transform_restore(const struct transform *t, float *x, size_t n)
{
	for (size_t v = 0; v < n; v++, x += t->dim)
		for (size_t i = 0; i < t->dim; i++)
			x[i] = x[i] * t->scale + t->mu[i];
}
