#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans.h"
#include "quant/kmeans_cells.h"
#include "quant/kmeans_merge.h"
#include "util/mem.h"

#define ROWS ((size_t)512) /* vectors a task */

/* Candidates a centre.  Error after Lloyd, 33,920 patches of photographs,
 * 1,024 codes: 0.0396 without merging, 0.0376 from 1.5, 0.0372 from 2, 0.0366
 * from 3 (scikit-learn's greedy k-means++: 0.0377); time grows with it. */
#define CANDIDATES 2

/* A round draws one vector and a quarter of what there is.  Doubling needs a
 * third of the rounds, but on far clusters in a plane it missed some. */
#define ROUND 4

struct seeding {
	struct kmeans_cells *c;
	const float *centre; /* those of this round */
	const uint32_t *idx; /* [n] the nearest of them, */
	size_t have;         /* which come after so many */
	double *sum;         /* [chunks] of c->dist */
};

/* Take over the vectors that are nearer to a centre of this round. */
static void
improve_rows(void *arg, size_t chunk, size_t worker)
{
	const struct seeding *s = arg;
	const struct kmeans_cells *c = s->c;
	size_t end = (chunk + 1) * ROWS, d = c->d;
	double sum = 0;

	(void)worker;
	for (size_t v = chunk * ROWS; v < c->n && v < end; v++) {
		double dist = kmeans_cells_distance(
			c->x + v * d, s->centre + s->idx[v] * d, d);

		if (s->have == 0 || dist < c->dist[v]) {
			c->dist[v] = dist;
			c->idx[v] = (uint32_t)s->have + s->idx[v];
		}
		sum += c->dist[v];
	}
	s->sum[chunk] = sum;
}

/* m more centres behind the `have` there are. */
static void
add_centres(struct seeding *s, const float *centre, size_t m, uint32_t *idx,
	struct pool *pool)
{
	const struct kmeans_cells *c = s->c;
	struct nearest search;

	s->centre = centre + s->have * c->d;
	s->idx = idx;
	nearest_init(&search, s->centre, m, c->d);
	nearest_prune(&search, pool, s->centre);
	nearest_find_all(&search, pool, c->x, c->n, idx, NULL);
	nearest_free(&search);
	pool_run(pool, (c->n + ROWS - 1) / ROWS, improve_rows, s);
	s->have += m;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* m draws with probability proportional to dist: one pass over sorted targets,
 * by chunks, so that a round costs little more than its vectors. */
static void
draw(const struct seeding *s, size_t m, struct rng *r, size_t *out)
{
	const struct kmeans_cells *c = s->c;
	size_t chunks = (c->n + ROWS - 1) / ROWS, chunk = 0, v = 0;
	double total = 0, before = 0, sum = 0;
	double *target = mem_alloc(m, sizeof(*target));

	for (size_t i = 0; i < chunks; i++)
		total += s->sum[i];
	for (size_t i = 0; i < m; i++)
		target[i] = rng_unit(r) * total;
	qsort(target, m, sizeof(*target), ascending);
	for (size_t i = 0; i < m; i++) {
		while (chunk + 1 < chunks &&
			before + s->sum[chunk] <= target[i]) {
			before += s->sum[chunk++];
			v = chunk * ROWS;
			sum = 0;
		}
		while (v + 1 < c->n && v + 1 < (chunk + 1) * ROWS &&
			before + (sum + c->dist[v]) <= target[i])
			sum += c->dist[v++];
		/* All distances 0: fewer distinct vectors than codes. */
		out[i] = total > 0 ? v : rng_below(r, c->n);
	}
	free(target);
}

/* m vectors as centres, and their cells (c->idx, c->dist). */
static void
sample(struct kmeans_cells *c, size_t m, struct rng *r, struct pool *pool,
	float *centre)
{
	size_t chunks = (c->n + ROWS - 1) / ROWS, d = c->d;
	uint32_t *idx = mem_alloc(c->n, sizeof(*idx));
	size_t *pick = mem_alloc(m, sizeof(*pick));
	struct seeding s = { .c = c };

	s.sum = mem_alloc(chunks, sizeof(*s.sum));
	while (s.have < m) {
		size_t more = 1 + s.have / ROUND;

		more = more < m - s.have ? more : m - s.have;
		if (s.have == 0)
			pick[0] = rng_below(r, c->n);
		else
			draw(&s, more, r, pick);
		for (size_t i = 0; i < more; i++)
			memcpy(centre + (s.have + i) * d, c->x + pick[i] * d,
				d * sizeof(*centre));
		add_centres(&s, centre, more, idx, pool);
	}
	free(idx);
	free(pick);
	free(s.sum);
}

/* Cells that hold a vector, their means and counts, to the front. */
static size_t
full_cells(const struct kmeans_cells *c, float *mean, double *count)
{
	size_t full = 0, d = c->d;

	for (size_t j = 0; j < c->k; j++) {
		size_t has = c->first[j + 1] - c->first[j];

		if (has == 0)
			continue;
		memmove(mean + full * d, mean + j * d, d * sizeof(*mean));
		count[full++] = (double)has;
	}
	return full;
}

/* Every vector is a cell of its own. */
static size_t
all_cells(const float *x, size_t n, size_t d, float *mean, double *count)
{
	memcpy(mean, x, n * d * sizeof(*mean));
	for (size_t v = 0; v < n; v++)
		count[v] = 1;
	return n;
}

/* The cells of m vectors. */
static size_t
sample_cells(const float *x, size_t n, size_t d, size_t m, struct rng *r,
	struct pool *pool, float *mean, double *count)
{
	struct kmeans_cells c;
	size_t full;

	kmeans_cells_init(&c, x, n, d, m);
	sample(&c, m, r, pool, mean);
	kmeans_cells_means(&c, mean, pool);
	full = full_cells(&c, mean, count);
	kmeans_cells_free(&c);
	return full;
}

void
kmeans_seed(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	struct pool *pool, float *centre)
{
	bool all = n / CANDIDATES < k;
	size_t most = all ? n : k * CANDIDATES, full;
	float *mean = mem_floats(most * d);
	double *count = mem_alloc(most, sizeof(*count));

	full = all ? all_cells(x, n, d, mean, count)
		   : sample_cells(x, n, d, most, r, pool, mean, count);
	if (full > k) {
		kmeans_merge(mean, count, full, d, k, pool);
		full = k;
	}
	memcpy(centre, mean, full * d * sizeof(*centre));
	for (; full < k; full++) /* fewer distinct vectors than codes */
		memcpy(centre + full * d, x + rng_below(r, n) * d,
			d * sizeof(*centre));
	free(count);
	free(mean);
}
