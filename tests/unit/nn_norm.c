/* Layer norm against plain double code. */
#include "nn/norm.h"
#include "nn_gradients.h"

struct net {
	struct params p;
	struct norm l;
	size_t n;
	float *x, *dy;
};

/* Rows of different means and sizes; dimensions around those of a vector. */
static struct net
a_net(struct rng *r)
{
	struct net t = { .n = between(r, 1, rng_below(r, 3) ? 20 : 300) };
	size_t d = between(r, 2, 40);

	params_add(&t.p, PARAM_NET, "before", 3, 5);
	norm_add(&t.l, &t.p, PARAM_NET, "final_norm", d);
	params_build(&t.p);
	fill(r, t.p.w, t.p.total, 1);
	t.x = mem_floats(t.n * d);
	t.dy = normals(r, t.n * d, 1);
	for (size_t v = 0; v < t.n; v++) {
		float mean = (float)(2 * rng_normal(r));

		fill(r, t.x + v * d, d, 0.3 + 2 * rng_unit(r));
		for (size_t i = 0; i < d; i++)
			t.x[v * d + i] += mean;
	}
	return t;
}

static void
net_free(struct net *t)
{
	params_free(&t->p);
	free(t->x);
	free(t->dy);
}

struct plain {
	const struct net *t;
	double *x, *gain, *bias;
};

static void
plain_row(const struct plain *s, const double *x, double *y)
{
	double mean = 0, var = 0;
	size_t d = s->t->l.d;

	for (size_t i = 0; i < d; i++)
		mean += x[i] / (double)d;
	for (size_t i = 0; i < d; i++)
		var += (x[i] - mean) * (x[i] - mean) / (double)d;
	for (size_t i = 0; i < d; i++)
		y[i] = s->gain[i] * (x[i] - mean) / sqrt(var + 1e-5) +
			s->bias[i];
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	size_t d = s->t->l.d;
	double sum = 0, y[40];

	for (size_t v = 0; v < s->t->n; v++) {
		plain_row(s, s->x + v * d, y);
		sum += dot(s->t->dy + v * d, y, d);
	}
	return sum;
}

static struct plain
plain_of(const struct net *t)
{
	const struct params *p = &t->p;

	return (struct plain){ t, doubles(t->x, t->n * t->l.d),
		doubles(params_in(p, p->w, t->l.gain), t->l.d),
		doubles(params_in(p, p->w, t->l.bias), t->l.d) };
}

static void
plain_free(struct plain *s)
{
	free(s->x);
	free(s->gain);
	free(s->bias);
}

static void
forward_is_the_formula(void **state)
{
	struct rng r = seeded("forward_is_the_formula");

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		struct net t = a_net(&r);
		struct plain s = plain_of(&t);
		size_t d = t.l.d;
		float *y = unwritten(t.n * d);
		double want[40];

		norm_rows(&t.l, &t.p, t.x, t.n, y);
		for (size_t v = 0; v < t.n; v++) {
			plain_row(&s, s.x + v * d, want);
			for (size_t i = 0; i < d; i++)
				near((double)y[v * d + i], want[i], 1e-4);
		}
		norm_rows(&t.l, &t.p, t.x, t.n, t.x);
		same_bits(t.x, y, t.n * d);
		plain_free(&s);
		free(y);
		net_free(&t);
	}
}

static void
gradients_meet_central_differences(void **state)
{
	struct rng r = seeded("gradients_meet_central_differences");

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		struct net t = a_net(&r);
		struct plain s = plain_of(&t);
		struct params *p = &t.p;
		size_t d = t.l.d;
		float *dx = ones(t.n * d);

		all_ones(p->g, p->total);
		norm_backward(&t.l, p, NULL, t.x, t.dy, t.n, dx);
		gradient_is(&r, params_in(p, p->g, t.l.gain), 1, s.gain, d,
			loss, &s);
		gradient_is(&r, params_in(p, p->g, t.l.bias), 1, s.bias, d,
			loss, &s);
		if (d > 3) /* of two numbers y is +-1, whatever they are */
			gradient_is(&r, dx, 1, s.x, t.n * d, loss, &s);
		plain_free(&s);
		free(dx);
		net_free(&t);
	}
}

static void
any_pool_and_split_give_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_and_split_give_the_same_bits");

	(void)state;
	for (int trial = 0; trial < 10; trial++) {
		struct net t = a_net(&r);
		size_t d = t.l.d, n = t.n * d, all = 2 * n + t.p.total, m;
		float *want = NULL, *got;

		for (size_t threads = 1; threads <= 3; threads++) {
			struct pool *pool = pool_open(threads);

			got = mem_zfloats(all);
			memset(t.p.g, 0, t.p.total * sizeof(*got));
			norm_forward(&t.l, &t.p, pool, t.x, t.n, got);
			norm_backward(
				&t.l, &t.p, pool, t.x, t.dy, t.n, got + n);
			memcpy(got + 2 * n, t.p.g, t.p.total * sizeof(*got));
			if (want)
				same_bits(got, want, all);
			free(want);
			want = got;
			pool_close(pool);
		}
		got = unwritten(n);
		for (size_t v = 0; v < t.n; v += m) {
			m = between(&r, 1, t.n - v);
			norm_rows(&t.l, &t.p, t.x + v * d, m, got + v * d);
		}
		same_bits(got, want, n);
		free(got);
		free(want);
		net_free(&t);
	}
}

static void
the_start_leaves_a_normed_row_as_it_is(void **state)
{
	struct rng r = seeded("the_start_leaves_a_normed_row_as_it_is");
	struct net t = a_net(&r);
	float x[40], y[40];

	(void)state;
	norm_start(&t.l, &t.p);
	for (size_t i = 0; i < t.l.d; i++) {
		assert_true(params_in(&t.p, t.p.w, t.l.gain)[i] == 1);
		assert_true(params_in(&t.p, t.p.w, t.l.bias)[i] == 0);
	}
	for (size_t i = 0; i < t.l.d; i++)
		x[i] = i % 2 ? 1 : -1;
	if (t.l.d % 2)
		x[t.l.d - 1] = 0;
	norm_rows(&t.l, &t.p, x, 1, y);
	norm_rows(&t.l, &t.p, y, 1, x);
	for (size_t i = 0; i < t.l.d; i++)
		near((double)x[i], (double)y[i], 2e-5);
	assert_string_equal(t.p.row[t.l.gain].name, "final_norm.weight");
	assert_string_equal(t.p.row[t.l.bias].name, "final_norm.bias");
	net_free(&t);
}

/* FNV-1a over the bits, as this test first printed it on x86-64. */
static void
bits_are_the_same_everywhere(void **state)
{
	uint64_t hash = 0xcbf29ce484222325u;
	struct rng r;
	struct net t;
	uint32_t bits;

	(void)state;
	rng_seed(&r, 1, 0);
	t = a_net(&r);
	for (size_t i = 0; i < t.n * t.l.d; i++)
		t.x[i] = (float)(rng_unit(&r) * 4 - 1);
	for (size_t i = 0; i < t.p.total; i++)
		t.p.w[i] = (float)(rng_unit(&r) - 0.5);
	norm_rows(&t.l, &t.p, t.x, t.n, t.x);
	for (size_t i = 0; i < t.n * t.l.d; i++) {
		memcpy(&bits, &t.x[i], sizeof(bits));
		hash = (hash ^ bits) * 0x100000001b3u;
	}
	print_message("# %016llx\n", (unsigned long long)hash);
	assert_true(hash == 0x8198a1cf56501b22u);
	net_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_is_the_formula),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(any_pool_and_split_give_the_same_bits),
		cmocka_unit_test(the_start_leaves_a_normed_row_as_it_is),
		cmocka_unit_test(bits_are_the_same_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
