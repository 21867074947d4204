/*
 * The same bits on every machine: what each version of the kernels answers to
 * fixed problems, as digests that are part of this file.  A change here is a
 * change of everybody's tokens.
 */
#include <sys/wait.h>

#include "kernel/cpu.h"
#include "kernel/nearest_top.h"
#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"
#include "kernel/panel_neon.h"
#include "kernel/product.h"
#include "numbers.h"

struct digests {
	uint64_t nearest, top2, top5, product;
};

/* No sum overflows: the bits of a NaN differ between processors. */
static const struct {
	const char *what;
	double scale;
	bool lattice; /* many ties */
	struct digests digests;
} expected[] = {
	{ "ordinary", 1, false,
		{ 0xb39b6f790cd79003, 0xce8a3a39a7f1198d, 0xeab776e598ef22ce,
			0x2e664ef1d7430a78 } },
	{ "lattice", 1, true,
		{ 0x3914470cd4c872a8, 0x77c95c5f2cba8060, 0xb41606bc50a50826,
			0xeceeafd837d5aaa9 } },
	{ "huge", 1e18, false,
		{ 0xddd9bd8cacb1a4c4, 0x9c4cdded4f5891fc, 0x7dafb7255658ef0f,
			0x75f9e22c34943f76 } },
	{ "tiny", 1e-18, false,
		{ 0xcf8a8dc947177915, 0xb157e4d79b91ba29, 0xa5a19d0c759917be,
			0x2b9338bf9b73c8f5 } },
	{ "subnormal", 1e-21, false,
		{ 0x3ccbe70c3aad7ccc, 0xca91f7706e2b366b, 0xb7351717285a7f13,
			0xb01d6ee9f32a60f } },
};

#define KINDS (sizeof(expected) / sizeof(expected[0]))

/* Of 32-bit words, so that byte order does not matter. */
static void
digest(uint64_t *h, const void *words, size_t n)
{
	const unsigned char *p = words;

	for (size_t i = 0; i < n; i++) {
		uint32_t w;

		memcpy(&w, p + i * sizeof(w), sizeof(w));
		*h = (*h ^ (*h >> 32) ^ w) * UINT64_C(0x9e3779b97f4a7c15);
	}
}

/* By multiplication and rounding alone, without libm. */
static float *
numbers(struct rng *r, size_t n, size_t kind)
{
	float *x = mem_floats(n);

	for (size_t i = 0; i < n; i++) {
		double u = 2 * rng_unit(r) - 1;

		if (expected[kind].lattice)
			u = (double)(int)(3 * u);
		x[i] = (float)(u * expected[kind].scale);
	}
	return x;
}

static void
digest_top(const struct nearest *s, const float *x, size_t n, size_t m,
	uint64_t *h)
{
	uint32_t *idx = mem_alloc(n * m, sizeof(*idx));
	float *score = mem_floats(n * m),
	      *work = mem_floats(nearest_top_work(s));

	nearest_top(s, x, n, m, idx, score, work);
	digest(h, idx, n * m);
	digest(h, score, n * m);
	free(idx);
	free(score);
	free(work);
}

static void
digest_problem(struct rng *r, size_t kind, struct digests *h)
{
	size_t n = between(r, 1, 200), k = between(r, 5, 700);
	size_t d = between(r, 1, 70);
	float *x = numbers(r, n * d, kind), *code = numbers(r, k * d, kind);
	float *y = mem_floats(n * k), *work = mem_floats(nearest_work(d));
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	struct nearest s;

	nearest_init(&s, code, k, d);
	nearest_find(&s, x, n, idx, y, work);
	digest(&h->nearest, idx, n);
	digest(&h->nearest, y, n);
	digest_top(&s, x, n, 2, &h->top2);
	digest_top(&s, x, n, 5, &h->top5);
	product_rows(&s.panel, x, n, y);
	digest(&h->product, y, n * k);
	nearest_free(&s);
	free(x);
	free(code);
	free(y);
	free(work);
	free(idx);
}

static void
digest_all(struct digests all[KINDS])
{
	for (size_t kind = 0; kind < KINDS; kind++) {
		struct rng r;

		all[kind] = (struct digests){ 0 };
		rng_seed(&r, 20, kind);
		for (int trial = 0; trial < 6; trial++)
			digest_problem(&r, kind, &all[kind]);
	}
}

/* A version is chosen once a process: each in a child. */
static void
digests_of(const char *version, struct digests all[KINDS])
{
	size_t size = KINDS * sizeof(*all);
	int pair[2], status;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		setenv("VQ_KERNEL", version, 1);
		digest_all(all);
		_exit(strcmp(cpu_panel_ops()->name, version) != 0 ||
			write(pair[1], all, size) != (ssize_t)size);
	}
	close(pair[1]);
	assert_int_equal(read(pair[0], all, size), size);
	close(pair[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

/* What differs is printed as the table above wants it. */
static size_t
differences(const struct panel_ops *ops)
{
	struct digests all[KINDS];
	size_t count = 0;

	digests_of(ops->name, all);
	for (size_t i = 0; i < KINDS; i++) {
		const struct digests *is = &all[i];

		if (memcmp(is, &expected[i].digests, sizeof(*is)) == 0)
			continue;
		print_message("# %s, %s: %#llx, %#llx, %#llx, %#llx\n",
			ops->name, expected[i].what,
			(unsigned long long)is->nearest,
			(unsigned long long)is->top2,
			(unsigned long long)is->top5,
			(unsigned long long)is->product);
		count++;
	}
	return count;
}

static void
every_version_gives_the_known_bits(void **state)
{
	const struct panel_ops *versions[] = { &panel_ref, &panel_generic,
		panel_avx2(), panel_avx512(), panel_neon() };
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(versions) / sizeof(*versions); i++)
		if (versions[i])
			count += differences(versions[i]);
	assert_int_equal(count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_gives_the_known_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
