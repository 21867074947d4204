/* Growing a codebook: who is split, and into what. */
#include "quant/grow.h"
#include "numbers.h"

enum { N = 600, D = 5, K = 7, MORE = 90 };

struct toy {
	float x[N * D], q[K * D], to[MORE * D];
	uint32_t idx[N], root[K + MORE];
	struct grow g;
};

static double
distance(const float *a, const float *b)
{
	double sum = 0;

	for (size_t i = 0; i < D; i++)
		sum += ((double)a[i] - (double)b[i]) *
			((double)a[i] - (double)b[i]);
	return sum;
}

static void
toy_init(struct toy *t, uint64_t seed)
{
	struct rng r;

	print_message("seed %llu\n", (unsigned long long)seed);
	rng_seed(&r, seed, 0);
	for (size_t i = 0; i < N * D; i++)
		t->x[i] = (float)rng_normal(&r);
	for (size_t i = 0; i < K * D; i++)
		t->q[i] = (float)(0.5 * rng_normal(&r));
	for (size_t v = 0; v < N; v++) {
		t->idx[v] = 0;
		for (uint32_t j = 1; j < K; j++)
			if (distance(t->x + v * D, t->q + j * D) <
				distance(t->x + v * D, t->q + t->idx[v] * D))
				t->idx[v] = j;
	}
	t->g = (struct grow){ .q = t->q,
		.k = K,
		.more = MORE,
		.d = D,
		.x = t->x,
		.idx = t->idx,
		.n = N };
}

static void
toy_grow(struct toy *t, struct pool *pool)
{
	struct rng r;

	rng_seed(&r, 4, 0);
	grow_codes(&t->g, &r, pool, t->to, t->root);
}

/* The rule as it is said, by looking at all loads every time. */
static void
the_highest_load_is_split(void **state)
{
	double load[K + MORE] = { 0 };
	uint32_t root[K + MORE];
	struct toy t;

	(void)state;
	toy_init(&t, 1);
	toy_grow(&t, NULL);
	for (uint32_t j = 0; j < K; j++)
		root[j] = j;
	for (size_t v = 0; v < N; v++)
		load[t.idx[v]]++;
	for (size_t j = K; j < K + MORE; j++) {
		size_t top = 0;

		for (size_t i = 1; i < j; i++)
			top = load[i] > load[top] ? i : top;
		load[top] /= 2;
		load[j] = load[top];
		root[j] = root[top];
	}
	assert_memory_equal(t.root, root, sizeof(root));
}

/* More codes for the vectors of each cell, never fewer; any pool. */
static void
every_split_code_serves_its_cell_better(void **state)
{
	double before = 0, after = 0;
	struct pool *pool = pool_open(3);
	struct toy t, u;

	(void)state;
	toy_init(&t, 2);
	toy_init(&u, 2);
	toy_grow(&t, NULL);
	toy_grow(&u, pool);
	pool_close(pool);
	assert_memory_equal(t.to, u.to, sizeof(t.to));
	for (size_t v = 0; v < N; v++) {
		double best = distance(t.x + v * D, t.q + t.idx[v] * D);

		before += best;
		for (size_t j = 0; j < MORE; j++)
			if (t.root[K + j] == t.idx[v])
				best = fmin(best,
					distance(t.x + v * D, t.to + j * D));
		after += best;
	}
	assert_true(after < 0.5 * before);
}

/* One old code, one new: three steps of the rule from some vector. */
static void
the_old_code_stays(void **state)
{
	struct toy t;
	bool found = false;

	(void)state;
	toy_init(&t, 6);
	memset(t.idx, 0, sizeof(t.idx));
	t.g.k = t.g.more = 1;
	toy_grow(&t, NULL);
	for (size_t from = 0; from < N && !found; from++) {
		float c[D];

		memcpy(c, t.x + from * D, sizeof(c));
		for (int i = 0; i < 3; i++) {
			double sum[D] = { 0 }, won = 0;

			for (size_t v = 0; v < N; v++) {
				if (distance(t.x + v * D, t.q) <=
					distance(t.x + v * D, c))
					continue;
				won++;
				for (size_t o = 0; o < D; o++)
					sum[o] += (double)t.x[v * D + o];
			}
			for (size_t o = 0; o < D; o++)
				c[o] = (float)(sum[o] / won);
		}
		found = distance(c, t.to) < 1e-10;
	}
	assert_true(found);
}

static void
a_cell_of_few_vectors_gives_copies(void **state)
{
	struct toy t;
	size_t copies = 0;

	(void)state;
	toy_init(&t, 3);
	t.g.n = 4; /* of them at least one cell is split often */
	toy_grow(&t, NULL);
	for (size_t j = 0; j < MORE; j++) {
		assert_true(t.root[K + j] < K);
		for (size_t i = 0; i < D; i++)
			assert_true(isfinite(t.to[j * D + i]));
		copies += memcmp(t.to + j * D, t.q + t.root[K + j] * D,
				  D * sizeof(float)) == 0;
	}
	assert_int_equal(copies, MORE - 4);
}

/* Vectors of one cell that outweigh all others, and evenly. */
static void
weights_count_in_loads_and_means(void **state)
{
	float w[N];
	struct toy t, u;

	(void)state;
	toy_init(&t, 5);
	toy_init(&u, 5);
	toy_grow(&t, NULL);
	for (size_t v = 0; v < N; v++)
		w[v] = 2;
	u.g.w = w;
	toy_grow(&u, NULL);
	assert_memory_equal(t.root, u.root, sizeof(t.root));
	assert_memory_equal(t.to, u.to, sizeof(t.to));
	for (size_t v = 0; v < N; v++)
		w[v] = u.idx[v] == 3 ? 1e9f : 1;
	toy_grow(&u, NULL);
	for (size_t j = K; j < K + MORE; j++)
		assert_int_equal(u.root[j], 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_load_is_split),
		cmocka_unit_test(every_split_code_serves_its_cell_better),
		cmocka_unit_test(weights_count_in_loads_and_means),
		cmocka_unit_test(the_old_code_stays),
		cmocka_unit_test(a_cell_of_few_vectors_gives_copies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
