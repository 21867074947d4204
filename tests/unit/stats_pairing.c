/* stats_pairing.c - two tables of codes against plain loops. */
#include "numbers.h"

#include "stats/pairing.h"
#include "stats/spacing.h"

enum { OLD = 130, NOW = 170, D = 3 };

static float old[OLD * D], now[NOW * D];

static void
make_tables(void)
{
	for (size_t i = 0; i < OLD * D; i++)
		old[i] = (float)sin(0.11 * (double)(i * i % 2003));
	for (size_t i = 0; i < NOW * D; i++)
		now[i] = i % 9 < 3 && i < OLD * D
			? old[i]
			: (float)cos(0.13 * (double)(i * i % 1999));
}

static double
distance(const float *a, const float *b)
{
	double sum = 0;

	for (size_t i = 0; i < D; i++)
		sum += pow((double)a[i] - (double)b[i], 2);
	return sqrt(sum);
}

static size_t
nearest(const float *x, const float *table, size_t k)
{
	size_t best = 0;

	for (size_t j = 1; j < k; j++)
		if (distance(x, table + j * D) < distance(x, table + best * D))
			best = j;
	return best;
}

static void
figures_are_those_of_plain_loops(void **state)
{
	double matched = 0, moved = 0, most = 0, pairs = 0, same = 0, spread;
	struct pool *pool = pool_open(3);
	struct pairing p, q;

	(void)state;
	make_tables();
	spread = spacing_spread(old, OLD, D);
	for (size_t j = 0; j < NOW; j++) {
		size_t i = nearest(now + j * D, old, OLD);

		matched += distance(now + j * D, old + i * D) / spread / NOW;
		pairs += nearest(old + i * D, now, NOW) == j;
	}
	for (size_t j = 0; j < OLD; j++) {
		double by = distance(now + j * D, old + j * D) / spread;

		moved += by / OLD;
		most = fmax(most, by);
		same += by == 0;
	}
	p = pairing_find(old, OLD, now, NOW, D, NULL);
	q = pairing_find(old, OLD, now, NOW, D, pool);
	assert_true(same > 40 && same < 50);
	near(p.matched, matched, 1e-6);
	near(p.mutual, pairs / OLD, 1e-9);
	near(p.moved, moved, 1e-6);
	near(p.moved_most, most, 1e-6);
	near(p.same, same / OLD, 1e-9);
	assert_memory_equal(&p, &q, sizeof(p));
	pool_close(pool);
}

static void
equal_codes_have_no_unit_and_one_partner(void **state)
{
	const float x[] = { 1, 2, 1, 2, 1, 2 };
	struct pairing p = pairing_find(x, 3, x, 3, 2, NULL);

	(void)state;
	assert_true(isnan(p.matched) && isnan(p.moved) && isnan(p.moved_most));
	near(p.mutual, 1.0 / 3, 1e-9);
	near(p.same, 1, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_those_of_plain_loops),
		cmocka_unit_test(equal_codes_have_no_unit_and_one_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
