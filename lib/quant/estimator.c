#include <assert.h>
#include <math.h>
#include <string.h>

#include "quant/estimator.h"

/* Of a length, below which a vector has no direction: squares of smaller
 * numbers are lost in single precision. */
#define SMALLEST 1e-18

static const char *const names[] = { "ste", "rotation", "diveq" };

enum estimator
estimator_find(const char *name)
{
	size_t i = 0;

	while (strcmp(names[i], name) != 0) {
		i++;
		assert(i < sizeof(names) / sizeof(*names));
	}
	return (enum estimator)i;
}

const char *
estimator_name(enum estimator how)
{
	return names[how];
}

static double
dot(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++)
		sum += (double)a[i] * (double)b[i];
	return sum;
}

/* out = l (z - 2 r (r.z) + 2 q^ (z^.z)), l and all in R held:
 * dz = l (g - 2 r (r.g) + 2 z^ (q^.g)).  With s = z^ + q^ and |s|^2 = 2 (1 +
 * z^.q^), 2 r (r.g) = s (s.g) / (1 + z^.q^). */
static void
rotate_back(const float *z, const float *q, size_t d, float *g)
{
	double nz = sqrt(dot(z, z, d)), nq = sqrt(dot(q, q, d));
	double with_z = dot(z, g, d), with_q = dot(q, g, d), half, along;

	if (!(nz > SMALLEST && nq > SMALLEST))
		return;
	half = 1 + dot(z, q, d) / (nz * nq);
	if (!(half > 1e-6)) /* opposite, but for rounding of z and q */
		return;
	with_z /= nz;
	with_q /= nq;
	along = (with_z + with_q) / half;
	for (size_t i = 0; i < d; i++) {
		double zh = (double)z[i] / nz, qh = (double)q[i] / nq;

		g[i] = (float)(nq / nz *
			((double)g[i] - (zh + qh) * along + 2 * zh * with_q));
	}
}

/* out = z + |q - z| u:  dq = u (u.g);  dz = g - u (u.g). */
static void
split_back(const float *z, const float *q, size_t d, float *g, float *dq)
{
	double square = 0, along = 0;

	for (size_t i = 0; i < d; i++) {
		double u = (double)q[i] - (double)z[i];

		square += u * u;
		along += u * (double)g[i];
	}
	along = square > SMALLEST * SMALLEST ? along / square : 0;
	for (size_t i = 0; i < d; i++) {
		dq[i] = (float)(((double)q[i] - (double)z[i]) * along);
		g[i] -= dq[i];
	}
}

void
estimator_back(enum estimator how, const float *z, const float *q, size_t n,
	size_t d, float *g, float *dq)
{
	for (size_t at = 0; at < n * d; at += d) {
		if (how == ESTIMATOR_ROTATION)
			rotate_back(z + at, q + at, d, g + at);
		else if (how == ESTIMATOR_DIVEQ)
			split_back(z + at, q + at, d, g + at, dq + at);
	}
}
