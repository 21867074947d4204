/* Bits of any probability come back, in as many bytes as they are worth. */
#include <math.h>

#include "tensor/range_coder.h"
#include "tensor_help.h"
#include "util/rng.h"

#define N 20000

/* Probabilities of a 1 that are even, or at the edges. */
static uint32_t
some_probability(struct rng *r, int edge)
{
	if (edge && rng_below(r, 2))
		return rng_below(r, 2) ? 1 : 65535;
	return 1 + (uint32_t)rng_below(r, 65535);
}

static void
round_trip(struct rng *r, int edge, size_t n)
{
	struct range_encoder to = { 0 };
	struct range_decoder from;
	uint32_t *p = malloc(n * sizeof(*p) + 1);
	bool *bit = malloc(n + 1);
	double bits = 0;

	range_coder_begin(&to);
	for (size_t i = 0; i < n; i++) {
		p[i] = some_probability(r, edge);
		bit[i] = rng_below(r, 65536) < p[i];
		bits -= log2((bit[i] ? p[i] : 65536 - p[i]) / 65536.0);
		range_coder_put(&to, bit[i], p[i]);
	}
	range_coder_end(&to);
	assert_true((double)to.n <= bits / 8 * (1 + 1e-6) + 2);
	assert_true((double)to.n >= bits / 8 - 2);
	range_coder_open(&from, to.out, to.n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(range_coder_get(&from, p[i]), bit[i]);
	free(to.out);
	free(p);
	free(bit);
}

static void
test_round_trip(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 6, 1);
	for (int i = 0; i < 200; i++)
		round_trip(&r, i % 2, i < 100 ? (size_t)i : rng_below(&r, N));
}

/* Zeros follow the last byte: nothing need be written for them. */
static void
test_nothing(void **state)
{
	struct range_encoder to = { 0 };

	(void)state;
	range_coder_begin(&to);
	range_coder_end(&to);
	assert_int_equal(to.n, 0);
	range_coder_begin(&to);
	for (int i = 0; i < 100; i++)
		range_coder_put(&to, true, 65535);
	range_coder_end(&to);
	assert_int_equal(to.n, 0);
	free(to.out);
}

/* Any bytes decode to something. */
static void
test_any_bytes(void **state)
{
	unsigned char junk[64];
	struct range_decoder from;
	struct rng r;
	size_t ones = 0;

	(void)state;
	rng_seed(&r, 6, 2);
	for (int i = 0; i < 64; i++)
		junk[i] = (unsigned char)rng_below(&r, 256);
	range_coder_open(&from, junk, 64);
	for (int i = 0; i < 10000; i++)
		ones += range_coder_get(&from, some_probability(&r, 1));
	assert_true(ones > 0 && ones < 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
