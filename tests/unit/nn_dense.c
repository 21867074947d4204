/* A linear layer against plain double code. */
#include "nn/dense.h"
#include "nn_gradients.h"

struct net {
	struct params p;
	struct dense l;
	size_t n;
	float *x, *dy;
};

static struct net
a_net(struct rng *r, size_t n, size_t in, size_t out, bool bias)
{
	struct net t = { .n = n };

	params_add(&t.p, PARAM_NET, "before", 3, 5);
	dense_add(&t.l, &t.p, PARAM_ROUTER, "a.layer", in, out, bias);
	params_build(&t.p);
	fill(r, t.p.w, t.p.total, 1);
	dense_pack(&t.l, &t.p);
	t.x = normals(r, n * in, 1);
	t.dy = normals(r, n * out, 1);
	return t;
}

static void
net_free(struct net *t)
{
	dense_free(&t->l);
	params_free(&t->p);
	free(t->x);
	free(t->dy);
}

/* Sizes below and above those of a task, not all at once. */
static struct net
any_net(struct rng *r, int trial)
{
	static const size_t most[][3] = { { 40, 40, 40 }, { 600, 40, 40 },
		{ 40, 600, 40 }, { 40, 40, 300 }, { 10, 600, 100 } };
	const size_t *m = most[trial % 5];

	return a_net(r, between(r, 1 + m[0] / 2, m[0]),
		between(r, 1 + m[1] / 2, m[1]), between(r, 1 + m[2] / 2, m[2]),
		rng_below(r, 4));
}

struct plain {
	const struct net *t;
	double *x, *w, *b;
};

static double
plain_y(const struct plain *s, size_t v, size_t j)
{
	size_t in = s->t->l.in;
	double sum = s->b ? s->b[j] : 0;

	for (size_t i = 0; i < in; i++)
		sum += s->w[j * in + i] * s->x[v * in + i];
	return sum;
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	size_t out = s->t->l.out;
	double sum = 0;

	for (size_t v = 0; v < s->t->n; v++)
		for (size_t j = 0; j < out; j++)
			sum += (double)s->t->dy[v * out + j] * plain_y(s, v, j);
	return sum;
}

static struct plain
plain_of(struct net *t)
{
	struct dense *l = &t->l;
	struct plain s = { .t = t, .x = doubles(t->x, t->n * l->in) };

	s.w = doubles(params_in(&t->p, t->p.w, l->weight), l->in * l->out);
	if (l->bias != DENSE_NONE)
		s.b = doubles(params_in(&t->p, t->p.w, l->bias), l->out);
	return s;
}

static void
plain_free(struct plain *s)
{
	free(s->x);
	free(s->w);
	free(s->b);
}

static void
rows_are_added_under_the_layers_name(void **state)
{
	struct rng r = seeded("rows_are_added_under_the_layers_name");
	struct net t = a_net(&r, 1, 7, 9, true), u = a_net(&r, 1, 7, 9, false);
	const struct param *row = t.p.row;

	(void)state;
	assert_int_equal(t.p.count, 3);
	assert_string_equal(row[t.l.weight].name, "a.layer.weight");
	assert_string_equal(row[t.l.bias].name, "a.layer.bias");
	assert_int_equal(row[t.l.weight].rows, 9);
	assert_int_equal(row[t.l.weight].cols, 7);
	assert_int_equal(row[t.l.bias].size, 9);
	assert_int_equal(row[t.l.bias].group, PARAM_ROUTER);
	assert_int_equal(u.p.count, 2);
	assert_true(u.l.bias == DENSE_NONE);
	net_free(&t);
	net_free(&u);
}

static void
forward_is_w_x_plus_b(void **state)
{
	struct rng r = seeded("forward_is_w_x_plus_b");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct net t = any_net(&r, trial);
		struct plain s = plain_of(&t);
		float *y = unwritten(t.n * t.l.out);

		dense_forward(&t.l, NULL, t.x, t.n, y);
		for (size_t v = 0; v < t.n; v++)
			for (size_t j = 0; j < t.l.out; j++)
				near((double)y[v * t.l.out + j],
					plain_y(&s, v, j),
					1e-5 * sqrt((double)t.l.in));
		plain_free(&s);
		free(y);
		net_free(&t);
	}
}

/* What a route hangs on: each number is this chain. */
static void
forward_is_one_fused_chain_from_the_bias(void **state)
{
	struct rng r = seeded("forward_is_one_fused_chain_from_the_bias");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct net t = any_net(&r, trial);
		size_t in = t.l.in, out = t.l.out;
		const float *w = params_in(&t.p, t.p.w, t.l.weight);
		float *y = unwritten(t.n * out);

		dense_rows(&t.l, t.x, t.n, y);
		for (size_t v = 0; v < t.n; v++)
			for (size_t j = 0; j < out; j++) {
				float s = t.l.bias == DENSE_NONE
					? 0
					: params_in(&t.p, t.p.w, t.l.bias)[j];

				for (size_t i = 0; i < in; i++)
					s = fmaf(t.x[v * in + i], w[j * in + i],
						s);
				same_bits(&y[v * out + j], &s, 1);
			}
		free(y);
		net_free(&t);
	}
}

static void
packing_again_takes_the_weights_of_now(void **state)
{
	struct rng r = seeded("packing_again_takes_the_weights_of_now");
	struct net t = a_net(&r, 30, 17, 35, true);
	float *y = unwritten(30 * 35), *z = unwritten(30 * 35);
	struct dense fresh;
	float *memory = t.l.panel.w;

	(void)state;
	fill(&r, t.p.w, t.p.total, 1);
	fresh = t.l;
	fresh.panel = (struct panel){ 0 };
	dense_pack(&fresh, &t.p);
	dense_pack(&t.l, &t.p);
	assert_ptr_equal(t.l.panel.w, memory);
	dense_rows(&t.l, t.x, t.n, y);
	dense_rows(&fresh, t.x, t.n, z);
	same_bits(y, z, 30 * 35);
	dense_free(&fresh);
	net_free(&t);
	free(y);
	free(z);
}

static void
weights_alone_are_enough_for_forward(void **state)
{
	struct rng r = seeded("weights_alone_are_enough_for_forward");
	struct net t = a_net(&r, 30, 17, 35, true);
	float *y = unwritten(30 * 35), *z = unwritten(30 * 35);
	struct params p = { 0 };
	struct dense l;

	(void)state;
	params_add(&p, PARAM_NET, "before", 3, 5);
	dense_add(&l, &p, PARAM_NET, "a.layer", 17, 35, true);
	params_sparse(&p, 0);
	params_build_weights(&p);
	assert_true(!p.g && !p.m && !p.v && !p.avg && !p.row[0].touched);
	memcpy(p.w, t.p.w, p.total * sizeof(*p.w));
	dense_pack(&l, &p);
	dense_rows(&l, t.x, t.n, y);
	dense_rows(&t.l, t.x, t.n, z);
	same_bits(y, z, 30 * 35);
	dense_free(&l);
	params_free(&p);
	net_free(&t);
	free(y);
	free(z);
}

static void
gradients_meet_central_differences(void **state)
{
	struct rng r = seeded("gradients_meet_central_differences");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct net t = any_net(&r, trial);
		struct plain s = plain_of(&t);
		struct dense *l = &t.l;
		struct params *p = &t.p;
		float *dx = ones(t.n * l->in);

		all_ones(p->g, p->total);
		dense_backward(l, p, NULL, t.x, t.dy, t.n, dx);
		gradient_is(&r, params_in(p, p->g, l->weight), 1, s.w,
			l->in * l->out, loss, &s);
		gradient_is(&r, dx, 1, s.x, t.n * l->in, loss, &s);
		if (s.b)
			gradient_is(&r, params_in(p, p->g, l->bias), 1, s.b,
				l->out, loss, &s);
		for (size_t i = 0; i < p->row[0].size; i++)
			assert_true(params_in(p, p->g, 0)[i] == 1);
		plain_free(&s);
		free(dx);
		net_free(&t);
	}
}

/* Forward, dx, dW and db with a pool of so many threads, in one array. */
static float *
all_of(struct net *t, size_t threads, bool with_dx)
{
	struct pool *pool = pool_open(threads);
	size_t ny = t->n * t->l.out, nx = t->n * t->l.in;
	float *all = mem_zfloats(ny + nx + t->p.total);

	memset(t->p.g, 0, t->p.total * sizeof(*t->p.g));
	dense_forward(&t->l, pool, t->x, t->n, all);
	dense_backward(&t->l, &t->p, pool, t->x, t->dy, t->n,
		with_dx ? all + ny : NULL);
	memcpy(all + ny + nx, t->p.g, t->p.total * sizeof(*all));
	pool_close(pool);
	return all;
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		struct net t = any_net(&r, trial);
		size_t part = t.n * (t.l.out + t.l.in), n = part + t.p.total;
		float *want = all_of(&t, 1, true);
		float *bare = all_of(&t, 1, false);

		for (size_t threads = 2; threads <= 3; threads++) {
			float *got = all_of(&t, threads, true);

			same_bits(got, want, n);
			free(got);
		}
		same_bits(bare + part, want + part, t.p.total);
		free(want);
		free(bare);
		net_free(&t);
	}
}

static void
a_split_batch_gives_the_same_rows(void **state)
{
	struct rng r = seeded("a_split_batch_gives_the_same_rows");

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		struct net t = any_net(&r, trial);
		size_t in = t.l.in, out = t.l.out, m;
		float *want = unwritten(t.n * out), *got = unwritten(t.n * out);

		dense_forward(&t.l, NULL, t.x, t.n, want);
		for (size_t v = 0; v < t.n; v += m) {
			m = between(&r, 1, t.n - v);
			dense_rows(&t.l, t.x + v * in, m, got + v * out);
		}
		same_bits(got, want, t.n * out);
		free(want);
		free(got);
		net_free(&t);
	}
}

static void
the_random_start_is_uniform(void **state)
{
	struct rng r = seeded("the_random_start_is_uniform");
	struct net t = a_net(&r, 1, 100, 200, true);
	const float *w = params_in(&t.p, t.p.w, t.l.weight);
	double square = 0, sum = 0, most = 0;

	(void)state;
	dense_random(&t.l, &t.p, &r);
	for (size_t i = 0; i < 20000; i++) {
		sum += (double)w[i];
		square += (double)w[i] * (double)w[i];
		most = fmax(most, fabs((double)w[i]));
	}
	near(sum / 20000, 0, 0.003);
	near(square / 20000, 0.01 / 3, 0.0002);
	assert_true(most <= 0.1 && most > 0.099);
	for (size_t j = 0; j < 200; j++)
		assert_true(params_in(&t.p, t.p.w, t.l.bias)[j] == 0);
	net_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_added_under_the_layers_name),
		cmocka_unit_test(forward_is_w_x_plus_b),
		cmocka_unit_test(forward_is_one_fused_chain_from_the_bias),
		cmocka_unit_test(packing_again_takes_the_weights_of_now),
		cmocka_unit_test(weights_alone_are_enough_for_forward),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(a_split_batch_gives_the_same_rows),
		cmocka_unit_test(the_random_start_is_uniform),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
