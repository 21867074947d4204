/* Attention and a layer of a transformer against their formulas in double. */
#include "nn_gradients.h"
#include "nn_plain.h"

#define WIDTH 6
#define HEADS 2

struct trial {
	struct transformer l;
	struct params ps;
	size_t n;
	double *w, *x; /* what the plain version reads */
	float *dy;
};

static void
trial_open(struct trial *t, struct rng *r, size_t n)
{
	*t = (struct trial){ .n = n };
	transformer_add(&t->l, &t->ps, PARAM_NET, "layer", WIDTH, HEADS);
	params_build(&t->ps);
	transformer_random(&t->l, &t->ps, r);
	for (size_t i = 0; i < t->ps.total; i++) /* gains and biases too */
		t->ps.w[i] += (float)(0.3 * rng_normal(r));
	t->w = doubles(t->ps.w, t->ps.total);
	t->dy = normals(r, n * WIDTH, 1);
}

static void
trial_close(struct trial *t)
{
	params_free(&t->ps);
	free(t->w);
	free(t->x);
	free(t->dy);
}

static double
layer_loss(const void *arg)
{
	const struct trial *t = arg;
	double *y = mem_alloc(t->n * WIDTH, sizeof(*y)), sum;

	plain_transformer(&t->l, &t->ps, t->w, t->x, t->n, y);
	sum = dot(t->dy, y, t->n * WIDTH);
	free(y);
	return sum;
}

static void
check_layer(struct rng *r, size_t n, struct pool *pool)
{
	struct transformer_work w;
	struct trial t;
	float *y = unwritten(n * WIDTH), *dx = mem_floats(n * WIDTH);
	double *want = mem_alloc(n * WIDTH, sizeof(*want));

	trial_open(&t, r, n);
	transformer_work_init(&w, &t.l, n);
	fill(r, w.x, n * WIDTH, 1);
	t.x = doubles(w.x, n * WIDTH);
	transformer_forward(&t.l, &t.ps, pool, &w, y);
	plain_transformer(&t.l, &t.ps, t.w, t.x, n, want);
	for (size_t i = 0; i < n * WIDTH; i++)
		near((double)y[i], want[i], 1e-4);
	all_ones(t.ps.g, t.ps.total);
	memcpy(dx, t.dy, n * WIDTH * sizeof(*dx));
	transformer_backward(&t.l, &t.ps, pool, &w, dx);
	for (size_t i = 0; i < t.ps.count; i++) {
		const struct param *p = &t.ps.row[i];

		gradient_is(r, t.ps.g + p->at, 1, t.w + p->at, p->size,
			layer_loss, &t);
	}
	gradient_is(r, dx, 0, t.x, n * WIDTH, layer_loss, &t);
	transformer_work_free(&w);
	trial_close(&t);
	free(y);
	free(dx);
	free(want);
}

static void
a_layer_and_its_gradients_are_the_formula(void **state)
{
	struct rng r = seeded("a_layer_and_its_gradients_are_the_formula");

	(void)state;
	check_layer(&r, 9, NULL);
	check_layer(&r, 2, NULL);
}

struct looks {
	struct attention a;
	size_t n;
	double *in;
	float *dout;
};

static double
attention_loss(const void *arg)
{
	const struct looks *t = arg;
	size_t size = t->n * t->a.width;
	double *out = mem_alloc(size, sizeof(*out)), sum;

	plain_attention(&t->a, t->in, t->n, out);
	sum = dot(t->dout, out, size);
	free(out);
	return sum;
}

/* With more queries than a task takes, and a rest. */
static void
attention_and_its_gradient_are_the_formula(void **state)
{
	struct rng r = seeded("attention_and_its_gradient_are_the_formula");

	(void)state;
	for (size_t heads = 1; heads <= 3; heads++) {
		struct looks t = { .a = { 6, heads }, .n = 60 + heads * 5 };
		size_t size = t.n * 6;
		float *in = normals(&r, 3 * size, 1.5), *out = unwritten(size);
		float *din = unwritten(3 * size);
		double *want = mem_alloc(size, sizeof(*want));

		t.in = doubles(in, 3 * size);
		t.dout = normals(&r, size, 1);
		attention_forward(&t.a, NULL, in, t.n, out);
		plain_attention(&t.a, t.in, t.n, want);
		for (size_t i = 0; i < size; i++)
			near((double)out[i], want[i], 1e-5);
		attention_backward(&t.a, NULL, in, t.dout, t.n, din);
		for (size_t part = 0; part < 3; part++)
			gradient_is(&r, din + part * size, 0,
				t.in + part * size, size, attention_loss, &t);
		free(in);
		free(out);
		free(din);
		free(want);
		free(t.in);
		free(t.dout);
	}
}

/* Large scores: the exponential neither overflows nor loses its sum. */
static void
one_key_far_ahead_is_all_that_is_seen(void **state)
{
	const struct attention a = { 1, 1 };
	float in[] = { 1000, 1, 5, 1000, 2, 7, -1000, 1, 9 };
	float out[3], dout[] = { 1, 1, 1 }, din[9];

	(void)state;
	attention_forward(&a, NULL, in, 3, out);
	near((double)out[0], 7, 0);
	near((double)out[1], 7, 0);
	near((double)out[2], 7, 1e-5); /* between 5 and 9: equal keys */
	attention_backward(&a, NULL, in, dout, 3, din);
	for (size_t i = 0; i < 9; i++)
		assert_true(isfinite(din[i]));
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	enum { MANY = 150 };
	struct transformer_work w;
	float *y[2], *g[2], *dx;
	struct trial t;

	(void)state;
	trial_open(&t, &r, MANY);
	transformer_work_init(&w, &t.l, MANY);
	fill(&r, w.x, MANY * WIDTH, 1);
	dx = mem_floats(MANY * WIDTH);
	for (size_t i = 0; i < 2; i++) {
		struct pool *pool = pool_open(1 + 2 * i);

		y[i] = mem_floats(MANY * WIDTH);
		g[i] = mem_floats(t.ps.total);
		memset(t.ps.g, 0, t.ps.total * sizeof(float));
		transformer_forward(&t.l, &t.ps, pool, &w, y[i]);
		memcpy(dx, t.dy, MANY * WIDTH * sizeof(*dx));
		transformer_backward(&t.l, &t.ps, pool, &w, dx);
		memcpy(g[i], t.ps.g, t.ps.total * sizeof(float));
		pool_close(pool);
	}
	same_bits(y[0], y[1], MANY * WIDTH);
	same_bits(g[0], g[1], t.ps.total);
	for (size_t i = 0; i < 2; i++) {
		free(y[i]);
		free(g[i]);
	}
	free(dx);
	transformer_work_free(&w);
	trial_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attention_and_its_gradient_are_the_formula),
		cmocka_unit_test(one_key_far_ahead_is_all_that_is_seen),
		cmocka_unit_test(a_layer_and_its_gradients_are_the_formula),
		cmocka_unit_test(any_pool_gives_the_same_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
