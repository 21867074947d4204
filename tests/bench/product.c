/*
 * Row-wise products: the encoder's and a router's shapes, as a share of the
 * peak, and beside them what OpenBLAS does on large square ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "kernel/product.h"
#include "util/mem.h"

#define VECTORS ((size_t)8192)

struct product {
	struct panel w;
	struct pool *pool;
	const float *x;
	float *y;
};

static void
product(void *arg)
{
	struct product *p = arg;

	product_rows_all(&p->w, p->pool, p->x, VECTORS, p->y);
}

static void
measure(size_t d, size_t rows, double sgemm, struct pool *pool, struct rng *r)
{
	double flops = 2.0 * (double)VECTORS * (double)d * (double)rows;
	float *w = bench_noise(r, rows * d), *x = bench_noise(r, VECTORS * d);
	struct product p = { .pool = pool, .x = x };
	struct bench_rate got;
	char note[32];

	p.y = mem_floats(VECTORS * rows);
	panel_init(&p.w, w, NULL, rows, d);
	got = bench_rate(pool, product, &p, flops);
	snprintf(note, sizeof(note), "%.0f %% of sgemm",
		100 * got.gflops / sgemm);
	bench_row(&(struct bench_row){ .section = "product",
		.what = "row-wise product",
		.note = note,
		.d = d,
		.k = rows,
		.threads = pool_threads(pool),
		.value = got.gflops,
		.unit = "GFLOP/s",
		.share = got.share });
	panel_free(&p.w);
	free(w);
	free(x);
	free(p.y);
}

/* No arguments. */
int
product_main(int argc, char *argv[])
{
	static const size_t shapes[][2] = { /* d, rows */
		{ 192, 32 }, { 32, 192 }, { 256, 256 }, { 1024, 64 }
	};
	struct pool *pool = pool_open(0);
	struct rng r;
	double sgemm;

	(void)argc;
	(void)argv;
	rng_seed(&r, 1, 0);
	sgemm = peak_sgemm(pool, &r);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		measure(shapes[i][0], shapes[i][1], sgemm, pool, &r);
	pool_close(pool);
	return 0;
}
