/* Depthwise convolution against its formula in double. */
#include "nn/conv.h"
#include "nn_gradients.h"
#include "nn_plain_conv.h"

static const struct {
	size_t d, kh, kw;
	struct grid g;
} cases[] = {
	{ 1, 5, 7, { 1, 1, 1 } },  /* one token: taps few enough to probe all */
	{ 1, 5, 7, { 2, 1, 4 } },  /* one line, shorter than the kernel */
	{ 17, 7, 7, { 3, 4, 3 } }, /* smaller than the kernel both ways */
	{ 40, 3, 5, { 2, 9, 11 } },  /* */
	{ 33, 7, 7, { 1, 10, 21 } }, /* */
	{ 16, 7, 1, { 2, 30, 1 } },  /* sound */
	{ 5, 1, 7, { 1, 3, 40 } },   /* */
	{ 130, 5, 3, { 1, 2, 8 } },  /* */
	{ 2, 1, 1, { 4, 2, 2 } },    /* */
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

struct trial {
	struct conv l;
	struct params ps;
	struct grid g;
	size_t size;
	float *x, *dy;
	double *w, *plain_x, *y; /* what the plain version reads and writes */
};

static struct trial
a_trial(struct rng *r, size_t i)
{
	struct trial t = { .g = cases[i].g };

	conv_add(&t.l, &t.ps, PARAM_NET, "conv", cases[i].d, cases[i].kh,
		cases[i].kw);
	params_build(&t.ps);
	conv_random(&t.l, &t.ps, r);
	fill(r, params_in(&t.ps, t.ps.w, t.l.bias), t.l.d, 1);
	t.size = grid_tokens(t.g) * t.l.d;
	t.x = normals(r, t.size, 1);
	t.dy = normals(r, t.size, 100);
	t.w = doubles(t.ps.w, t.ps.total);
	t.plain_x = doubles(t.x, t.size);
	t.y = mem_alloc(t.size, sizeof(*t.y));
	return t;
}

static void
trial_free(struct trial *t)
{
	params_free(&t->ps);
	free(t->x);
	free(t->dy);
	free(t->w);
	free(t->plain_x);
	free(t->y);
}

static double
loss(const void *arg)
{
	const struct trial *t = arg;

	plain_conv(&t->l, &t->ps, t->w, t->g, t->plain_x, t->y);
	return dot(t->dy, t->y, t->size);
}

static void
forward_is_the_formula(void **state)
{
	struct rng r = seeded("forward_is_the_formula");

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct trial t = a_trial(&r, i);
		float *y = unwritten(t.size);

		conv_forward(&t.l, &t.ps, NULL, t.g, t.x, y);
		plain_conv(&t.l, &t.ps, t.w, t.g, t.plain_x, t.y);
		for (size_t j = 0; j < t.size; j++)
			near((double)y[j], t.y[j], 1e-5);
		free(y);
		trial_free(&t);
	}
}

static void
gradients_meet_central_differences(void **state)
{
	struct rng r = seeded("gradients_meet_central_differences");

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct trial t = a_trial(&r, i);
		const struct param *row = t.ps.row;
		float *dx = ones(t.size);

		all_ones(t.ps.g, t.ps.total);
		conv_backward(&t.l, &t.ps, NULL, t.g, t.x, t.dy, dx);
		for (size_t k = 0; k < t.ps.count; k++)
			gradient_is(&r, t.ps.g + row[k].at, 1, t.w + row[k].at,
				row[k].size, loss, &t);
		gradient_is(&r, dx, 1, t.plain_x, t.size, loss, &t);
		free(dx);
		trial_free(&t);
	}
}

/* All that forward and backward write, by a pool. */
static float *
all_of(struct trial *t, size_t threads)
{
	float *all = mem_zfloats(2 * t->size + t->ps.total);
	struct pool *pool = pool_open(threads);

	memset(t->ps.g, 0, t->ps.total * sizeof(float));
	conv_forward(&t->l, &t->ps, pool, t->g, t->x, all);
	conv_backward(&t->l, &t->ps, pool, t->g, t->x, t->dy, all + t->size);
	memcpy(all + 2 * t->size, t->ps.g, t->ps.total * sizeof(float));
	pool_close(pool);
	return all;
}

static void
any_pool_and_split_give_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_and_split_give_the_same_bits");

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct trial t = a_trial(&r, i);
		float *a = all_of(&t, 1), *b = all_of(&t, 3);
		size_t lines = t.g.count * t.g.h, m;

		same_bits(a, b, 2 * t.size + t.ps.total);
		for (size_t v = 0; v < lines; v += m) {
			m = between(&r, 1, lines - v);
			conv_lines(&t.l, &t.ps, t.g, t.x, v, m,
				b + v * t.g.w * t.l.d);
		}
		same_bits(a, b, t.size);
		free(a);
		free(b);
		trial_free(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_is_the_formula),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(any_pool_and_split_give_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
