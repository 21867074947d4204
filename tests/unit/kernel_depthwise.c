/* Convolution of channels: the definition, and every version's equal bits. */
#include "kernel/depthwise.h"
#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"
#include "kernel/panel_neon.h"
#include "numbers.h"

#define MOST_LINES 9

struct problem {
	struct depthwise s;
	size_t size, taps; /* numbers of a line, of the weights */
	float *block;      /* the lines, from an odd address on */
	const float *in[MOST_LINES];
	float *weight, *start;
	size_t step;
};

/* Few columns and channels or many; some lines are not there.  Numbers by
 * multiplication and rounding alone. */
static struct problem
a_problem(struct rng *r)
{
	struct problem p;
	size_t n;

	p.s.kh = 2 * rng_below(r, 5) + 1;
	p.s.kw = 2 * rng_below(r, 5) + 1;
	p.s.w = between(r, 1, 20);
	p.s.d = between(r, 1, 150);
	p.size = p.s.w * p.s.d;
	p.taps = p.s.kh * p.s.kw * p.s.d;
	p.step = rng_below(r, 2) ? p.s.d : 0;
	n = (p.s.kh + 1) * p.size + p.taps + 1;
	p.block = mem_floats(n);
	for (size_t i = 0; i < n; i++)
		p.block[i] = (float)(2 * rng_unit(r) - 1);
	for (size_t k = 0; k < p.s.kh; k++)
		p.in[k] = rng_below(r, 4) ? p.block + 1 + k * p.size : NULL;
	p.start = p.block + 1 + p.s.kh * p.size;
	p.weight = p.start + p.size;
	return p;
}

/* y [w, d], or of the gradients by the weights. */
static double
one_output(const struct problem *p, size_t x, size_t c)
{
	double sum = (double)p->start[x * p->step + c];
	size_t half = p->s.kw / 2;

	for (size_t k = 0; k < p->s.kh * p->s.kw; k++) {
		const float *row = p->in[k / p->s.kw];
		size_t at = x + k % p->s.kw;

		if (row && at >= half && at < p->s.w + half)
			sum += (double)row[(at - half) * p->s.d + c] *
				(double)p->weight[k * p->s.d + c];
	}
	return sum;
}

static double
one_gradient(const struct problem *p, const float *dy, size_t k, size_t c)
{
	const float *row = p->in[k / p->s.kw];
	size_t half = p->s.kw / 2;
	double sum = (double)p->weight[k * p->s.d + c];

	for (size_t x = 0; row && x < p->s.w; x++) {
		size_t at = x + k % p->s.kw;

		if (at >= half && at < p->s.w + half)
			sum += (double)row[(at - half) * p->s.d + c] *
				(double)dy[x * p->s.d + c];
	}
	return sum;
}

static void
the_plain_version_is_the_definition(void **state)
{
	struct rng r = seeded("the_plain_version_is_the_definition");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct problem p = a_problem(&r);
		size_t d = p.s.d;
		float *y = unwritten(p.size);

		depthwise_row_ref(&p.s, p.in, p.weight, p.start, p.step, y);
		for (size_t i = 0; i < p.size; i++)
			near((double)y[i], one_output(&p, i / d, i % d), 1e-4);
		free(y);
		y = mem_floats(p.taps);
		memcpy(y, p.weight, p.taps * sizeof(*y));
		depthwise_back_ref(&p.s, p.in, p.start, y);
		for (size_t i = 0; i < p.taps; i++)
			near((double)y[i],
				one_gradient(&p, p.start, i / d, i % d), 1e-4);
		free(y);
		free(p.block);
	}
}

static void
check_version(const struct panel_ops *ops, const struct problem *p)
{
	float *want = mem_floats(p->size + p->taps);
	float *got = mem_floats(p->size + p->taps);

	memcpy(want + p->size, p->weight, p->taps * sizeof(*want));
	memcpy(got + p->size, p->weight, p->taps * sizeof(*got));
	depthwise_row_ref(&p->s, p->in, p->weight, p->start, p->step, want);
	depthwise_back_ref(&p->s, p->in, p->start, want + p->size);
	if (p->step) { /* in place */
		memcpy(got, p->start, p->size * sizeof(*got));
		ops->channels(&p->s, p->in, p->weight, got, p->step, got);
	} else
		ops->channels(&p->s, p->in, p->weight, p->start, 0, got);
	ops->channels_back(&p->s, p->in, p->start, got + p->size);
	same_bits(got, want, p->size + p->taps);
	free(want);
	free(got);
}

static void
every_version_gives_the_same_bits(void **state)
{
	struct rng r = seeded("every_version_gives_the_same_bits");
	const struct panel_ops *ops[] = { &panel_generic, panel_avx2(),
		panel_avx512(), panel_neon() };

	(void)state;
	for (int trial = 0; trial < 150; trial++) {
		struct problem p = a_problem(&r);

		for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++)
			if (ops[i])
				check_version(ops[i], &p);
		free(p.block);
	}
}

/* FNV-1a over the bits, as this test first printed it on x86-64. */
static void
bits_are_the_same_everywhere(void **state)
{
	uint64_t hash = 0xcbf29ce484222325u;
	struct rng r;

	(void)state;
	rng_seed(&r, 1, 0);
	for (int trial = 0; trial < 10; trial++) {
		struct problem p = a_problem(&r);
		float *y = mem_floats(p.size);

		depthwise_row(&p.s, p.in, p.weight, p.start, p.step, y);
		for (size_t i = 0; i < p.size; i++) {
			uint32_t bits;

			memcpy(&bits, &y[i], sizeof(bits));
			hash = (hash ^ bits) * 0x100000001b3u;
		}
		free(y);
		free(p.block);
	}
	print_message("# %016llx\n", (unsigned long long)hash);
	assert_true(hash == 0xf96ba160ca7d3c27u);
}

/* With the turned weights, dx is to dy what y is to x: <dy, W x> = <W^T dy, x>
 * for one line. */
static void
turned_weights_go_back(void **state)
{
	struct rng r = seeded("turned_weights_go_back");
	struct depthwise s = { 1, 5, 9, 3 };
	float w[15], turned[15], x[27], dy[27], y[27], dx[27];
	const float zero[3] = { 0 }, *in[] = { x }, *back[] = { dy };
	double there = 0, here = 0;

	(void)state;
	fill(&r, w, 15, 1);
	fill(&r, x, 27, 1);
	fill(&r, dy, 27, 1);
	depthwise_turn(&s, w, turned);
	depthwise_row(&s, in, w, zero, 0, y);
	depthwise_row(&s, back, turned, zero, 0, dx);
	for (size_t i = 0; i < 27; i++) {
		there += (double)(y[i] * dy[i]);
		here += (double)(x[i] * dx[i]);
	}
	near(there, here, 1e-4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plain_version_is_the_definition),
		cmocka_unit_test(every_version_gives_the_same_bits),
		cmocka_unit_test(bits_are_the_same_everywhere),
		cmocka_unit_test(turned_weights_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
