/*
 * bench - what this machine can do, and what share of it the kernels reach.
 *
 * Prints one table and, with a file name, the same as CSV.  Every figure is
 * the median of several runs; rates count 2 n k d (search) or 2 m n k
 * (product) operations.  Ratios are to be compared, not absolute rates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel/cpu.h"
#include "kernel/nearest.h"
#include "kernel/product.h"
#include "kernel/sgemm.h"
#include "media/png.h"
#include "util/mem.h"
#include "util/rng.h"

#define RUNS 7
#define LEAST_SECONDS 0.05 /* of one run */

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int
ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Median GFLOP/s of fn, which does `flops` operations a call. */
static double
rate(void (*fn)(void *), void *arg, double flops)
{
	double sample[RUNS];

	fn(arg);
	for (int i = 0; i < RUNS; i++) {
		double start = now(), spent;
		size_t calls = 0;

		do {
			fn(arg);
			calls++;
			spent = now() - start;
		} while (spent < LEAST_SECONDS);
		sample[i] = flops * (double)calls / spent * 1e-9;
	}
	qsort(sample, RUNS, sizeof(*sample), ascending);
	return sample[RUNS / 2];
}

/*
 * Independent chains of fused multiply-adds, enough to hide their latency: in
 * the widest registers that this machine has.
 */
#if defined(__x86_64__)
#include <immintrin.h>
#define CHAINS 12
#define PEAK_LOOPS 100000

__attribute__((target("avx2,fma"))) static void
peak_256(void *arg)
{
	__m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-3f);
	__m256 c[CHAINS];
	float *out = arg;

	for (int i = 0; i < CHAINS; i++)
		c[i] = _mm256_set1_ps((float)i);
	for (int n = 0; n < PEAK_LOOPS; n++) {
		_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) c[i] =
			_mm256_fmadd_ps(c[i], a, b);
	}
	for (int i = 0; i < CHAINS; i++)
		out[i] = c[i][0];
}

__attribute__((target("avx512f"))) static void
peak_512(void *arg)
{
	__m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-3f);
	__m512 c[CHAINS];
	float *out = arg;

	for (int i = 0; i < CHAINS; i++)
		c[i] = _mm512_set1_ps((float)i);
	for (int n = 0; n < PEAK_LOOPS; n++) {
		_Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) c[i] =
			_mm512_fmadd_ps(c[i], a, b);
	}
	for (int i = 0; i < CHAINS; i++)
		out[i] = c[i][0];
}

static double
peak(void)
{
	float out[CHAINS];
	double lanes = 2.0 * CHAINS * PEAK_LOOPS;

	__builtin_cpu_init();
	if (__builtin_cpu_supports("avx512f"))
		return rate(peak_512, out, 16 * lanes);
	if (__builtin_cpu_supports("fma"))
		return rate(peak_256, out, 8 * lanes);
	return 0;
}
#else
static double
peak(void)
{
	return 0; /* not measured here: shares are left out */
}
#endif

static float *
noise(struct rng *r, size_t n)
{
	float *x = mem_floats(n);

	for (size_t i = 0; i < n; i++)
		x[i] = (float)rng_normal(r);
	return x;
}

static void
product(void *arg)
{
	sgemm_run(arg);
}

static double
sgemm_rate(struct rng *r)
{
	size_t m = 1024;
	float *a = noise(r, m * m), *b = noise(r, m * m);
	struct sgemm g = { .ta = 'n',
		.tb = 'n',
		.m = m,
		.n = m,
		.k = m,
		.alpha = 1,
		.a = a,
		.lda = m,
		.b = b,
		.ldb = m,
		.c = mem_zfloats(m * m),
		.ldc = m };
	double got = rate(product, &g, 2.0 * (double)(m * m * m));

	free(a);
	free(b);
	free(g.c);
	return got;
}

struct search {
	struct nearest s;
	struct pool *pool;
	float *x;
	size_t n;
	uint32_t *idx;
};

static void
search(void *arg)
{
	struct search *s = arg;

	nearest_find_all(&s->s, s->pool, s->x, s->n, s->idx, NULL);
}

static double
search_rate(struct rng *r, size_t d, size_t k, struct pool *pool)
{
	size_t n = k > 8192 ? 2048 : 8192;
	float *code = noise(r, k * d);
	struct search s = { .pool = pool,
		.x = noise(r, n * d),
		.n = n,
		.idx = mem_alloc(n, sizeof(uint32_t)) };
	double got;

	nearest_init(&s.s, code, k, d);
	got = rate(search, &s, 2.0 * (double)n * (double)k * (double)d);
	nearest_free(&s.s);
	free(code);
	free(s.x);
	free(s.idx);
	return got;
}

static void
row(FILE *csv, const char *what, size_t d, size_t k, size_t threads,
	double gflops, double peak_rate)
{
	double share = peak_rate > 0
		? 100 * gflops / (peak_rate * (double)threads)
		: 0;

	printf("%-16s %5zu %7zu %7zu %9.1f %8.0f %%\n", what, d, k, threads,
		gflops, share);
	fflush(stdout);
	if (csv)
		fprintf(csv, "%s,%zu,%zu,%zu,%.2f,%.1f\n", what, d, k, threads,
			gflops, share);
}

static void
search_table(FILE *csv, struct rng *r, double peak_rate)
{
	static const size_t dims[] = { 8, 16, 32, 48, 64, 128, 256 };
	static const size_t sizes[] = { 256, 1024, 8192, 65536 };
	struct pool *pool = pool_open(0);
	size_t threads = pool_threads(pool);

	for (size_t i = 0; i < sizeof(dims) / sizeof(*dims); i++)
		for (size_t j = 0; j < sizeof(sizes) / sizeof(*sizes); j++)
			row(csv, "nearest", dims[i], sizes[j], threads,
				search_rate(r, dims[i], sizes[j], pool),
				peak_rate);
	pool_close(pool);
}

/* Decode PNG files and drop the rows: what an encoder cannot avoid. */
static int
decode_png(const char *path)
{
	struct err e;
	struct image_info i;
	struct input *in = input_open(path, &e);
	struct png_in *p = in ? png_in_open(in, &i, &e) : NULL;
	float *row = p ? mem_floats(i.width * i.channels) : NULL;
	int status = p ? 0 : -1;

	for (size_t y = 0; status == 0 && y < i.height; y++)
		status = png_in_rows(p, row, 1, &e);
	free(row);
	if (p)
		png_in_close(p);
	input_close(in);
	return status;
}

int
main(int argc, char *argv[])
{
	FILE *csv;
	double peak_rate;
	struct rng r;

	if (argc > 1 && strcmp(argv[1], "--png") == 0) {
		for (int i = 2; i < argc; i++)
			if (decode_png(argv[i]) != 0)
				return 1;
		return 0;
	}
	csv = argc > 1 ? fopen(argv[1], "w") : NULL;
	peak_rate = peak();
	rng_seed(&r, 1, 0);
	if (argc > 1 && !csv) {
		perror(argv[1]);
		return 1;
	}
	if (csv)
		fputs("what,d,k,threads,gflops,percent_of_peak\n", csv);
	printf("kernel: %s\n", cpu_panel_ops()->name);
	printf("%-16s %5s %7s %7s %9s %10s\n", "what", "d", "k", "threads",
		"GFLOP/s", "of peak");
	row(csv, "fma-peak", 0, 0, 1, peak_rate, peak_rate);
	row(csv, "sgemm-1024", 1024, 1024, 1, sgemm_rate(&r), peak_rate);
	search_table(csv, &r, peak_rate);
	return csv && fclose(csv) != 0;
}
