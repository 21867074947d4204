/*
 * rng.h - seeded random numbers; the state is passed, never global.
 *
 * xoshiro256++ (Blackman and Vigna, 2019), its state filled by splitmix64.
 * A (seed, stream) pair names a sequence, so that independent parts of a
 * program draw independently of each other's order.
 */
#ifndef UTIL_RNG_H
#define UTIL_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t s[4];
};

void rng_seed(struct rng *r, uint64_t seed, uint64_t stream);
uint64_t rng_u64(struct rng *r);

/* Uniform in 0 .. n-1, without bias; n >= 1. */
size_t rng_below(struct rng *r, size_t n);

/* Uniform in [0, 1), 53 bits. */
double rng_unit(struct rng *r);

/* Standard normal (Box-Muller, one value a call). */
double rng_normal(struct rng *r);

/* Fisher-Yates on idx[0..n). */
void rng_shuffle(struct rng *r, size_t *idx, size_t n);

#endif
