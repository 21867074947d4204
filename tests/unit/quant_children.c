/*
 * Children of several prefixes: the order of a plain sort of all pairs, and
 * the nearest code of the prefix followed, for any shape, copies included.
 */
#include "numbers.h"
#include "quant/children.h"

static int
better_first(const void *a, const void *b)
{
	const struct child *x = a, *y = b;

	if (x->error != y->error)
		return x->error < y->error ? -1 : 1;
	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->code < y->code ? -1 : 1;
}

/* The score of nearest.h. */
static float
score(const struct nearest *s, const float *code, const float *x)
{
	size_t d = s->panel.d;
	double norm2 = 0;
	float sum;

	for (size_t i = 0; i < d; i++) {
		float c = code[i] - s->centre[i];

		norm2 += (double)c * (double)c;
	}
	sum = (float)(-0.5 * norm2);
	for (size_t i = 0; i < d; i++)
		sum = fmaf(x[i] - s->centre[i], code[i] - s->centre[i], sum);
	return sum;
}

/* All pairs of one vector by the definition in children.h, sorted. */
static void
rank(const struct nearest *s, const float *code, const float *left, size_t live,
	struct child *out)
{
	size_t d = s->panel.d, k = s->panel.rows;

	for (size_t p = 0; p < live; p++) {
		double sum[4] = { 0 }, norm2;

		for (size_t i = 0; i < d; i++) {
			float t = left[p * d + i] - s->centre[i];

			sum[i % 4] += (double)t * (double)t;
		}
		norm2 = ((sum[0] + sum[1]) + sum[2]) + sum[3];
		for (size_t j = 0; j < k; j++)
			out[p * k + j] = (struct child){ norm2 -
					2 *
						(double)score(s, code + j * d,
							left + p * d),
				(uint32_t)p, (uint32_t)j };
	}
	qsort(out, live * k, sizeof(*out), better_first);
}

/* n rows, half of them copies of others, so that equals are common. */
static float *
with_copies(struct rng *r, size_t n, size_t d)
{
	float *x = normals(r, n * d, 1);

	for (size_t j = 1; j < n; j++)
		if (rng_below(r, 2))
			memcpy(x + j * d, x + rng_below(r, j) * d,
				d * sizeof(*x));
	return x;
}

static void
same_as_a_sort_of_all_pairs(void **state)
{
	struct rng r = seeded("same_as_a_sort_of_all_pairs");

	(void)state;
	for (int trial = 0; trial < 80; trial++) {
		size_t n = between(&r, 1, 20), live = between(&r, 1, 40);
		size_t k = between(&r, 1, 600), d = between(&r, 1, 30);
		size_t pairs = live * k;
		size_t keep = between(&r, 1, pairs < 64 ? pairs : 64);
		float *code = with_copies(&r, k, d);
		float *left = with_copies(&r, n * live, d), *work;
		struct child *best = mem_alloc(n * keep, sizeof(*best));
		struct child *want = mem_alloc(pairs, sizeof(*want));
		size_t followed[20];
		uint32_t near_one[20], nearest;
		struct nearest s;

		for (size_t v = 0; v < n; v++)
			followed[v] = rng_below(&r, live);
		nearest_init(&s, code, k, d);
		work = mem_floats(children_work(d) + nearest_work(d));
		children_find(&s, left, n, live, keep, best, followed, near_one,
			work);
		for (size_t v = 0; v < n; v++) {
			const float *l = left + v * live * d;

			rank(&s, code, l, live, want);
			assert_memory_equal(
				best + v * keep, want, keep * sizeof(*want));
			nearest_find(&s, l + followed[v] * d, 1, &nearest, NULL,
				work);
			assert_int_equal(near_one[v], nearest);
		}
		nearest_free(&s);
		free(code);
		free(left);
		free(work);
		free(best);
		free(want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_a_sort_of_all_pairs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
