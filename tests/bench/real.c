/*
 * Search on the latents of real photographs and sounds: neighbours are alike
 * and codes cluster, so that pruning shows.  Rates count all n k d
 * multiplications, made or not.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "model/model.h"
#include "search.h"
#include "util/mem.h"

/* Whole copies of x [n, d], one after another, so that a call takes a while:
 * what is alike in neighbours stays. */
static float *
repeat(float *x, size_t *n, size_t d)
{
	size_t times = *n < SEARCH_LEAST ? SEARCH_LEAST / *n + 1 : 1;
	float *all = mem_floats(times * *n * d);

	for (size_t i = 0; i < times; i++)
		memcpy(all + i * *n * d, x, *n * d * sizeof(*x));
	free(x);
	*n *= times;
	return all;
}

/* The codes of a model, or if k is not 0 the first k of the rows in a file of
 * floats; [*k, d]. */
static float *
codes_of(const char *path, size_t d, size_t *k)
{
	struct model m;
	struct err e;
	float *code;
	size_t n;

	if (*k) {
		code = bench_read(path, &n);
		if (n / d < *k)
			*k = n / d;
		return code;
	}
	if (model_load(&m, path, &e) != 0) {
		fprintf(stderr, "bench: %s\n", e.msg);
		exit(1);
	}
	*k = m.quantizer.book[0].k;
	code = mem_floats(*k * d);
	memcpy(code, m.quantizer.book[0].q, *k * d * sizeof(*code));
	model_free(&m);
	return code;
}

/* FOLDER WHAT D VECTORS MODEL, or ... VECTORS CODES K: what is searched, as
 * rows of D floats. */
int
real_main(int argc, char *argv[])
{
	struct search_task t = { .section = "real", .m = 1, .prune = true };
	float *x, *code;

	if (argc != 5 && argc != 6)
		return 2;
	t.folder = argv[0];
	t.what = argv[1];
	t.d = strtoul(argv[2], NULL, 10);
	t.k = argc == 6 ? strtoul(argv[5], NULL, 10) : 0;
	x = bench_read(argv[3], &t.n);
	t.n /= t.d;
	if (t.n == 0)
		return 1;
	t.x = x = repeat(x, &t.n, t.d);
	t.code = code = codes_of(argv[4], t.d, &t.k);
	t.pool = pool_open(0);
	snprintf(
		t.x_path, SEARCH_PATH, "%s/real-%zu-%zu.x", t.folder, t.d, t.k);
	snprintf(t.code_path, SEARCH_PATH, "%s/real-%zu-%zu.codes", t.folder,
		t.d, t.k);
	bench_write(t.x_path, x, t.n * t.d, sizeof(*x));
	bench_write(t.code_path, code, t.k * t.d, sizeof(*code));
	search_measure(&t);
	pool_close(t.pool);
	free(x);
	free(code);
	return 0;
}
