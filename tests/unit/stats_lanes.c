/*
 * stats_lanes.c - counts of codes as they lie in memory, against those of
 * codes one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stats/lanes.h"
#include "tensor/whole.h"
#include "util/mem.h"
#include "util/rng.h"

/* A byte too many in front: codes need not be aligned. */
static void
check(size_t n, size_t size, uint32_t k, uint64_t seed)
{
	unsigned char *bytes = mem_alloc(n * size + 1, 1), *p = bytes + 1;
	uint32_t *code = mem_alloc(n, sizeof(*code));
	struct counts got = { 0 }, want = { 0 };
	struct lanes l = { 0 };
	struct rng r;

	rng_seed(&r, seed, 0);
	for (size_t i = 0; i < n; i++) {
		uint32_t v = (uint32_t)rng_below(&r, k);

		memcpy(p + i * size, &v, size);
	}
	assert_true(whole_to_u32(code, p, n, size) < (uint64_t)1 << 16);
	counts_add(&want, code, n, 1);
	lanes_add(&l, p, n / 3, size);
	lanes_add(&l, p + n / 3 * size, n - n / 3, size);
	assert_int_equal(lanes_end(&l), n ? want.max + 1 : 0);
	lanes_count(&l, &got);
	assert_int_equal(got.tokens, n);
	assert_int_equal(got.used, want.used);
	assert_int_equal(got.max, want.max);
	for (size_t v = 0; n && v <= want.max; v++)
		assert_int_equal(got.n[v], want.n[v]);
	lanes_forget(&l);
	assert_int_equal(lanes_end(&l), 0);
	counts_free(&got);
	counts_free(&want);
	lanes_free(&l);
	free(bytes);
	free(code);
}

static void
as_one_by_one(void **state)
{
	static const size_t lengths[] = { 0, 1, 3, 7, 8, 9, 1000, 100003 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		check(lengths[i], 1, 1, i);
		check(lengths[i], 1, 200, i);
		check(lengths[i], 1, 256, i);
		check(lengths[i], 2, 1, i);
		check(lengths[i], 2, 1000, i);
		check(lengths[i], 2, 65536, i);
	}
}

static void
forgotten_codes_are_gone(void **state)
{
	static const unsigned char first[] = { 9, 9, 3 }, then[] = { 2 };
	struct counts c = { 0 };
	struct lanes l = { 0 };

	(void)state;
	lanes_add(&l, first, 3, 1);
	lanes_forget(&l);
	lanes_add(&l, then, 1, 1);
	lanes_count(&l, &c);
	assert_int_equal(c.tokens, 1);
	assert_int_equal(c.used, 1);
	assert_int_equal(c.max, 2);
	counts_free(&c);
	lanes_free(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_one_by_one),
		cmocka_unit_test(forgotten_codes_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
