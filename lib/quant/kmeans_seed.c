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
	double *sum;         /* [chunks] of the weighted c->dist */
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
		sum += kmeans_cells_weight(c, v) * c->dist[v];
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

/* m draws with probability proportional to the weighted dist: one pass over
 * sorted targets, by chunks, so that a round costs little more than its
 * vectors. */
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
		for (; v + 1 < c->n && v + 1 < (chunk + 1) * ROWS; v++) {
			double more = kmeans_cells_weight(c, v) * c->dist[v];

			if (before + (sum + more) > target[i])
				break;
			sum += more;
		}
		/* All distances 0: fewer distinct vectors than codes. */
		out[i] = total > 0 ? v : rng_below(r, c->n);
	}
	free(target);
}

/* The first centre: by weight alone. */
static size_t
draw_first(const struct kmeans_cells *c, struct rng *r)
{
	double total = 0, target;
	size_t v = 0;

	if (!c->w)
		return rng_below(r, c->n);
	for (size_t i = 0; i < c->n; i++)
		total += (double)c->w[i];
	target = rng_unit(r) * total;
	while (v + 1 < c->n && (target -= (double)c->w[v]) >= 0)
		v++;
	return v;
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
			pick[0] = draw_first(c, r);
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

/* Cells that hold a vector, their means and weights, to the front. */
static size_t
full_cells(const struct kmeans_cells *c, float *mean, double *count)
{
	size_t full = 0, d = c->d;

	for (size_t j = 0; j < c->k; j++) {
		double has = 0;

		for (size_t o = c->first[j]; o < c->first[j + 1]; o++)
			has += kmeans_cells_weight(c, c->order[o]);
		if (has == 0)
			continue;
		memmove(mean + full * d, mean + j * d, d * sizeof(*mean));
		count[full++] = has;
	}
	return full;
}

/* Every vector is a cell of its own. */
static size_t
all_cells(const struct kmeans_cells *c, float *mean, double *count)
{
	memcpy(mean, c->x, c->n * c->d * sizeof(*mean));
	for (size_t v = 0; v < c->n; v++)
		count[v] = kmeans_cells_weight(c, v);
	return c->n;
}

/* The cells of c->k vectors. */
static size_t
sample_cells(struct kmeans_cells *c, struct rng *r, struct pool *pool,
	float *mean, double *count)
{
	sample(c, c->k, r, pool, mean);
	kmeans_cells_means(c, mean, pool);
	return full_cells(c, mean, count);
}

void
kmeans_seed(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	struct pool *pool, float *centre)
{
	kmeans_seed_weighted(x, NULL, n, d, k, r, pool, centre);
}

void
kmeans_seed_weighted(const float *x, const float *w, size_t n, size_t d,
	size_t k, struct rng *r, struct pool *pool, float *centre)
{
	bool all = n / CANDIDATES < k;
	size_t most = all ? n : k * CANDIDATES, full;
	float *mean = mem_floats(most * d);
	double *count = mem_alloc(most, sizeof(*count));
	struct kmeans_cells c;

	kmeans_cells_init(&c, x, n, d, most);
	c.w = w;
	full = all ? all_cells(&c, mean, count)
		   : sample_cells(&c, r, pool, mean, count);
	kmeans_cells_free(&c);
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
