/*
 * The m nearest codes: the order of a plain sort of all scores, for any m,
 * shape and number of threads, duplicates included.
 */
#include "kernel/nearest_top.h"
#include "numbers.h"

struct ranked {
	float score;
	uint32_t idx;
};

static int
better_first(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return x->idx < y->idx ? -1 : 1;
}

/* All scores of one vector by the definition in nearest.h, sorted. */
static void
rank(const struct nearest *s, const float *code, const float *x,
	struct ranked *out)
{
	size_t d = s->panel.d;

	for (size_t j = 0; j < s->panel.rows; j++) {
		double norm = 0;
		float sum;

		for (size_t i = 0; i < d; i++) {
			float c = code[j * d + i] - s->centre[i];

			norm += (double)c * (double)c;
		}
		sum = (float)(-0.5 * norm);
		for (size_t i = 0; i < d; i++)
			sum = fmaf(x[i] - s->centre[i],
				code[j * d + i] - s->centre[i], sum);
		out[j] = (struct ranked){ sum, (uint32_t)j };
	}
	qsort(out, s->panel.rows, sizeof(*out), better_first);
}

/* Half of the codes are copies of others, so that equals are common. */
static float *
codes_with_copies(struct rng *r, size_t k, size_t d)
{
	float *code = normals(r, k * d, 1);

	for (size_t j = 1; j < k; j++)
		if (rng_below(r, 2))
			memcpy(code + j * d, code + rng_below(r, j) * d,
				d * sizeof(*code));
	return code;
}

static void
same_as_a_sort_of_all_scores(void **state)
{
	static const size_t ms[] = { 2, 1, 2, 3, 2, 8, 500 };
	struct rng r = seeded("same_as_a_sort_of_all_scores");

	(void)state;
	for (int trial = 0; trial < 105; trial++) {
		size_t n = between(&r, 1, 110),
		       k = between(&r, 1, trial % 4 ? 400 : 3);
		size_t d = between(&r, 1, 40), m = ms[trial % 7];
		float *code = codes_with_copies(&r, k, d);
		float *x = normals(&r, n * d + 1, 1), *score;
		uint32_t *idx = mem_alloc(n * m, sizeof(*idx));
		struct ranked *want = mem_alloc(k, sizeof(*want));
		struct pool *pool = pool_open(1 + (size_t)trial % 3);
		struct nearest s;

		score = mem_floats(n * m);
		nearest_init(&s, code, k, d);
		nearest_top_all(&s, pool, x + 1, n, m, idx, score);
		for (size_t v = 0; v < n; v++) {
			rank(&s, code, x + 1 + v * d, want);
			for (size_t i = 0; i < m; i++) {
				struct ranked w = { -INFINITY, NEAREST_NONE };

				if (i < k)
					w = want[i];
				assert_int_equal(idx[v * m + i], w.idx);
				assert_true(score[v * m + i] == w.score);
			}
		}
		pool_close(pool);
		nearest_free(&s);
		free(code);
		free(x);
		free(score);
		free(idx);
		free(want);
	}
}

static void
the_first_is_the_nearest(void **state)
{
	struct rng r = seeded("the_first_is_the_nearest");
	enum { N = 333, K = 1500, D = 24, M = 3 };
	float *code = codes_with_copies(&r, K, D);
	float *x = normals(&r, (size_t)N * D, 1);
	float one[N], top[N * M];
	uint32_t idx[N], many[N * M];
	struct pool *pool = pool_open(2);
	struct nearest s;

	(void)state;
	nearest_init(&s, code, K, D);
	nearest_find_all(&s, pool, x, N, idx, one);
	nearest_top_all(&s, pool, x, N, M, many, top);
	for (size_t v = 0; v < N; v++) {
		assert_int_equal(idx[v], many[v * M]);
		assert_true(one[v] == top[v * M]);
	}
	pool_close(pool);
	nearest_free(&s);
	free(code);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_a_sort_of_all_scores),
		cmocka_unit_test(the_first_is_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
