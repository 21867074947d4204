/*
 * What this machine can do: independent chains of fused multiply-adds, enough
 * to hide their latency, in the registers that the kernel in use has; and
 * OpenBLAS beside it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "kernel/cpu.h"
#include "kernel/sgemm.h"
#include "util/mem.h"

#define LOOPS 100000
#define CHUNKS_PER_THREAD 8
#define SAMPLE_SECONDS 0.01

/* chains * lanes of the version: floats that one loop multiplies and adds. */
struct peak {
	const char *kernel, *name;
	size_t width;
	void (*run)(float *out); /* out: [width] */
};

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2,fma"))) static void
fma_256(float *out)
{
	__m256 a = _mm256_set1_ps(0.999f), b = _mm256_set1_ps(1e-3f), c[12];

	for (int i = 0; i < 12; i++)
		c[i] = _mm256_set1_ps((float)i);
	for (int n = 0; n < LOOPS; n++) {
		_Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) c[i] =
			_mm256_fmadd_ps(c[i], a, b);
	}
	for (int i = 0; i < 12; i++)
		_mm256_storeu_ps(out + 8 * i, c[i]);
}

__attribute__((target("avx512f"))) static void
fma_512(float *out)
{
	__m512 a = _mm512_set1_ps(0.999f), b = _mm512_set1_ps(1e-3f), c[12];

	for (int i = 0; i < 12; i++)
		c[i] = _mm512_set1_ps((float)i);
	for (int n = 0; n < LOOPS; n++) {
		_Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) c[i] =
			_mm512_fmadd_ps(c[i], a, b);
	}
	for (int i = 0; i < 12; i++)
		_mm512_storeu_ps(out + 16 * i, c[i]);
}

/* One number a register: what portable code with a fused instruction has.
 * The empty asm keeps the compiler from making vectors of them. */
__attribute__((target("fma"))) static void
fma_scalar(float *out)
{
	__m128 a = _mm_set_ss(0.999f), b = _mm_set_ss(1e-3f), c[12];

	_Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) c[i] =
		_mm_set_ss((float)i);
	for (int n = 0; n < LOOPS; n++) {
		_Pragma("GCC unroll 12") for (int i = 0; i < 12; i++)
		{
			c[i] = _mm_fmadd_ss(c[i], a, b);
			__asm__("" : "+x"(c[i]));
		}
	}
	_Pragma("GCC unroll 12") for (int i = 0; i < 12; i++) out[i] =
		_mm_cvtss_f32(c[i]);
}

static bool
has_fma(void)
{
	__builtin_cpu_init();
	return __builtin_cpu_supports("fma");
}

static const struct peak peaks[] = {
	{ "avx512", "fma peak, 512 bit", 12 * 16, fma_512 },
	{ "avx2", "fma peak, 256 bit", 12 * 8, fma_256 },
	{ "generic", "fma peak, scalar", 12, fma_scalar },
	{ "ref", "fma peak, scalar", 12, fma_scalar },
};
#elif defined(__aarch64__)
#include <arm_neon.h>

static void
fma_128(float *out)
{
	float32x4_t a = vdupq_n_f32(0.999f), b = vdupq_n_f32(1e-3f), c[24];

	for (int i = 0; i < 24; i++)
		c[i] = vdupq_n_f32((float)i);
	for (int n = 0; n < LOOPS; n++) {
		_Pragma("GCC unroll 24") for (int i = 0; i < 24; i++) c[i] =
			vfmaq_f32(c[i], a, b);
	}
	for (int i = 0; i < 24; i++)
		vst1q_f32(out + 4 * i, c[i]);
}

static bool
has_fma(void)
{
	return true;
}

static const struct peak peaks[] = {
	{ "neon", "fma peak, 128 bit", 24 * 4, fma_128 },
	{ "generic", "fma peak, 128 bit", 24 * 4, fma_128 },
	{ "ref", "fma peak, 128 bit", 24 * 4, fma_128 },
};
#else
static bool
has_fma(void)
{
	return false;
}

static const struct peak peaks[] = { { "", "", 0, NULL } };
#endif

#define WIDEST ((size_t)192)

/* That of the kernel in use; NULL if it is not known. */
static const struct peak *
find(void)
{
	const char *kernel = cpu_panel_ops()->name;

	for (size_t i = 0; has_fma() && i < sizeof(peaks) / sizeof(*peaks); i++)
		if (strcmp(peaks[i].kernel, kernel) == 0)
			return &peaks[i];
	return NULL;
}

const char *
peak_name(void)
{
	return find() ? find()->name : "fma peak, not known";
}

static void
run_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct peak *p = arg;
	float out[WIDEST];
	volatile float *sink = out;

	(void)chunk;
	(void)worker;
	p->run(out);
	(void)*sink;
}

double
peak_sample(struct pool *pool)
{
	const struct peak *p = find();
	size_t chunks = CHUNKS_PER_THREAD * pool_threads(pool);
	double flops = 0, start = bench_now(), spent;

	if (!p)
		return 0;
	do {
		pool_run(pool, chunks, run_chunk, (void *)(uintptr_t)p);
		flops += 2.0 * LOOPS * (double)(p->width * chunks);
		spent = bench_now() - start;
	} while (spent < SAMPLE_SECONDS);
	return flops / spent * 1e-9;
}

struct product {
	struct pool *pool;
	const float *a, *b;
	float *c;
	size_t m;
};

static void
product_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct product *p = arg;
	size_t m = p->m;

	(void)worker;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 'n',
		.m = m,
		.n = m,
		.k = m,
		.alpha = 1,
		.a = p->a,
		.lda = m,
		.b = p->b,
		.ldb = m,
		.c = p->c + chunk * m * m,
		.ldc = m });
}

static void
product_all(void *arg)
{
	struct product *p = arg;

	pool_run(p->pool, pool_threads(p->pool), product_chunk, p);
}

double
peak_sgemm(struct pool *pool, struct rng *r)
{
	size_t m = 1024, threads = pool_threads(pool);
	float *a = bench_noise(r, m * m), *b = bench_noise(r, m * m);
	struct product p = { .pool = pool, .a = a, .b = b, .m = m };
	double flops = 2.0 * (double)(m * m * m * threads), seconds;

	p.c = mem_zfloats(threads * m * m);
	seconds = bench_seconds(product_all, &p);
	free(a);
	free(b);
	free(p.c);
	return flops / seconds * 1e-9;
}

static void
peak_row(const char *what, struct pool *pool, double gflops, double share)
{
	bench_row(&(struct bench_row){ .section = "machine",
		.what = what,
		.threads = pool_threads(pool),
		.value = gflops,
		.unit = "GFLOP/s",
		.share = share });
}

/* The pool's peak as a median, and what OpenBLAS reaches of it. */
static void
measure(struct pool *pool, struct rng *r)
{
	double v[9], peak, sgemm;
	size_t n = sizeof(v) / sizeof(*v);

	for (size_t i = 0; i < n; i++)
		v[i] = peak_sample(pool);
	peak = bench_median(v, n);
	peak_row(peak_name(), pool, peak, 0);
	sgemm = peak_sgemm(pool, r);
	peak_row("OpenBLAS sgemm, 1024^3", pool, sgemm,
		peak > 0 ? sgemm / peak : 0);
}

/* No arguments. */
int
peak_main(int argc, char *argv[])
{
	struct pool *pool = pool_open(0);
	struct rng r;

	(void)argc;
	(void)argv;
	rng_seed(&r, 1, 0);
	printf("# kernel in use: %s\n", cpu_panel_ops()->name);
	measure(NULL, &r);
	if (pool)
		measure(pool, &r);
	pool_close(pool);
	return 0;
}
