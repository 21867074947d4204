#include <stdlib.h>
#include <string.h>

#include "kernel/prune.h"
#include "model/start.h"
#include "model/weight.h"
#include "quant/draw.h"
#include "quant/kmeans.h"
#include "util/mem.h"

void
start_draw(const float *x, const float *w, size_t n, size_t d, size_t k,
	struct rng *r, float *table)
{
	size_t *row;

	if (!w) {
		draw_rows(x, n, d, k, r, table);
		return;
	}
	row = mem_alloc(n, sizeof(*row));
	for (size_t v = 0; v < n; v++)
		row[v] = v;
	weight_choose(w, n, k, r, row);
	for (size_t j = 0; j < k; j++)
		memcpy(table + j * d, x + row[j] * d, d * sizeof(*table));
	free(row);
}

struct find {
	const struct quantizer *q;
	size_t column, n, width;
	const float *part;
	const uint32_t *prev;
	uint32_t *idx;
};

static void
find_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct find *t = arg;
	size_t v = chunk * PRUNE_ROWS, left = t->n - v;
	size_t n = left < PRUNE_ROWS ? left : PRUNE_ROWS;
	float *work = mem_floats(quantizer_find_work(t->q));

	(void)worker;
	quantizer_find(t->q, t->column, t->part + v * t->width, n,
		t->prev ? t->prev + v : NULL, 1, t->idx + v, work);
	free(work);
}

void
start_find(const struct quantizer *q, size_t column, const float *part,
	size_t n, const uint32_t *prev, struct pool *pool, uint32_t *idx)
{
	struct find t = { q, column, n, quantizer_width(q, column), part, prev,
		idx };

	pool_run(pool, (n + PRUNE_ROWS - 1) / PRUNE_ROWS, find_chunk, &t);
}

void
start_tables(struct quantizer *q, const float *z, const float *w, size_t n,
	size_t k, size_t iterations, struct pool *pool)
{
	struct kmeans o = { k, iterations, 0 };
	float *r = mem_floats(n * q->d);
	uint32_t *idx = mem_alloc(n, sizeof(*idx));

	memcpy(r, z, n * q->d * sizeof(*r));
	for (size_t c = 0; c < quantizer_columns(q); c++) {
		size_t d = quantizer_width(q, c);
		float *part = mem_floats(n * d), *table = mem_floats(k * d);

		quantizer_take(q, c, r, n, part);
		memcpy(table, q->book[c].q, k * d * sizeof(*table));
		kmeans_lloyd_weighted(&o, part, w, n, d, pool, table);
		quantizer_set(q, c, table, k);
		start_find(q, c, part, n, NULL, pool, idx);
		quantizer_add(q, c, idx, NULL, 1, n, -1, r);
		free(part);
		free(table);
	}
	free(r);
	free(idx);
}
