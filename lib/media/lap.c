#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "media/lap.h"
#include "util/mem.h"

#define QUARTER_PI 0x1.921fb54442d18p-1

/* Taylor series on 0 .. pi/4: the first term left out is below 5e-17. */
static double
sine_poly(double x)
{
	double y = x * x, s = 0;

	for (int k = 15; k >= 3; k -= 2)
		s = -(s + 1) * y / (k * (k - 1));
	return x + x * s;
}

static double
cosine_poly(double x)
{
	double y = x * x, s = 0;

	for (int k = 16; k >= 2; k -= 2)
		s = -(s + 1) * y / (k * (k - 1));
	return 1 + s;
}

/*
 * cos(pi/4 * m/octant).  The angle is reduced in integers, so the error does
 * not grow with m, and the polynomials make the bits the same everywhere.
 */
static double
cosine_of(uint64_t m, uint64_t octant)
{
	uint64_t o = m / octant % 8, r = m % octant;
	double x;

	if (o % 2 != 0)
		r = octant - r;
	x = QUARTER_PI * ((double)r / (double)octant);
	switch (o) {
	case 0:
	case 7: return cosine_poly(x);
	case 1:
	case 6: return sine_poly(x);
	case 2:
	case 5: return -sine_poly(x);
	default: return -cosine_poly(x);
	}
}

void
lap_dct4(float *basis, size_t hop)
{
	double scale = sqrt(2.0 / (double)hop);

	for (size_t i = 0; i < hop; i++)
		for (size_t j = 0; j <= i; j++) {
			uint64_t m = (uint64_t)(2 * i + 1) * (2 * j + 1);
			double v = scale * cosine_of(m, hop);

			basis[i * hop + j] = basis[j * hop + i] = (float)v;
		}
}

/*
 * The sine window rises over a whole hop around the boundary.  With the
 * DCT-IV even at its left end and odd at its right one, that is a rotation by
 * pi/4 - pi (2i+1) / (4 hop) at distance i + 1/2 from the boundary.
 */
void
lap_init(struct lap *l, size_t hop)
{
	l->hop = hop;
	l->sine = mem_floats(hop / 2);
	l->cosine = mem_floats(hop / 2);
	for (size_t i = 0; i < hop / 2; i++) {
		uint64_t m = hop - (2 * i + 1);

		l->cosine[i] = (float)cosine_of(m, hop);
		l->sine[i] = (float)cosine_of(m + 6 * (uint64_t)hop, hop);
	}
}

void
lap_free(struct lap *l)
{
	free(l->sine);
	free(l->cosine);
	*l = (struct lap){ 0 };
}

void
lap_forward(const struct lap *l, float *left, float *right)
{
	for (size_t i = 0; i < l->hop / 2; i++) {
		float a = left[l->hop - 1 - i], b = right[i];

		left[l->hop - 1 - i] = l->cosine[i] * a - l->sine[i] * b;
		right[i] = l->cosine[i] * b + l->sine[i] * a;
	}
}

void
lap_inverse(const struct lap *l, float *left, float *right)
{
	for (size_t i = 0; i < l->hop / 2; i++) {
		float a = left[l->hop - 1 - i], b = right[i];

		left[l->hop - 1 - i] = l->cosine[i] * a + l->sine[i] * b;
		right[i] = l->cosine[i] * b - l->sine[i] * a;
	}
}
