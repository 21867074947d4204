/*
 * k-means to equal distortion: the seconds until the centres serve the
 * vectors as well as a peer's do at its end, our start included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "kernel/nearest.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define MOST_ITERATIONS ((size_t)100)
#define RUNS 3

struct data {
	const float *x;
	size_t n, d, k;
	struct pool *pool;
	float *centre;
};

static void
seed(struct data *t)
{
	struct rng r;

	rng_seed(&r, 1, 0);
	kmeans_seed(t->x, t->n, t->d, t->k, &r, t->pool, t->centre);
}

static void
lloyd(struct data *t, size_t iterations)
{
	const struct kmeans o = { .k = t->k, .iterations = iterations };

	if (iterations)
		kmeans_lloyd(&o, t->x, t->n, t->d, t->pool, t->centre);
}

/* Mean squared distance to the nearest centre, summed in double. */
static double
distortion(const struct data *t)
{
	uint32_t *idx = mem_alloc(t->n, sizeof(*idx));
	struct nearest s;
	double sum = 0;

	nearest_init(&s, t->centre, t->k, t->d);
	nearest_find_all(&s, t->pool, t->x, t->n, idx, NULL);
	for (size_t v = 0; v < t->n; v++)
		for (size_t i = 0; i < t->d; i++) {
			double e = (double)t->x[v * t->d + i] -
				(double)t->centre[idx[v] * t->d + i];

			sum += e * e;
		}
	nearest_free(&s);
	free(idx);
	return sum / (double)t->n;
}

/* Iterations until the distortion is at most `target`, or MOST_ITERATIONS.
 * *end: what was reached. */
static size_t
needed(struct data *t, double target, double *end)
{
	size_t m = 0;

	seed(t);
	while ((*end = distortion(t)) > target && m < MOST_ITERATIONS) {
		lloyd(t, 1);
		m++;
	}
	return m;
}

static double
seconds(struct data *t, size_t iterations)
{
	double v[RUNS];

	for (size_t i = 0; i < RUNS; i++) {
		double start = bench_now();

		seed(t);
		lloyd(t, iterations);
		v[i] = bench_now() - start;
	}
	return bench_median(v, RUNS);
}

static void
row(const struct data *t, const char *what, double spent, double times,
	const char *note)
{
	bench_row(&(struct bench_row){ .section = "kmeans",
		.what = what,
		.note = note,
		.d = t->d,
		.k = t->k,
		.threads = pool_threads(t->pool),
		.value = spent,
		.unit = "s",
		.times = times });
}

/* Ours, then the peer with how much faster we were as good. */
static void
against(struct data *t, const char *peer, double spent, double target)
{
	double end, ours;
	size_t m = needed(t, target, &end);
	char what[80], note[48];

	ours = seconds(t, m);
	snprintf(what, sizeof(what), "k-means, %zu iterations", m);
	snprintf(note, sizeof(note), "error %.4g", end);
	row(t, what, ours, 0, note);
	snprintf(what, sizeof(what), "  %s", peer);
	snprintf(note, sizeof(note), "error %.4g", target);
	row(t, what, spent, end > target ? BENCH_NEVER : spent / ours, note);
}

/* VECTORS D K PEERS: a line a peer, name, seconds and error between tabs. */
int
kmeans_main(int argc, char *argv[])
{
	struct data t = { 0 };
	char line[256], name[64];
	double spent, target;
	float *x;
	FILE *f;

	if (argc != 4)
		return 2;
	t.x = x = bench_read(argv[0], &t.n);
	t.d = strtoul(argv[1], NULL, 10);
	t.k = strtoul(argv[2], NULL, 10);
	t.n /= t.d;
	t.centre = mem_floats(t.k * t.d);
	t.pool = pool_open(0);
	row(&t, "k-means, 20 iterations", seconds(&t, 20), 0, NULL);
	f = fopen(argv[3], "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%63[^\t]\t%lf\t%lf", name, &spent, &target) ==
			3)
			against(&t, name, spent, target);
	if (f)
		fclose(f);
	pool_close(t.pool);
	free(x);
	free(t.centre);
	return 0;
}
