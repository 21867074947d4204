#include <string.h>

#include "kernel/exp.h"
#include "nn/act.h"

#define BLOCK ((size_t)64)

#define CUBIC 0.044715f
#define TWICE 0x1.988454p+0f /* 2 sqrt(2 / pi) */

static const char *const names[] = { "relu", "gelu" };

int
act_find(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
act_name(enum act a)
{
	return names[a];
}

/* (1 + tanh u) / 2 = 1 / (1 + e^-2u) */
static void
half_tanh(const float *restrict x, float *restrict s)
{
	for (size_t i = 0; i < BLOCK; i++)
		s[i] = -TWICE * (x[i] + CUBIC * (x[i] * x[i] * x[i]));
	exp_floats(s, BLOCK, s);
	for (size_t i = 0; i < BLOCK; i++)
		s[i] = 1 / (1 + s[i]);
}

static void
gelu(const float *x, float *y)
{
	float s[BLOCK];

	half_tanh(x, s);
	for (size_t i = 0; i < BLOCK; i++)
		s[i] *= x[i];
	memcpy(y, s, sizeof(s));
}

static void
relu(const float *x, float *y)
{
	float s[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		s[i] = x[i] < 0 ? 0 : x[i];
	memcpy(y, s, sizeof(s));
}

/* y = x s(2u):  dy/dx = s + x s (1 - s) 2 u' */
static void
gelu_back(const float *restrict x, float *restrict dy)
{
	float s[BLOCK];

	half_tanh(x, s);
	for (size_t i = 0; i < BLOCK; i++) {
		float slope = TWICE * (1 + 3 * CUBIC * (x[i] * x[i]));

		/* in this order: a 0 stays one before it meets a large x */
		dy[i] *= s[i] + s[i] * (1 - s[i]) * x[i] * slope;
	}
}

static void
relu_back(const float *restrict x, float *restrict dy)
{
	for (size_t i = 0; i < BLOCK; i++)
		dy[i] = x[i] > 0 ? dy[i] : 0;
}

void
act_rows(enum act a, const float *x, size_t n, float *y)
{
	void (*block)(const float *, float *) = a == ACT_GELU ? gelu : relu;
	float rest[BLOCK] = { 0 };

	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, y += BLOCK)
		block(x, y);
	if (n == 0)
		return;
	memcpy(rest, x, n * sizeof(*x));
	block(rest, rest);
	memcpy(y, rest, n * sizeof(*y));
}

void
act_backward(enum act a, const float *x, size_t n, float *dy)
{
	void (*block)(const float *, float *) =
		a == ACT_GELU ? gelu_back : relu_back;
	float rest[BLOCK] = { 0 }, drest[BLOCK] = { 0 };

	for (; n >= BLOCK; n -= BLOCK, x += BLOCK, dy += BLOCK)
		block(x, dy);
	if (n == 0)
		return;
	memcpy(rest, x, n * sizeof(*x));
	memcpy(drest, dy, n * sizeof(*dy));
	block(rest, drest);
	memcpy(dy, drest, n * sizeof(*dy));
}
