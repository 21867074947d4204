/*
 * numbers.h - what the tests of numeric code share: seeds on stdout, random
 * floats, comparison bit by bit.
 */
#ifndef NUMBERS_H
#define NUMBERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/mem.h"
#include "util/rng.h"

#define HELP __attribute__((unused)) static

/* Each test's numbers, with the seed on stdout; SEED=N repeats a run. */
HELP struct rng
seeded(const char *test)
{
	uint64_t seed = (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
	const char *given = getenv("SEED");
	struct rng r;

	if (given)
		seed = strtoull(given, NULL, 10);
	print_message("# %s: SEED=%llu\n", test, (unsigned long long)seed);
	rng_seed(&r, seed, 0);
	return r;
}

/* from .. to, both included. */
HELP size_t
between(struct rng *r, size_t from, size_t to)
{
	return from + rng_below(r, to - from + 1);
}

HELP void
fill(struct rng *r, float *x, size_t n, double scale)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float)(scale * rng_normal(r));
}

HELP float *
normals(struct rng *r, size_t n, double scale)
{
	float *x = mem_floats(n);

	fill(r, x, n, scale);
	return x;
}

/* Every byte 0xff: NaN, so that what was not written is seen. */
HELP float *
unwritten(size_t n)
{
	float *x = mem_floats(n);

	memset(x, 0xff, n * sizeof(*x));
	return x;
}

HELP void
same_bits(const float *a, const float *b, size_t n)
{
	if (n)
		assert_memory_equal(a, b, n * sizeof(*a));
}

HELP void
near(double got, double want, double most)
{
	if (!(fabs(got - want) <= most))
		fail_msg("%.9g, not %.9g within %.3g", got, want, most);
}

#endif
