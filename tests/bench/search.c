/*
 * Search on Gaussian vectors, which have no structure to profit from, as a
 * share of the peak.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "kernel/nearest.h"
#include "kernel/nearest_top.h"
#include "search.h"
#include "util/mem.h"

#define MOST_CODES ((size_t)65536)
#define MOST_VECTORS ((size_t)32768)
#define CALL_FLOPS 2e9   /* about what one call does, within these bounds */
#define SLOW_SECONDS 3.0 /* a call of the plain kernels is to stay below */
#define TRIAL ((size_t)16)

struct search {
	struct nearest s;
	struct pool *pool;
	const float *x;
	size_t n, m; /* m: nearest codes wanted, by nearest_top */
	uint32_t *idx;
	float *score; /* [n, m], for m > 1 */
};

static void
search(void *arg)
{
	struct search *s = arg;

	if (s->m > 1)
		nearest_top_all(
			&s->s, s->pool, s->x, s->n, s->m, s->idx, s->score);
	else
		nearest_find_all(&s->s, s->pool, s->x, s->n, s->idx, NULL);
}

static double
flops_of(size_t n, size_t k, size_t d)
{
	return 2.0 * (double)n * (double)k * (double)d;
}

/* Vectors in a call: fewer where a trial says that all would take long. */
static size_t
fit(struct search *s, size_t most)
{
	double each = INFINITY;

	s->n = most < TRIAL ? most : TRIAL;
	for (int i = 0; i < 3; i++) {
		double start = bench_now();

		search(s);
		each = fmin(each, (bench_now() - start) / (double)s->n);
	}
	if (each * (double)most < SLOW_SECONDS)
		return most;
	most = (size_t)(SLOW_SECONDS / each);
	return most > TRIAL ? most : TRIAL;
}

/* The answers and a row of sets.tsv. */
static void
keep(const struct search_task *t, const struct search *s)
{
	char path[SEARCH_PATH];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s-%zu-%zu.idx", t->folder, t->section,
		t->d, t->k);
	bench_write(path, s->idx, s->n, sizeof(*s->idx));
	snprintf(path, sizeof(path), "%s/sets.tsv", t->folder);
	f = fopen(path, "a");
	if (!f ||
		fprintf(f, "%s\t%zu\t%zu\t%zu\t%s\t%s\t%s/%s-%zu-%zu.idx\n",
			t->section, t->d, t->k, s->n, t->x_path, t->code_path,
			t->folder, t->section, t->d, t->k) < 0 ||
		fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static void
measure(const struct search_task *t, struct search *s, const char *what,
	const char *note)
{
	struct bench_rate got =
		bench_rate(t->pool, search, s, flops_of(s->n, t->k, t->d));

	bench_row(&(struct bench_row){ .section = t->section,
		.what = what,
		.note = note,
		.d = t->d,
		.k = t->k,
		.threads = pool_threads(t->pool),
		.value = got.gflops,
		.unit = "GFLOP/s",
		.share = got.share });
}

/* The same search with pruning, and how much faster it is. */
static void
measure_pruned(const struct search_task *t, struct search *plain)
{
	struct search s = *plain;
	char note[32];

	nearest_init(&s.s, t->code, t->k, t->d);
	nearest_prune(&s.s, t->pool, t->code);
	snprintf(note, sizeof(note), "%.2f of plain",
		bench_versus(search, plain, &s));
	measure(t, &s, "  pruned", note);
	nearest_free(&s.s);
}

void
search_measure(const struct search_task *t)
{
	struct search s = { .pool = t->pool, .x = t->x, .m = t->m };

	s.idx = mem_alloc(t->n * t->m, sizeof(*s.idx));
	s.score = mem_floats(t->n * t->m);
	nearest_init(&s.s, t->code, t->k, t->d);
	s.n = fit(&s, t->n);
	measure(t, &s, t->what, NULL);
	if (t->prune)
		measure_pruned(t, &s);
	if (t->folder)
		keep(t, &s);
	nearest_free(&s.s);
	free(s.idx);
	free(s.score);
}

static size_t
vectors_for(size_t k, size_t d)
{
	double n = CALL_FLOPS / flops_of(1, k, d);

	if (n > (double)MOST_VECTORS)
		return MOST_VECTORS;
	return n < (double)SEARCH_LEAST ? SEARCH_LEAST : (size_t)n;
}

static void
gaussian(const char *folder, size_t d, struct pool *pool, struct rng *r)
{
	static const size_t sizes[] = { 256, 1024, 8192, 65536 };
	struct search_task t = { .section = "search",
		.what = "nearest code",
		.folder = folder,
		.d = d,
		.m = 1,
		.pool = pool };
	size_t most = vectors_for(sizes[0], d);
	float *code = bench_noise(r, MOST_CODES * d);
	float *x = bench_noise(r, most * d);

	t.x = x;
	t.code = code;
	snprintf(t.x_path, SEARCH_PATH, "%s/gaussian-%zu.x", folder, d);
	snprintf(t.code_path, SEARCH_PATH, "%s/gaussian-%zu.codes", folder, d);
	bench_write(t.x_path, x, most * d, sizeof(*x));
	bench_write(t.code_path, code, MOST_CODES * d, sizeof(*code));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		t.k = sizes[i];
		t.n = vectors_for(t.k, d);
		search_measure(&t);
	}
	free(code);
	free(x);
}

/* The runner-up and more: what margins and beams need. */
static void
top(struct pool *pool, struct rng *r)
{
	static const struct {
		size_t m, d, k;
		const char *what;
	} rows[] = {
		{ 2, 32, 1024, "2 nearest codes" },
		{ 2, 32, 8192, "2 nearest codes" },
		{ 2, 128, 65536, "2 nearest codes" },
		{ 4, 32, 8192, "4 nearest codes" },
		{ 16, 32, 8192, "16 nearest codes" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t d = rows[i].d, k = rows[i].k, n = vectors_for(k, d);
		float *code = bench_noise(r, k * d), *x = bench_noise(r, n * d);

		search_measure(&(struct search_task){ .section = "top",
			.what = rows[i].what,
			.x = x,
			.code = code,
			.n = n,
			.k = k,
			.d = d,
			.m = rows[i].m,
			.pool = pool });
		free(code);
		free(x);
	}
}

/* What pruning costs where there is nothing to prune. */
static void
hostile(struct pool *pool, struct rng *r)
{
	static const size_t shapes[][2] = { { 8, 1024 }, { 8, 65536 },
		{ 32, 1024 }, { 32, 65536 }, { 128, 8192 }, { 128, 65536 } };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t d = shapes[i][0], k = shapes[i][1];
		size_t n = vectors_for(k, d);
		float *code = bench_noise(r, k * d), *x = bench_noise(r, n * d);

		search_measure(&(struct search_task){ .section = "prune",
			.what = "nearest code",
			.x = x,
			.code = code,
			.n = n,
			.k = k,
			.d = d,
			.m = 1,
			.pool = pool,
			.prune = true });
		free(code);
		free(x);
	}
}

/* FOLDER D */
int
search_main(int argc, char *argv[])
{
	struct pool *pool;
	struct rng r;

	if (argc != 2)
		return 2;
	pool = pool_open(0);
	rng_seed(&r, 1, 0);
	gaussian(argv[0], strtoul(argv[1], NULL, 10), pool, &r);
	pool_close(pool);
	return 0;
}

/* prune, or else the searches for more than one code. */
int
top_main(int argc, char *argv[])
{
	struct pool *pool = pool_open(0);
	struct rng r;

	rng_seed(&r, 1, 0);
	if (argc == 1 && strcmp(argv[0], "prune") == 0)
		hostile(pool, &r);
	else
		top(pool, &r);
	pool_close(pool);
	return 0;
}
