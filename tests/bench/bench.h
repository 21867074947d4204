/*
 * bench.h - what the parts of the benchmark share: clocks and rows.
 *
 * A part prints rows of tab-separated fields,
 *
 *     section what d k threads value unit ratio note
 *
 * which table.awk turns into the table and the CSV file.  d, k and threads
 * may be 0: left out.  ratio is "61.2%" (a share), "1.68x" (times as fast),
 * "=" (let the table compute how much faster the last row of that section, d
 * and k without "=" was), or empty.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#include "util/pool.h"
#include "util/rng.h"

struct bench_row {
	const char *section, *what, *unit, *note; /* note: NULL for none */
	size_t d, k, threads;
	double value;
	double share, times; /* at most one; 0: none */
};
#define BENCH_NEVER (-1) /* times: it is never reached */

void bench_row(const struct bench_row *r);

/* Seconds of a monotonic clock. */
double bench_now(void);

/* Median of v [n], which is sorted. */
double bench_median(double *v, size_t n);

/* Median seconds of a call of fn: of 7 samples of at least 50 ms, or of as
 * many calls as 3 seconds allow. */
double bench_seconds(void (*fn)(void *), void *arg);

/* The same as operations of a billion a second, and as the share of the peak
 * of the pool's threads, which is measured between the samples. */
struct bench_rate {
	double gflops, share; /* share 0: the peak is not known */
};
struct bench_rate bench_rate(
	struct pool *pool, void (*fn)(void *), void *arg, double flops);

/* How many times as fast fn is with b as with a: the median of 7 pairs of
 * samples, one right after the other. */
double bench_versus(void (*fn)(void *), void *a, void *b);

/* n normal numbers, from mem_floats. */
float *bench_noise(struct rng *r, size_t n);

/* All of a file of floats in this machine's order, from mem_floats; ends the
 * program if it cannot be read. */
float *bench_read(const char *path, size_t *n);
void bench_write(const char *path, const void *x, size_t n, size_t size);

/*
 * peak.c: fused multiply-adds a second, in billions of two operations, with
 * the instructions of the kernel in use, on all threads of the pool at once;
 * one sample of about 10 ms.  0 where it is not known how.
 */
double peak_sample(struct pool *pool);
const char *peak_name(void);

/* OpenBLAS, a product of 1024 x 1024 x 1024 in each thread at once. */
double peak_sgemm(struct pool *pool, struct rng *r);

/* The parts: arguments behind the part's name; the exit status. */
int peak_main(int argc, char *argv[]);
int search_main(int argc, char *argv[]);
int top_main(int argc, char *argv[]);
int real_main(int argc, char *argv[]);
int product_main(int argc, char *argv[]);
int route_main(int argc, char *argv[]);
int kmeans_main(int argc, char *argv[]);
int step_main(int argc, char *argv[]);
int conv_main(int argc, char *argv[]);
int png_main(int argc, char *argv[]);
int child_main(int argc, char *argv[]);
int rows_main(int argc, char *argv[]);
int codes_main(int argc, char *argv[]);
int thin_main(int argc, char *argv[]);

#endif
