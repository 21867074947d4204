#include <stdlib.h>
#include <string.h>

#include "quant/kmeans_cells.h"
#include "util/mem.h"

#define ROWS ((size_t)512) /* vectors a task */
#define CODES ((size_t)16) /* codes a task */
#define SUMS 4

void
kmeans_cells_init(
	struct kmeans_cells *c, const float *x, size_t n, size_t d, size_t k)
{
	*c = (struct kmeans_cells){ .x = x, .n = n, .d = d, .k = k };
	c->idx = mem_alloc(n, sizeof(*c->idx));
	c->dist = mem_alloc(n, sizeof(*c->dist));
	c->was = mem_alloc(n, sizeof(*c->was));
	c->order = mem_alloc(n, sizeof(*c->order));
	c->first = mem_alloc(k + 1, sizeof(*c->first));
	c->stale = mem_alloc(k, sizeof(*c->stale));
}

void
kmeans_cells_free(struct kmeans_cells *c)
{
	free(c->idx);
	free(c->dist);
	free(c->was);
	free(c->order);
	free(c->first);
	free(c->stale);
	*c = (struct kmeans_cells){ 0 };
}

double
kmeans_cells_distance(const float *a, const float *b, size_t d)
{
	double sum[SUMS] = { 0 };
	size_t i = 0;

	for (; i + SUMS <= d; i += SUMS)
		for (size_t s = 0; s < SUMS; s++) {
			double t = (double)a[i + s] - (double)b[i + s];

			sum[s] += t * t;
		}
	for (; i < d; i++) {
		double t = (double)a[i] - (double)b[i];

		sum[0] += t * t;
	}
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

double
kmeans_cells_norm(const float *a, size_t d)
{
	double sum[SUMS] = { 0 };
	size_t i = 0;

	for (; i + SUMS <= d; i += SUMS)
		for (size_t s = 0; s < SUMS; s++)
			sum[s] += (double)a[i + s] * (double)a[i + s];
	for (; i < d; i++)
		sum[0] += (double)a[i] * (double)a[i];
	return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

struct task {
	struct kmeans_cells *c;
	const float *centre;
	float *mean;
	double *sum; /* [threads, d] */
};

static void
measure_rows(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct kmeans_cells *c = t->c;
	size_t end = (chunk + 1) * ROWS, d = c->d;

	(void)worker;
	for (size_t v = chunk * ROWS; v < c->n && v < end; v++)
		c->dist[v] = kmeans_cells_distance(
			c->x + v * d, t->centre + c->idx[v] * d, d);
}

void
kmeans_cells_measure(
	struct kmeans_cells *c, const float *centre, struct pool *pool)
{
	struct task t = { .c = c, .centre = centre };

	pool_run(pool, (c->n + ROWS - 1) / ROWS, measure_rows, &t);
}

double
kmeans_cells_weight(const struct kmeans_cells *c, size_t v)
{
	return c->w ? (double)c->w[v] : 1;
}

double
kmeans_cells_error(const struct kmeans_cells *c)
{
	double sum = 0, weight = 0;

	for (size_t v = 0; v < c->n; v++) {
		double w = kmeans_cells_weight(c, v);

		sum += w * c->dist[v];
		weight += w;
	}
	return sum / weight;
}

/* Cells that lost or won a vector since the last call. */
static void
mark_stale(struct kmeans_cells *c)
{
	if (c->taken++ == 0) {
		memset(c->stale, 1, c->k);
	} else {
		memset(c->stale, 0, c->k);
		for (size_t v = 0; v < c->n; v++)
			if (c->was[v] != c->idx[v])
				c->stale[c->was[v]] = c->stale[c->idx[v]] = 1;
	}
	memcpy(c->was, c->idx, c->n * sizeof(*c->was));
}

/* Vectors in the order of their codes (counting sort, stable). */
static void
sort_rows(struct kmeans_cells *c)
{
	memset(c->first, 0, (c->k + 1) * sizeof(*c->first));
	for (size_t v = 0; v < c->n; v++)
		c->first[c->idx[v] + 1]++;
	for (size_t j = 0; j < c->k; j++)
		c->first[j + 1] += c->first[j];
	for (size_t v = 0; v < c->n; v++)
		c->order[c->first[c->idx[v]]++] = v;
	for (size_t j = c->k; j > 0; j--)
		c->first[j] = c->first[j - 1];
	c->first[0] = 0;
}

static void
mean_of(const struct kmeans_cells *c, size_t j, double *sum, float *mean)
{
	size_t d = c->d;
	double weight = 0;

	memset(sum, 0, d * sizeof(*sum));
	for (size_t o = c->first[j]; o < c->first[j + 1]; o++) {
		const float *x = c->x + c->order[o] * d;
		double w = kmeans_cells_weight(c, c->order[o]);

		weight += w;
		for (size_t i = 0; i < d; i++)
			sum[i] += w * (double)x[i];
	}
	for (size_t i = 0; i < d; i++)
		mean[i] = (float)(sum[i] / weight);
}

static void
mean_codes(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct kmeans_cells *c = t->c;
	size_t end = (chunk + 1) * CODES, d = c->d;

	for (size_t j = chunk * CODES; j < c->k && j < end; j++)
		if (c->stale[j] && c->first[j] != c->first[j + 1])
			mean_of(c, j, t->sum + worker * d, t->mean + j * d);
}

void
kmeans_cells_means(struct kmeans_cells *c, float *centre, struct pool *pool)
{
	struct task t = { .c = c, .mean = centre };

	t.sum = mem_alloc(pool_threads(pool) * c->d, sizeof(*t.sum));
	mark_stale(c);
	sort_rows(c);
	pool_run(pool, (c->k + CODES - 1) / CODES, mean_codes, &t);
	free(t.sum);
}

struct served {
	double dist;
	size_t row;
};

/* Before: served worse, or the same and earlier. */
static int
worse_first(const void *a, const void *b)
{
	const struct served *x = a, *y = b;

	if (x->dist != y->dist)
		return x->dist > y->dist ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Let the root of a heap, the best served of m, sink to its place. */
static void
sink(struct served *heap, size_t m)
{
	struct served s = heap[0];
	size_t at = 0;

	for (size_t to = 1; to < m; at = to, to = 2 * to + 1) {
		if (to + 1 < m && worse_first(heap + to, heap + to + 1) < 0)
			to++;
		if (worse_first(&s, heap + to) >= 0)
			break;
		heap[at] = heap[to];
	}
	heap[at] = s;
}

void
kmeans_cells_worst(const double *dist, size_t n, size_t m, size_t *row)
{
	struct served *s = mem_alloc(m, sizeof(*s));

	/* The root of the heap is the last of them; empty places are best. */
	for (size_t i = 0; i < m; i++)
		s[i] = (struct served){ -1, n };
	for (size_t v = 0; v < n; v++) {
		struct served at = { dist[v], v };

		if (worse_first(&at, s) < 0) {
			s[0] = at;
			sink(s, m);
		}
	}
	qsort(s, m, sizeof(*s), worse_first);
	for (size_t i = 0; i < m; i++)
		row[i] = s[i].row;
	free(s);
}

void
kmeans_cells_reseed(const struct kmeans_cells *c, float *centre)
{
	size_t empty = 0, d = c->d, *row;

	for (size_t j = 0; j < c->k; j++)
		empty += c->first[j] == c->first[j + 1];
	if (empty == 0)
		return;
	row = mem_alloc(empty, sizeof(*row));
	kmeans_cells_worst(c->dist, c->n, empty, row);
	if (c->dist[row[0]] > 0)
		for (size_t j = 0, used = 0; j < c->k; j++)
			if (c->first[j] == c->first[j + 1])
				memcpy(centre + j * d, c->x + row[used++] * d,
					d * sizeof(*centre));
	free(row);
}
