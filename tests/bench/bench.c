/*
 * bench - the parts of the benchmark that are measured inside one process.
 *
 * tests/bench/run says which and in which order; rows go to stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "util/mem.h"

#define SAMPLES 7
#define SAMPLE_SECONDS 0.05
#define ENOUGH_SECONDS 3.0 /* of samples; slow work has fewer of them */

double
bench_now(void)
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

double
bench_median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), ascending);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* Seconds a call, over at least SAMPLE_SECONDS. */
static double
sample(void (*fn)(void *), void *arg)
{
	double start = bench_now(), spent;
	size_t calls = 0;

	do {
		fn(arg);
		calls++;
		spent = bench_now() - start;
	} while (spent < SAMPLE_SECONDS);
	return spent / (double)calls;
}

double
bench_seconds(void (*fn)(void *), void *arg)
{
	double v[SAMPLES], start;
	size_t n = 0;

	fn(arg);
	start = bench_now();
	while (n < SAMPLES && bench_now() - start < ENOUGH_SECONDS)
		v[n++] = sample(fn, arg);
	return bench_median(v, n);
}

struct bench_rate
bench_rate(struct pool *pool, void (*fn)(void *), void *arg, double flops)
{
	double rate[SAMPLES], share[SAMPLES], start;
	size_t n = 0;

	fn(arg);
	start = bench_now();
	while (n < SAMPLES && bench_now() - start < ENOUGH_SECONDS) {
		double peak = peak_sample(pool);

		rate[n] = flops * 1e-9 / sample(fn, arg);
		share[n] = peak > 0 ? rate[n] / peak : 0;
		n++;
	}
	return (struct bench_rate){ bench_median(rate, n),
		bench_median(share, n) };
}

double
bench_versus(void (*fn)(void *), void *a, void *b)
{
	double v[SAMPLES];

	fn(a);
	fn(b);
	for (size_t i = 0; i < SAMPLES; i++) {
		double first = sample(fn, a);

		v[i] = first / sample(fn, b);
	}
	return bench_median(v, SAMPLES);
}

void
bench_row(const struct bench_row *r)
{
	printf("%s\t%s\t%zu\t%zu\t%zu\t%.6g\t%s\t", r->section, r->what, r->d,
		r->k, r->threads, r->value, r->unit);
	if (r->share > 0)
		printf("%.1f%%", 100 * r->share);
	if (r->times != 0)
		printf("%.2fx", r->times > 0 ? r->times : 0);
	printf("\t%s\n", r->note ? r->note : "");
	fflush(stdout);
}

float *
bench_noise(struct rng *r, size_t n)
{
	float *x = mem_floats(n);

	for (size_t i = 0; i < n; i++)
		x[i] = (float)rng_normal(r);
	return x;
}

_Noreturn static void
die(const char *path)
{
	perror(path);
	exit(1);
}

float *
bench_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	long size;
	float *x;

	if (!f || fseek(f, 0, SEEK_END) != 0 || (size = ftell(f)) < 0)
		die(path);
	rewind(f);
	*n = (size_t)size / sizeof(*x);
	x = mem_floats(*n);
	if (fread(x, sizeof(*x), *n, f) != *n)
		die(path);
	fclose(f);
	return x;
}

void
bench_write(const char *path, const void *x, size_t n, size_t size)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(x, size, n, f) != n || fclose(f) != 0)
		die(path);
}

int
main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		int (*run)(int argc, char *argv[]);
	} parts[] = {
		{ "peak", peak_main },
		{ "search", search_main },
		{ "top", top_main },
		{ "real", real_main },
		{ "product", product_main },
		{ "route", route_main },
		{ "kmeans", kmeans_main },
		{ "step", step_main },
		{ "conv", conv_main },
		{ "png", png_main },
		{ "child", child_main },
		{ "rows", rows_main },
		{ "codes", codes_main },
		{ "thin", thin_main },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(parts) / sizeof(*parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			return parts[i].run(argc - 2, argv + 2);
	fputs("bench: run it by make bench\n", stderr);
	return 2;
}
