/*
 * Codebooks in stages and groups: each column finds its nearest code on what
 * is left, decoding is the sum of the codes, a prefix of the stages decodes.
 */
#include "numbers.h"
#include "quant/project.h"
#include "quant/quantizer.h"

#define MOST_K 40

static struct quantizer
random_quantizer(struct rng *r)
{
	size_t groups = between(r, 1, 4), d = between(r, groups, 17);
	struct quantizer q;

	quantizer_init(&q, between(r, 1, 3), groups, d);
	if (rng_below(r, 2)) {
		q.order = mem_alloc(d, sizeof(*q.order));
		for (size_t i = 0; i < d; i++)
			q.order[i] = i;
		rng_shuffle(r, q.order, d);
	}
	for (size_t c = 0; c < quantizer_columns(&q); c++) {
		size_t k = between(r, 1, MOST_K);
		float *code = normals(r, k * quantizer_width(&q, c), 1);

		quantizer_set(&q, c, code, k);
		free(code);
	}
	return q;
}

/* The latent dimension of entry i of a column's codes. */
static size_t
dimension(const struct quantizer *q, size_t column, size_t i)
{
	size_t at = q->start[column % q->groups] + i;

	return q->order ? q->order[at] : at;
}

static double
distance(const struct quantizer *q, size_t column, const float *r, size_t j)
{
	const struct codebook *b = &q->book[column];
	double sum = 0;

	for (size_t i = 0; i < b->d; i++) {
		double t = (double)r[dimension(q, column, i)] -
			(double)b->q[j * b->d + i];

		sum += t * t;
	}
	return sum;
}

/* One vector, column by column, as quantizer.h describes. */
static void
check_vector(const struct quantizer *q, size_t columns, const float *z,
	const uint32_t *codes, const float *out)
{
	float left[20], sum[20] = { 0 };

	memcpy(left, z, q->d * sizeof(*z));
	for (size_t c = 0; c < columns; c++) {
		const struct codebook *b = &q->book[c];
		double mine, least = INFINITY;

		assert_true(codes[c] < b->k);
		mine = distance(q, c, left, codes[c]);
		for (size_t j = 0; j < b->k; j++)
			least = fmin(least, distance(q, c, left, j));
		assert_true(mine <= least + 1e-4);
		for (size_t i = 0; i < b->d; i++) {
			float t = b->q[codes[c] * b->d + i];

			left[dimension(q, c, i)] -= t;
			sum[dimension(q, c, i)] += t;
		}
	}
	same_bits(out, sum, q->d);
}

static void
columns_take_the_nearest_code_of_what_is_left(void **state)
{
	struct rng r = seeded("columns_take_the_nearest_code_of_what_is_left");

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		struct quantizer q = random_quantizer(&r);
		size_t n = between(&r, 1, 600);
		size_t stages = between(&r, 1, q.stages);
		size_t columns = stages * q.groups;
		float *z = normals(&r, n * q.d, 1), *out = unwritten(n * q.d);
		float *work = mem_floats(quantizer_work(&q, n));
		uint32_t *codes = mem_alloc(n * columns, sizeof(*codes));

		quantizer_encode(&q, z, n, stages, codes, out, work);
		for (size_t v = 0; v < n; v++)
			check_vector(&q, columns, z + v * q.d,
				codes + v * columns, out + v * q.d);
		free(z);
		free(out);
		free(work);
		free(codes);
		quantizer_free(&q);
	}
}

static void
fewer_stages_are_a_prefix_of_the_codes(void **state)
{
	struct rng r = seeded("fewer_stages_are_a_prefix_of_the_codes");
	enum { N = 50 };

	(void)state;
	for (int trial = 0; trial < 40; trial++) {
		struct quantizer q = random_quantizer(&r);
		size_t ld = quantizer_columns(&q);
		size_t stages = between(&r, 1, q.stages);
		size_t few = stages * q.groups;
		float *z = normals(&r, N * q.d, 1);
		float *a = unwritten(N * q.d), *b = unwritten(N * q.d);
		float *work = mem_floats(quantizer_work(&q, N));
		uint32_t all[N * 12], some[N * 12];

		quantizer_encode(&q, z, N, q.stages, all, NULL, work);
		quantizer_encode(&q, z, N, stages, some, a, work);
		for (size_t v = 0; v < N; v++)
			assert_memory_equal(
				all + v * ld, some + v * few, few * 4);
		quantizer_decode(&q, all, ld, N, stages, b);
		same_bits(a, b, N * q.d);
		free(z);
		free(a);
		free(b);
		free(work);
		quantizer_free(&q);
	}
}

/* SimVQ's table where it is searched: as if it had been copied there. */
static void
a_table_projected_in_place_is_the_one_that_is_set(void **state)
{
	struct rng r =
		seeded("a_table_projected_in_place_is_the_one_that_is_set");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t k = between(&r, 1, 300), d = between(&r, 1, 50);
		struct pool *pool = pool_open(between(&r, 1, 3));
		struct quantizer q, same;
		float *w = normals(&r, d * d, 1), *b = normals(&r, d, 1);

		quantizer_init(&q, 1, 1, d);
		quantizer_init(&same, 1, 1, d);
		for (int step = 0; step < 3; step++) {
			float *c = normals(&r, k * d, 1),
			      *p = mem_floats(k * d);
			struct project table = { k, d, d, c, w, b };
			struct nearest *got, want;

			project_table(&table, pool, quantizer_table(&q, 0, k));
			quantizer_prepare(&q, 0, pool);
			project_table(&table, NULL, p);
			quantizer_set(&same, 0, p, k);
			nearest_init(&want, p, k, d);
			got = q.book[0].search;
			same_bits(q.book[0].q, p, k * d);
			same_bits(same.book[0].q, p, k * d);
			same_bits(got->panel.w, want.panel.w, k * d);
			same_bits(got->panel.start, want.panel.start, k);
			same_bits(got->centre, want.centre, d);
			nearest_free(&want);
			free(c);
			free(p);
		}
		quantizer_free(&q);
		quantizer_free(&same);
		free(w);
		free(b);
		pool_close(pool);
	}
}

static void
groups_differ_in_size_by_one_at_most(void **state)
{
	(void)state;
	for (size_t d = 1; d < 20; d++)
		for (size_t g = 1; g <= d; g++) {
			struct quantizer q;

			quantizer_init(&q, 1, g, d);
			assert_int_equal(q.start[0], 0);
			assert_int_equal(q.start[g], d);
			for (size_t i = 0; i < g; i++)
				assert_int_equal(quantizer_width(&q, i),
					d / g + (i < d % g));
			quantizer_free(&q);
		}
}

/* Widest difference of the groups' sums of log variances. */
static double
imbalance(const struct quantizer *q, const double *variance)
{
	double low = INFINITY, high = -INFINITY;

	for (size_t g = 0; g < q->groups; g++) {
		double sum = 0;

		for (size_t i = q->start[g]; i < q->start[g + 1]; i++)
			sum += log(variance[q->order ? q->order[i] : i]);
		low = fmin(low, sum);
		high = fmax(high, sum);
	}
	return high - low;
}

static void
dealing_balances_log_variances(void **state)
{
	struct rng r = seeded("dealing_balances_log_variances");

	(void)state;
	for (int trial = 0; trial < 50; trial++) {
		size_t groups = between(&r, 2, 4), d = groups * 8;
		double variance[32], before, worst = 0;
		bool seen[32] = { false };
		struct quantizer q;

		for (size_t i = 0; i < d; i++) /* a spectrum: falling */
			variance[i] = exp(-0.4 * (double)i) *
				(0.8 + 0.4 * rng_unit(&r));
		for (size_t i = 1; i < d; i++)
			worst = fmax(worst,
				fabs(log(variance[i] / variance[i - 1])));
		quantizer_init(&q, 1, groups, d);
		before = imbalance(&q, variance);
		quantizer_deal(&q, variance);
		assert_true(before > 20);
		assert_true(imbalance(&q, variance) < 5 * worst);
		for (size_t i = 0; i < d; i++) {
			assert_true(q.order[i] < d && !seen[q.order[i]]);
			seen[q.order[i]] = true;
		}
		quantizer_free(&q);
	}
}

static void
dealing_takes_zeros_and_one_group(void **state)
{
	double zero[5] = { 0 };
	size_t sum = 0;
	struct quantizer q;

	(void)state;
	quantizer_init(&q, 1, 1, 5);
	quantizer_deal(&q, zero);
	assert_null(q.order);
	quantizer_free(&q);
	quantizer_init(&q, 1, 2, 5);
	quantizer_deal(&q, zero);
	quantizer_deal(&q, zero);
	for (size_t i = 0; i < 5; i++)
		sum |= (size_t)1 << q.order[i];
	assert_int_equal(sum, 31);
	quantizer_free(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_take_the_nearest_code_of_what_is_left),
		cmocka_unit_test(fewer_stages_are_a_prefix_of_the_codes),
		cmocka_unit_test(
			a_table_projected_in_place_is_the_one_that_is_set),
		cmocka_unit_test(groups_differ_in_size_by_one_at_most),
		cmocka_unit_test(dealing_balances_log_variances),
		cmocka_unit_test(dealing_takes_zeros_and_one_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
