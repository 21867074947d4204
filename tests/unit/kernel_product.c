/* Row-wise products: the chain's bits, for any pool, and nothing beyond. */
#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"
#include "kernel/panel_neon.h"
#include "kernel/product.h"
#include "kernel/turned.h"
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

/* x^T W of shapes that fill tiles and that do not, added to what is there. */
static void
check_columns(const struct panel_ops *ops, struct rng *r)
{
	size_t n = between(r, 1, 40), d = between(r, 1, 30);
	size_t rows = between(r, 1, 70);
	float *x = normals(r, d * n, 1), *w = normals(r, d * rows, 1);
	float *y = normals(r, n * rows, 1), *was = mem_floats(n * rows);
	float *room = mem_floats(turned_room(d, rows));
	struct panel p;

	memcpy(was, y, n * rows * sizeof(*y));
	turned_lay(&p, w, d, rows, room);
	ops->columns(&p, x, n, y, rows);
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < rows; j++) {
			double sum = (double)was[v * rows + j];

			for (size_t i = 0; i < d; i++)
				sum += (double)x[i * n + v] *
					(double)w[i * rows + j];
			near((double)y[v * rows + j], sum, 1e-4);
		}
	free(x);
	free(w);
	free(y);
	free(was);
	free(room);
}

static void
columns_are_added_in_every_version(void **state)
{
	struct rng r = seeded("columns_are_added_in_every_version");
	const struct panel_ops *ops[] = { &panel_ref, &panel_generic,
		panel_avx2(), panel_avx512(), panel_neon() };

	(void)state;
	for (int trial = 0; trial < 50; trial++)
		for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
			if (ops[i])
				check_columns(ops[i], &r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_the_chain_for_any_pool),
		cmocka_unit_test(rows_are_near_the_exact_sum),
		cmocka_unit_test(columns_are_added_in_every_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
