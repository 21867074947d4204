#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* rows or codes a task */

/* A round draws one centre and an eighth of what there is.  Doubling is up to
 * three times as fast, but puts two centres into one cluster: on 64 far ones
 * the error after Lloyd was 7 times as large. */
#define ROUND 8

static double
distance(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++) {
		double t = (double)a[i] - (double)b[i];

		sum += t * t;
	}
	return sum;
}

struct data {
	const float *x;
	size_t n, d;
	uint32_t *idx; /* [n] the nearest centre */
	double *dist;  /* [n] its squared distance */
	const float *centre;
	size_t *order, *first; /* rows sorted by code; [n], [k + 1] */
	size_t k;
};

static void
exact_chunk(void *arg, size_t chunk, size_t worker)
{
	struct data *t = arg;
	size_t end = (chunk + 1) * CHUNK;

	(void)worker;
	for (size_t v = chunk * CHUNK; v < t->n && v < end; v++)
		t->dist[v] = distance(
			t->x + v * t->d, t->centre + t->idx[v] * t->d, t->d);
}

/* idx and dist for the given centres. */
static void
assign(struct data *t, const float *centre, size_t k, struct pool *pool)
{
	struct nearest s;

	nearest_init(&s, centre, k, t->d);
	nearest_find_all(&s, pool, t->x, t->n, t->idx, NULL);
	nearest_free(&s);
	t->centre = centre;
	pool_run(pool, (t->n + CHUNK - 1) / CHUNK, exact_chunk, t);
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* m draws with probability proportional to least[]: one pass over sorted
 * targets, so that a round costs O(n). */
static void
draw(const double *least, size_t n, size_t m, struct rng *r, size_t *out)
{
	double total = 0, sum = 0, *target = mem_alloc(m, sizeof(*target));
	size_t v = 0;

	for (size_t i = 0; i < n; i++)
		total += least[i];
	for (size_t i = 0; i < m; i++)
		target[i] = rng_unit(r) * total;
	qsort(target, m, sizeof(*target), ascending);
	for (size_t i = 0; i < m; i++) {
		while (v + 1 < n && sum + least[v] <= target[i])
			sum += least[v++];
		/* All distances 0: fewer distinct vectors than codes. */
		out[i] = total > 0 ? v : rng_below(r, n);
	}
	free(target);
}

void
kmeans_seed(const float *x, size_t n, size_t d, size_t k, struct rng *r,
	struct pool *pool, float *centre)
{
	struct data t = { .x = x, .n = n, .d = d };
	double *least = mem_alloc(n, sizeof(*least));
	size_t *pick = mem_alloc(k, sizeof(*pick));
	size_t have = 1;

	t.idx = mem_alloc(n, sizeof(*t.idx));
	t.dist = mem_alloc(n, sizeof(*t.dist));
	pick[0] = rng_below(r, n);
	memcpy(centre, x + pick[0] * d, d * sizeof(*centre));
	for (size_t v = 0; v < n; v++)
		least[v] = distance(x + v * d, centre, d);
	while (have < k) {
		size_t m = 1 + have / ROUND;

		m = m < k - have ? m : k - have;
		draw(least, n, m, r, pick);
		for (size_t i = 0; i < m; i++)
			memcpy(centre + (have + i) * d, x + pick[i] * d,
				d * sizeof(*centre));
		assign(&t, centre + have * d, m, pool);
		for (size_t v = 0; v < n; v++)
			least[v] = fmin(least[v], t.dist[v]);
		have += m;
	}
	free(least);
	free(pick);
	free(t.idx);
	free(t.dist);
}

/* Rows in the order of their codes (counting sort, stable). */
static void
sort_rows(struct data *t)
{
	memset(t->first, 0, (t->k + 1) * sizeof(*t->first));
	for (size_t v = 0; v < t->n; v++)
		t->first[t->idx[v] + 1]++;
	for (size_t j = 0; j < t->k; j++)
		t->first[j + 1] += t->first[j];
	for (size_t v = 0; v < t->n; v++)
		t->order[t->first[t->idx[v]]++] = v;
	for (size_t j = t->k; j > 0; j--)
		t->first[j] = t->first[j - 1];
	t->first[0] = 0;
}

struct means {
	const struct data *t;
	float *centre;
};

static void
mean_of(const struct data *t, size_t j, float *centre)
{
	size_t count = t->first[j + 1] - t->first[j];

	for (size_t i = 0; i < t->d && count; i++) {
		double sum = 0;

		for (size_t o = t->first[j]; o < t->first[j + 1]; o++)
			sum += (double)t->x[t->order[o] * t->d + i];
		centre[j * t->d + i] = (float)(sum / (double)count);
	}
}

static void
means_chunk(void *arg, size_t chunk, size_t worker)
{
	struct means *m = arg;

	(void)worker;
	for (size_t j = chunk * CHUNK; j < m->t->k && j < (chunk + 1) * CHUNK;
		j++)
		mean_of(m->t, j, m->centre);
}

static size_t
worst_row(const struct data *t)
{
	size_t top = 0;

	for (size_t v = 1; v < t->n; v++)
		if (t->dist[v] > t->dist[top])
			top = v;
	return top;
}

struct served {
	double dist;
	size_t row;
};

static int
worse_first(const void *a, const void *b)
{
	const struct served *x = a, *y = b;

	if (x->dist != y->dist)
		return x->dist > y->dist ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Every empty code takes one of the vectors that are served worst. */
static void
reseed_empty(const struct data *t, float *centre)
{
	struct served *s = NULL;
	size_t used = 0;

	for (size_t j = 0; j < t->k; j++) {
		if (t->first[j] != t->first[j + 1])
			continue;
		if (!s) {
			if (t->dist[worst_row(t)] == 0)
				return; /* nothing is served badly */
			s = mem_alloc(t->n, sizeof(*s));
			for (size_t v = 0; v < t->n; v++)
				s[v] = (struct served){ t->dist[v], v };
			qsort(s, t->n, sizeof(*s), worse_first);
		}
		memcpy(centre + j * t->d, t->x + s[used++].row * t->d,
			t->d * sizeof(*centre));
	}
	free(s);
}

static double
mean_distance(const struct data *t)
{
	double sum = 0;

	for (size_t v = 0; v < t->n; v++)
		sum += t->dist[v];
	return sum / (double)t->n;
}

double
kmeans_lloyd(const struct kmeans *o, const float *x, size_t n, size_t d,
	struct pool *pool, float *centre)
{
	struct data t = { .x = x, .n = n, .d = d, .k = o->k };
	struct means m = { &t, centre };
	double error = INFINITY, before;

	t.idx = mem_alloc(n, sizeof(*t.idx));
	t.dist = mem_alloc(n, sizeof(*t.dist));
	t.order = mem_alloc(n, sizeof(*t.order));
	t.first = mem_alloc(o->k + 1, sizeof(*t.first));
	for (size_t i = 0; i < o->iterations; i++) {
		before = error;
		assign(&t, centre, o->k, pool);
		error = mean_distance(&t);
		if (before - error < o->tolerance * before && i > 0 &&
			isfinite(before))
			break;
		sort_rows(&t);
		pool_run(pool, (o->k + CHUNK - 1) / CHUNK, means_chunk, &m);
		reseed_empty(&t, centre);
	}
	free(t.idx);
	free(t.dist);
	free(t.order);
	free(t.first);
	return error;
}
