#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans_batch.h"
#include "quant/kmeans_cells.h"
#include "util/mem.h"

#define IDLE 50

void
kmeans_batch_init(struct kmeans_batch *b, const float *centre, size_t k,
	size_t d, double won)
{
	*b = (struct kmeans_batch){ .k = k, .d = d };
	b->centre = mem_floats(k * d);
	b->won = mem_alloc(k, sizeof(*b->won));
	b->idle = mem_zalloc(k, sizeof(*b->idle));
	memcpy(b->centre, centre, k * d * sizeof(*centre));
	for (size_t j = 0; j < k; j++)
		b->won[j] = won;
}

void
kmeans_batch_free(struct kmeans_batch *b)
{
	free(b->centre);
	free(b->won);
	free(b->idle);
	*b = (struct kmeans_batch){ 0 };
}

static void
move(struct kmeans_batch *b, const float *x, uint32_t j)
{
	float *c = b->centre + j * b->d;
	float rate = (float)(1 / ++b->won[j]);

	for (size_t i = 0; i < b->d; i++)
		c[i] += rate * (x[i] - c[i]);
	b->idle[j] = 0;
}

/* Codes out of use take the vectors that were served worst. */
static void
revive(struct kmeans_batch *b, const float *x, const double *dist, size_t n)
{
	size_t idle = 0, used = 0, *row;

	for (size_t j = 0; j < b->k; j++)
		idle += b->idle[j] >= IDLE * b->k;
	idle = idle < n ? idle : n;
	if (idle == 0)
		return;
	row = mem_alloc(idle, sizeof(*row));
	kmeans_cells_worst(dist, n, idle, row);
	for (size_t j = 0; j < b->k && used < idle; j++) {
		if (b->idle[j] < IDLE * b->k)
			continue;
		if (dist[row[used]] == 0)
			break;
		memcpy(b->centre + j * b->d, x + row[used++] * b->d,
			b->d * sizeof(*x));
		b->won[j] = 1;
		b->idle[j] = 0;
		b->reseeded++;
	}
	free(row);
}

static void
note_error(struct kmeans_batch *b, double error)
{
	if (b->batches++ % KMEANS_BATCH_WINDOW == 0) {
		b->error[1] = b->error[0];
		b->error[0] = 0;
	}
	b->error[0] += error;
}

double
kmeans_batch_take(
	struct kmeans_batch *b, const float *x, const uint32_t *idx, size_t n)
{
	double *dist = mem_alloc(n, sizeof(*dist)), sum = 0;

	for (size_t v = 0; v < n; v++) {
		dist[v] = kmeans_cells_distance(
			x + v * b->d, b->centre + idx[v] * b->d, b->d);
		sum += dist[v];
	}
	for (size_t j = 0; j < b->k; j++)
		b->idle[j] += n;
	for (size_t v = 0; v < n; v++)
		move(b, x + v * b->d, idx[v]);
	revive(b, x, dist, n);
	note_error(b, sum / (double)n);
	free(dist);
	return sum / (double)n;
}

double
kmeans_batch_step(
	struct kmeans_batch *b, const float *x, size_t n, struct pool *pool)
{
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	struct nearest s;
	double error;

	nearest_init(&s, b->centre, b->k, b->d);
	nearest_find_all(&s, pool, x, n, idx, NULL);
	nearest_free(&s);
	error = kmeans_batch_take(b, x, idx, n);
	free(idx);
	return error;
}

bool
kmeans_batch_settled(const struct kmeans_batch *b, double tolerance)
{
	return b->batches >= 2 * KMEANS_BATCH_WINDOW &&
		b->batches % KMEANS_BATCH_WINDOW == 0 &&
		b->error[1] - b->error[0] < tolerance * b->error[1];
}
