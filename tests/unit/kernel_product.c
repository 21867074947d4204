/* Row-wise products: the chain's bits, for any pool, and nothing beyond. */
#include "kernel/product.h"
#include "numbers.h"

struct product {
	size_t n, rows, d;
	float *w, *b, *x, *want;
	struct panel p;
};

static struct product
random_product(struct rng *r, size_t n)
{
	struct product t = {
		.n = n, .rows = between(r, 1, 90), .d = between(r, 1, 130)
	};

	t.w = normals(r, t.rows * t.d, 1);
	t.b = rng_below(r, 2) ? normals(r, t.rows, 1) : NULL;
	t.x = normals(r, n * t.d, 1);
	t.want = mem_floats(n * t.rows);
	panel_init(&t.p, t.w, t.b, t.rows, t.d);
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < t.rows; j++) {
			float s = t.b ? t.b[j] : 0;

			for (size_t i = 0; i < t.d; i++)
				s = fmaf(t.x[v * t.d + i], t.w[j * t.d + i], s);
			t.want[v * t.rows + j] = s;
		}
	return t;
}

static void
product_free(struct product *t)
{
	panel_free(&t->p);
	free(t->w);
	free(t->b);
	free(t->x);
	free(t->want);
}

static void
rows_are_the_chain_for_any_pool(void **state)
{
	struct rng r = seeded("rows_are_the_chain_for_any_pool");

	(void)state;
	for (int trial = 0; trial < 40; trial++) {
		struct product t = random_product(&r, between(&r, 1, 500));
		struct pool *pool = pool_open(1 + (size_t)trial % 3);
		size_t size = t.n * t.rows;
		float *y = unwritten(size + 8), *more = unwritten(8);

		product_rows(&t.p, t.x, t.n, y);
		same_bits(y, t.want, size);
		same_bits(y + size, more, 8);
		memset(y, 0, size * sizeof(*y));
		product_rows_all(&t.p, pool, t.x, t.n, y);
		same_bits(y, t.want, size);
		same_bits(y + size, more, 8);
		pool_close(pool);
		free(y);
		free(more);
		product_free(&t);
	}
}

static void
rows_are_near_the_exact_sum(void **state)
{
	struct rng r = seeded("rows_are_near_the_exact_sum");
	double largest = 0;

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct product t = random_product(&r, 13);
		float *y = unwritten(t.n * t.rows);

		product_rows(&t.p, t.x, t.n, y);
		for (size_t o = 0; o < t.n * t.rows; o++) {
			const float *x = t.x + o / t.rows * t.d;
			const float *w = t.w + o % t.rows * t.d;
			double sum, size;

			sum = t.b ? (double)t.b[o % t.rows] : 0;
			size = fabs(sum);
			for (size_t i = 0; i < t.d; i++) {
				sum += (double)x[i] * (double)w[i];
				size += fabs((double)x[i] * (double)w[i]);
			}
			near((double)y[o], sum,
				(double)(t.d + 1) * 0x1p-24 * size);
			largest = fmax(largest, fabs(sum));
		}
		free(y);
		product_free(&t);
	}
	assert_true(largest > 1); /* zeros would not have passed */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_the_chain_for_any_pool),
		cmocka_unit_test(rows_are_near_the_exact_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
