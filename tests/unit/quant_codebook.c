/*
 * A codebook's search, whatever stands before it: against all pairs in double
 * precision.
 */
#include "numbers.h"
#include "quant/codebook.h"

#define N 200
#define MARGIN 1e-5 /* of |y|^2 and 100: a code so near to the best may win */

/* What the search is to minimise, for a vector that is y behind the front. */
static double
cost(const struct codebook *b, const double *y, const double *key, size_t w,
	size_t j)
{
	double sum = 0;

	for (size_t i = 0; i < w; i++)
		sum += (y[i] - key[i]) * (y[i] - key[i]);
	return b->bits ? sum + b->lambda * (double)b->bits[j] : sum;
}

static void
unit(double *y, size_t w)
{
	double sum = 0;

	for (size_t i = 0; i < w; i++)
		sum += y[i] * y[i];
	for (size_t i = 0; i < w && sum > 0; i++)
		y[i] /= sqrt(sum);
}

/* V x + s, by hand. */
static void
behind_front(const float *x, size_t d, const float *v, const float *s, size_t w,
	bool is_unit, double *y)
{
	for (size_t i = 0; i < w; i++) {
		y[i] = v ? (double)s[i] : (double)x[i];
		for (size_t o = 0; v && o < d; o++)
			y[i] += (double)v[i * d + o] * (double)x[o];
	}
	if (is_unit)
		unit(y, w);
}

/* The winner of every row costs no more than any other code of its table. */
static void
check(const struct codebook *b, const float *x, const float *v, const float *s,
	const uint32_t *prev)
{
	size_t w = front_width(&b->front, b->d) - b->front.padded;
	uint32_t *idx = mem_alloc(N, sizeof(*idx));
	float *work = mem_floats(codebook_work(b));
	double y[40], key[40];

	codebook_find(b, x, N, prev, 1, idx, work);
	for (size_t r = 0; r < N; r++) {
		size_t table = prev ? b->variant[prev[r]] : 0;
		double won = 0, least = INFINITY, norm = 100;

		assert_true(idx[r] < b->k);
		behind_front(x + r * b->d, b->d, v, s, w, b->front.unit, y);
		for (size_t i = 0; i < w; i++)
			norm += y[i] * y[i];
		for (size_t j = 0; j < b->k; j++) {
			const float *from = b->given ? b->given : b->q;
			double c;

			for (size_t i = 0; i < w; i++)
				key[i] = (double)
					from[(table * b->k + j) * w + i];
			if (b->front.unit)
				unit(key, w);
			c = cost(b, y, key, w, table * b->k + j);
			if (j == idx[r])
				won = c;
			least = fmin(least, c);
		}
		assert_true(won <= least + MARGIN * norm);
	}
	free(idx);
	free(work);
}

static void
the_winner_costs_least_behind_any_front(void **state)
{
	struct rng r = seeded("the_winner_costs_least_behind_any_front");

	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		size_t k = between(&r, 2, 300), d = between(&r, 2, 30);
		size_t w = between(&r, 1, 12);
		float *x = normals(&r, N * d, 1), *q = normals(&r, k * d, 1);
		float *v = normals(&r, w * d, 1), *s = normals(&r, w, 1);
		float *keys = normals(&r, k * w, 2);
		float *bits = normals(&r, k, 3);
		struct codebook b = { 0 };
		bool mapped = kind & 1;

		memcpy(codebook_table(&b, k, d), q, k * d * sizeof(*q));
		b.front.unit = kind & 2;
		if (mapped) {
			front_map(&b.front, v, s, w, d);
			memcpy(codebook_keys(&b), keys, k * w * sizeof(*keys));
		}
		for (size_t j = 0; j < k; j++)
			bits[j] = fabsf(bits[j]);
		if (kind & 4)
			codebook_cost(&b, bits, 0.3);
		codebook_prepare(&b, NULL);
		check(&b, x, mapped ? v : NULL, s, NULL);
		assert_int_equal(codebook_plain(&b), kind == 0);
		codebook_free(&b);
		free(x);
		free(q);
		free(v);
		free(s);
		free(keys);
		free(bits);
	}
}

/* 0 has no direction: among equals the lowest index. */
static void
a_zero_vector_stays_zero(void **state)
{
	const float q[] = { 1, 0, 0, 1, -1, 0 }, x[] = { 0, 0, 0, 3 };
	struct codebook b = { 0 };
	uint32_t idx[2];
	float *work;

	(void)state;
	memcpy(codebook_table(&b, 3, 2), q, sizeof(q));
	b.front.unit = true;
	codebook_prepare(&b, NULL);
	work = mem_floats(codebook_work(&b));
	codebook_find(&b, x, 2, NULL, 0, idx, work);
	assert_int_equal(idx[1], 1);
	assert_true(idx[0] < 3);
	free(work);
	codebook_free(&b);
}

static void
the_code_before_chooses_the_table(void **state)
{
	struct rng r = seeded("the_code_before_chooses_the_table");
	enum { K = 21, D = 5, BEFORE = 9, TABLES = 4 };
	uint32_t variant[BEFORE], prev[N];
	float *q = normals(&r, TABLES * K * D, 1), *x = normals(&r, N * D, 1);
	struct codebook b = { 0 };

	(void)state;
	for (size_t i = 0; i < BEFORE; i++)
		variant[i] = (uint32_t)(i % TABLES);
	for (size_t v = 0; v < N; v++)
		prev[v] = (uint32_t)rng_below(&r, BEFORE);
	codebook_vary(&b, TABLES, variant, BEFORE);
	memcpy(codebook_table(&b, K, D), q, TABLES * K * D * sizeof(*q));
	codebook_prepare(&b, NULL);
	check(&b, x, NULL, NULL, prev);
	assert_false(codebook_plain(&b));
	assert_ptr_equal(codebook_code(&b, 2, &prev[0]),
		b.q + (variant[prev[0]] * K + 2) * D);
	codebook_free(&b);
	free(q);
	free(x);
}

/* The first dimension changes fastest; a level is the edges below. */
static void
a_lattice_counts_the_edges_below(void **state)
{
	const uint32_t levels[] = { 3, 2, 4 };
	const float edge[] = { -1, 1, 0, 0.5f, 0, 0, -2, 0, 2 };
	const float y[] = { -1, 0.5f, -3, 5, 1, 3, 0, 0, 0, NAN, 1, 1 };
	const uint32_t want[] = { 0, 2 + 3 + 6 * 3, 1 + 6, 3 + 6 * 2 };
	struct lattice l;
	uint32_t idx[4], at[3];

	(void)state;
	lattice_init(&l, levels, 3);
	assert_int_equal(l.most, 3);
	assert_int_equal(lattice_codes(&l), 24);
	memcpy(l.edge, edge, sizeof(edge));
	lattice_find(&l, y, 4, idx);
	for (size_t v = 0; v < 4; v++)
		assert_int_equal(idx[v], want[v]);
	for (uint32_t code = 0; code < 24; code++) {
		lattice_levels(&l, code, at);
		assert_int_equal(at[0] + 3 * (at[1] + 2 * at[2]), code);
	}
	lattice_free(&l);
}

/* A table of another shape, or other keys, starts anew. */
static void
a_codebook_may_change_its_shape(void **state)
{
	struct rng r = seeded("a_codebook_may_change_its_shape");
	struct codebook b = { 0 };

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t k = between(&r, 1, 60), d = between(&r, 1, 9);
		float *x = normals(&r, N * d, 1), *q = normals(&r, k * d, 1);
		float *bits = mem_zfloats(k);

		memcpy(codebook_table(&b, k, d), q, k * d * sizeof(*q));
		codebook_cost(&b, bits, trial % 3 == 2 ? 1 : 0);
		codebook_prepare(&b, NULL);
		check(&b, x, NULL, NULL, NULL);
		free(x);
		free(q);
		free(bits);
	}
	codebook_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_winner_costs_least_behind_any_front),
		cmocka_unit_test(a_zero_vector_stays_zero),
		cmocka_unit_test(the_code_before_chooses_the_table),
		cmocka_unit_test(a_lattice_counts_the_edges_below),
		cmocka_unit_test(a_codebook_may_change_its_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
