#include <string.h>

#include "kernel/exp_block.h"
#include "nn/act.h"

#define BLOCK EXP_BLOCK

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
WIDE_INLINE void
half_tanh(const float *restrict x, float *restrict s)
{
	float u[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		u[i] = -TWICE * (x[i] + CUBIC * (x[i] * x[i] * x[i]));
	exp_block(u, s);
	for (size_t i = 0; i < BLOCK; i++)
		s[i] = 1 / (1 + s[i]);
}

/* y = x s(2u):  dy/dx = s + x s (1 - s) 2 u';  y and dy unless they are NULL,
 * y may be x.  No copy is read again: what memcpy stores is too narrow for
 * that. */
WIDE_INLINE void
gelu_block(const float *x, float *y, float *dy)
{
	float s[BLOCK], t[BLOCK];

	half_tanh(x, s);
	for (size_t i = 0; dy && i < BLOCK; i++) {
		float slope = TWICE * (1 + 3 * CUBIC * (x[i] * x[i]));

		/* in this order: a 0 stays one before it meets a large x */
		t[i] = s[i] + s[i] * (1 - s[i]) * x[i] * slope;
		t[i] *= dy[i];
	}
	if (dy)
		memcpy(dy, t, sizeof(t));
	for (size_t i = 0; i < BLOCK; i++)
		s[i] *= x[i];
	if (y)
		memcpy(y, s, sizeof(s));
}

WIDE_INLINE void
relu_block(const float *x, float *y, float *dy)
{
	float s[BLOCK], t[BLOCK] = { 0 };

	if (dy)
		memcpy(t, dy, sizeof(t));
	for (size_t i = 0; i < BLOCK; i++)
		t[i] = x[i] > 0 ? t[i] : 0;
	for (size_t i = 0; i < BLOCK; i++)
		s[i] = x[i] < 0 ? 0 : x[i];
	if (y)
		memcpy(y, s, sizeof(s));
	if (dy)
		memcpy(dy, t, sizeof(t));
}

WIDE_INLINE void
some_block(enum act a, const float *x, float *y, float *dy)
{
	if (a == ACT_GELU)
		gelu_block(x, y, dy);
	else
		relu_block(x, y, dy);
}

/* y or dy may be NULL. */
WIDE_INLINE void
act_all(enum act a, const float *x, size_t n, float *y, float *dy)
{
	float rest[BLOCK] = { 0 }, drest[BLOCK] = { 0 };
	size_t i = 0;

	for (; i + BLOCK <= n; i += BLOCK)
		some_block(a, x + i, y ? y + i : NULL, dy ? dy + i : NULL);
	if (i == n)
		return;
	memcpy(rest, x + i, (n - i) * sizeof(*x));
	if (dy)
		memcpy(drest, dy + i, (n - i) * sizeof(*dy));
	some_block(a, rest, rest, drest);
	if (y)
		memcpy(y + i, rest, (n - i) * sizeof(*y));
	if (dy)
		memcpy(dy + i, drest, (n - i) * sizeof(*dy));
}

WIDE_VERSIONS(void, rows, (enum act a, const float *x, size_t n, float *y),
	act_all(a, x, n, y, NULL))
WIDE_VERSIONS(void, back, (enum act a, const float *x, size_t n, float *dy),
	act_all(a, x, n, NULL, dy))
WIDE_VERSIONS(void, both,
	(enum act a, const float *x, size_t n, float *y, float *dy),
	act_all(a, x, n, y, dy))

void
act_rows(enum act a, const float *x, size_t n, float *y)
{
	WIDE_CALL(rows, (a, x, n, y));
}

void
act_backward(enum act a, const float *x, size_t n, float *dy)
{
	WIDE_CALL(back, (a, x, n, dy));
}

void
act_both(enum act a, const float *x, size_t n, float *y, float *dy)
{
	WIDE_CALL(both, (a, x, n, y, dy));
}
