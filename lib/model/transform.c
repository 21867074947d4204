#include <stdbool.h>
#include <stdlib.h>

#include "model/transform.h"
#include "util/mem.h"

#define BLOCK ((size_t)8)

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

/* x = (x - mu) factor; whole blocks are a loop that compilers make vectors
 * of. */
static void
normalize_row(
	float *restrict x, const float *restrict mu, size_t n, float factor)
{
	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, mu += BLOCK)
		for (size_t i = 0; i < BLOCK; i++)
			x[i] = (x[i] - mu[i]) * factor;
	for (size_t i = 0; i < n; i++)
		x[i] = (x[i] - mu[i]) * factor;
}

static bool
changes_nothing(const struct transform *t)
{
	for (size_t i = 0; i < t->dim; i++)
		if (t->mu[i] != 0)
			return false;
	return t->scale == 1;
}

void
transform_normalize(const struct transform *t, float *x, size_t n)
{
	if (changes_nothing(t))
		return;
	for (size_t v = 0; v < n; v++)
		normalize_row(x + v * t->dim, t->mu, t->dim, 1 / t->scale);
}

void
transform_restore(const struct transform *t, float *x, size_t n)
{
	for (size_t v = 0; v < n; v++, x += t->dim)
		for (size_t i = 0; i < t->dim; i++)
			x[i] = x[i] * t->scale + t->mu[i];
}
