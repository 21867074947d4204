/* Tokens sorted by expert: nothing lost, nothing twice, nothing dropped. */
#include "model/dispatch.h"
#include "model/router.h"
#include "numbers.h"

/* Offsets are written over from 9s, and the order is by expert, then place. */
static void
check(const uint16_t *experts, size_t n, size_t s, size_t e)
{
	size_t *offset = mem_alloc(e + 1, sizeof(*offset)), at = 0;
	uint32_t *order = mem_alloc(n * s + 1, sizeof(*order));

	memset(offset, 9, (e + 1) * sizeof(*offset));
	order[n * s] = 77;
	dispatch_sort(experts, n, s, e, order, offset);
	assert_int_equal(offset[0], 0);
	for (size_t j = 0; j < e; j++) {
		for (size_t i = 0; i < n * s; i++)
			if (experts[i] == j)
				assert_int_equal(order[at++], i);
		assert_int_equal(offset[j + 1], at);
	}
	assert_int_equal(order[n * s], 77);
	free(order);
	free(offset);
}

static void
random_assignments_are_sorted(void **state)
{
	struct rng r = seeded("random_assignments_are_sorted");

	(void)state;
	for (int i = 0; i < 200; i++) {
		size_t n = between(&r, 0, 60), s = between(&r, 1, 4);
		size_t e = between(&r, 1, 20), lost = between(&r, 0, 2);
		uint16_t *experts = mem_alloc(n * s, sizeof(*experts));

		for (size_t a = 0; a < n * s; a++)
			experts[a] = lost && rng_below(&r, 3) < lost
				? ROUTER_DROPPED
				: (uint16_t)rng_below(&r, e);
		check(experts, n, s, e);
		free(experts);
	}
}

static void
empty_experts_have_empty_ranges(void **state)
{
	const uint16_t only_last[] = { 4, 4, 4 };
	const uint16_t only_first[] = { 0, 0, 0 };
	const uint16_t ends[] = { 4, 0, 4 };

	(void)state;
	check(only_last, 3, 1, 5);
	check(only_first, 3, 1, 5);
	check(ends, 1, 3, 5);
	check(NULL, 0, 1, 5);
}

static void
one_expert_has_all_in_order(void **state)
{
	const uint16_t all[] = { 0, 0, 0, 0 };

	(void)state;
	check(all, 4, 1, 1);
	check(all, 2, 2, 1);
}

static void
what_is_dropped_is_nowhere(void **state)
{
	const uint16_t all[] = { ROUTER_DROPPED, ROUTER_DROPPED };
	const uint16_t some[] = { ROUTER_DROPPED, 1, ROUTER_DROPPED, 0, 1,
		ROUTER_DROPPED };
	const uint16_t last[] = { 65533, ROUTER_DROPPED, 0 };

	(void)state;
	check(all, 2, 1, 3);
	check(all, 1, 2, 1);
	check(some, 3, 2, 2);
	check(last, 3, 1, ROUTER_EXPERTS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_assignments_are_sorted),
		cmocka_unit_test(empty_experts_have_empty_ranges),
		cmocka_unit_test(one_expert_has_all_in_order),
		cmocka_unit_test(what_is_dropped_is_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
