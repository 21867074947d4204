/* A convolutional network, and with it its blocks, against the formulas. */
#include "nn/convnet.h"
#include "nn_gradients.h"
#include "nn_plain_conv.h"

static const struct {
	struct convnet_shape s;
	struct grid g;
} cases[] = {
	{ { 2, 9, 0, 3, 3, 3, false, false, 0 }, { 1, 2, 2 } },  /* no block */
	{ { 3, 8, 1, 8, 3, 3, false, false, 2 }, { 2, 3, 4 } },  /* blend */
	{ { 2, 8, 1, 9, 3, 3, false, false, 3 }, { 1, 2, 1 } },  /* odd, too */
	{ { 4, 9, 1, 2, 3, 1, false, false, 0 }, { 1, 1, 1 } },  /* one token */
	{ { 3, 17, 2, 5, 7, 7, false, false, 0 }, { 2, 3, 9 } }, /* */
	{ { 6, 8, 3, 4, 7, 1, false, false, 0 }, { 2, 20, 1 } }, /* sound */
	{ { 5, 11, 1, 9, 3, 3, false, false, 0 },
		{ 1, 2, 150 } }, /* long lines */
	{ { 3, 16, 1, 3, 3, 5, false, false, 0 },
		{ 2, 14, 12 } }, /* several tasks */
	{ { 2, 9, 1, 2, 3, 3, false, false, 0 },
		{ 3, 16, 16 } }, /* lots of some parts */
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

struct trial {
	struct convnet c;
	struct params ps;
	struct grid g;
	size_t in, out; /* numbers in all */
	float *x, *dy;
	double *w, *plain_x, *y; /* what the plain version reads and writes */
};

static struct trial
a_trial(struct rng *r, size_t i)
{
	struct trial t = { .g = cases[i].g };
	size_t n = grid_tokens(t.g);

	convnet_add(&t.c, &t.ps, PARAM_NET, "net", cases[i].s);
	params_build(&t.ps);
	convnet_start(&t.c, &t.ps, r);
	for (size_t k = 0; k < t.ps.total; k++) /* gains and biases too */
		t.ps.w[k] += (float)(0.3 * rng_normal(r));
	convnet_pack(&t.c, &t.ps);
	t.in = n * cases[i].s.in;
	t.out = n * cases[i].s.out;
	t.x = normals(r, t.in, 1);
	t.dy = normals(r, t.out, 1000); /* some gradients are small */
	t.w = doubles(t.ps.w, t.ps.total);
	t.plain_x = doubles(t.x, t.in);
	t.y = mem_alloc(t.out, sizeof(*t.y));
	return t;
}

static void
trial_free(struct trial *t)
{
	convnet_free(&t->c);
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

	plain_convnet(&t->c, &t->ps, t->w, t->g, t->plain_x, t->y);
	return dot(t->dy, t->y, t->out);
}

/* With y and all gradients at one to begin with. */
static void
both_ways_are_the_formula(void **state)
{
	struct rng r = seeded("both_ways_are_the_formula");

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct trial t = a_trial(&r, i);
		struct convnet_work *w = convnet_work_open(&t.c, t.g);
		float *y = ones(t.out), *dx = ones(t.in);

		convnet_forward(&t.c, &t.ps, NULL, t.x, w, y);
		loss(&t);
		for (size_t j = 0; j < t.out; j++)
			near((double)y[j] - 1, t.y[j], 2e-4);
		all_ones(t.ps.g, t.ps.total);
		convnet_backward(&t.c, &t.ps, NULL, t.x, w, t.dy, dx);
		for (size_t k = 0; k < t.ps.count; k++) {
			const struct param *row = &t.ps.row[k];

			gradient_is(&r, t.ps.g + row->at, 1, t.w + row->at,
				row->size, loss, &t);
		}
		gradient_is(&r, dx, 1, t.plain_x, t.in, loss, &t);
		convnet_work_close(w);
		free(y);
		free(dx);
		trial_free(&t);
	}
}

/* Two steps with the same work; all that both write. */
static float *
all_of(struct trial *t, size_t threads, bool by_x)
{
	struct convnet_work *w = convnet_work_open(&t->c, t->g);
	float *all = mem_zfloats(t->out + t->in + t->ps.total);
	struct pool *pool = pool_open(threads);

	memset(t->ps.g, 0, t->ps.total * sizeof(float));
	for (size_t step = 0; step < 2; step++) {
		convnet_forward(&t->c, &t->ps, pool, t->x, w, all);
		convnet_backward(&t->c, &t->ps, pool, t->x, w, t->dy,
			by_x ? all + t->out : NULL);
	}
	memcpy(all + t->out + t->in, t->ps.g, t->ps.total * sizeof(float));
	pool_close(pool);
	convnet_work_close(w);
	return all;
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct trial t = a_trial(&r, i);
		float *a = all_of(&t, 1, true), *b = all_of(&t, 3, true);

		same_bits(a, b, t.out + t.in + t.ps.total);
		free(b);
		b = all_of(&t, 2, false);
		same_bits(a + t.out + t.in, b + t.out + t.in, t.ps.total);
		free(a);
		free(b);
		trial_free(&t);
	}
}

/* What lies further away than the reach does not matter, what is in it does. */
static void
the_reach_is_what_an_output_sees(void **state)
{
	const struct convnet_shape s = { 3, 8, 2, 2, 7, 7, false, false, 0 };
	struct rng r = seeded("the_reach_is_what_an_output_sees");
	const struct grid all = { 1, 30, 4 }, part = { 1, 20, 4 };
	struct convnet_work *w[2];
	struct params ps = { 0 };
	struct convnet c;
	float *x, *y[2];
	size_t line = 4 * s.out, seen;

	(void)state;
	convnet_add(&c, &ps, PARAM_NET, "net", s);
	params_build(&ps);
	convnet_start(&c, &ps, &r);
	fill(&r, params_in(&ps, ps.w, c.last.weight), s.out * s.width, 1);
	convnet_pack(&c, &ps);
	x = normals(&r, 30 * 4 * s.in, 1);
	for (size_t i = 0; i < 2; i++) {
		y[i] = mem_zfloats(30 * line);
		w[i] = convnet_work_open(&c, i ? part : all);
		convnet_forward(&c, &ps, NULL, x, w[i], y[i]);
	}
	seen = 20 - convnet_reach(&c);
	assert_int_equal(convnet_reach(&c), 6);
	same_bits(y[0], y[1], seen * line);
	assert_memory_not_equal(
		y[0] + seen * line, y[1] + seen * line, line * sizeof(float));
	for (size_t i = 0; i < 2; i++) {
		convnet_work_close(w[i]);
		free(y[i]);
	}
	free(x);
	convnet_free(&c);
	params_free(&ps);
}

static void
at_the_start_nothing_is_added(void **state)
{
	const struct convnet_shape s = { 3, 6, 1, 4, 3, 3, false, false, 0 };
	struct rng r = seeded("at_the_start_nothing_is_added");
	struct params ps = { 0 };
	struct convnet_work *w;
	struct convnet c;
	float *x = normals(&r, 12, 1), *y = ones(16);

	(void)state;
	convnet_add(&c, &ps, PARAM_NET, "net", s);
	params_build(&ps);
	convnet_start(&c, &ps, &r);
	convnet_pack(&c, &ps);
	w = convnet_work_open(&c, (struct grid){ 1, 2, 2 });
	convnet_forward(&c, &ps, NULL, x, w, y);
	for (size_t i = 0; i < 16; i++)
		assert_true(y[i] == 1);
	assert_string_equal(ps.row[c.block[0].conv.weight].name,
		"net.blocks.0.conv.weight");
	assert_string_equal(
		ps.row[c.block[0].scale].name, "net.blocks.0.scale");
	assert_string_equal(ps.row[c.last.weight].name, "net.out.weight");
	convnet_work_close(w);
	convnet_free(&c);
	params_free(&ps);
	free(x);
	free(y);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_are_the_formula),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(the_reach_is_what_an_output_sees),
		cmocka_unit_test(at_the_start_nothing_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
