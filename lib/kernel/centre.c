#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/centre.h"
#include "util/mem.h"

#define FAR 32.0 /* times their distance from each other */
#define TRIES ((size_t)3)

/* Sizes by exponent and three bits of the fraction; infinity is behind them. */
#define BIN_BITS 20
#define BINS ((size_t)0xff << 3)

static size_t
bin_of(float start)
{
	uint32_t bits;

	memcpy(&bits, &start, sizeof(bits));
	return (bits & 0x7fffffff) >> BIN_BITS;
}

/* Codes that may lie elsewhere. */
static size_t
few(size_t k)
{
	return k / 8 ? k / 8 : k >= 3;
}

/* Two bins side by side that hold all but a few codes: the first of them; BINS
 * if there are none. */
static size_t
common_bin(const float *start, size_t k)
{
	uint32_t count[BINS + 1] = { 0 };

	for (size_t j = 0; j < k; j++)
		if (bin_of(start[j]) < BINS)
			count[bin_of(start[j])]++;
	for (size_t b = 0; b < BINS; b++)
		if (count[b] && (size_t)count[b] + count[b + 1] >= k - few(k))
			return b;
	return BINS;
}

/* The codes about one of them. */
struct crowd {
	const float *code;
	size_t k, d, one;
	double limit; /* of squared distances */
};

static double
apart(const struct crowd *c, size_t j)
{
	const float *x = c->code + c->one * c->d, *y = c->code + j * c->d;
	double sum = 0;

	for (size_t i = 0; i < c->d; i++) {
		double t = (double)x[i] - (double)y[i];

		sum += t * t;
	}
	return sum;
}

/* It has all but a few codes, and not all of these in one place. */
static bool
is_most(const struct crowd *c)
{
	size_t left = few(c->k);
	double most = 0;

	for (size_t j = 0; j < c->k; j++) {
		double sum = apart(c, j);

		if (sum < c->limit)
			most = sum > most ? sum : most;
		else if (left-- == 0)
			return false;
	}
	return most > 0;
}

static void
crowd_mean(const struct crowd *c, float *centre)
{
	double *sum = mem_zalloc(c->d, sizeof(*sum));
	size_t n = 0;

	for (size_t j = 0; j < c->k; j++) {
		if (!(apart(c, j) < c->limit))
			continue;
		for (size_t i = 0; i < c->d; i++)
			sum[i] += (double)c->code[j * c->d + i];
		n++;
	}
	for (size_t i = 0; i < c->d; i++)
		centre[i] = (float)(sum[i] / (double)n);
	free(sum);
}

bool
centre_settle(const float *code, size_t k, size_t d, const float *start,
	float *centre)
{
	size_t bin = common_bin(start, k);

	/* A far code may be as far from the mean as most by chance. */
	for (size_t t = 0; bin < BINS && t < TRIES; t++) {
		struct crowd c = { code, k, d, t * k / TRIES, 0 };

		while (c.one < k && bin_of(start[c.one]) - bin > 1)
			c.one++;
		if (c.one == k)
			break;
		c.limit = -2.0 * (double)start[c.one] / (FAR * FAR);
		if (is_most(&c)) {
			crowd_mean(&c, centre);
			return true;
		}
	}
	return false;
}
