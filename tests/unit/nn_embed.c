/* Sums of table rows against plain double code. */
#include "nn/embed.h"
#include "nn_gradients.h"

struct net {
	struct params p;
	struct embed l;
	size_t n;
	uint32_t *token;
	float *dy;
};

static struct net
a_net(struct rng *r)
{
	struct net t = { .n = between(r, 1, rng_below(r, 3) ? 30 : 300) };
	size_t positions = between(r, 1, 5), vocab = between(r, 2, 40);
	size_t d = between(r, 1, rng_below(r, 3) ? 20 : 150);

	params_add(&t.p, PARAM_NET, "before", 3, 5);
	embed_add(&t.l, &t.p, "input", positions, vocab, d);
	params_build(&t.p);
	fill(r, t.p.w, t.p.total, 1);
	t.dy = normals(r, t.n * d, 1);
	t.token = mem_alloc(t.n * positions, sizeof(*t.token));
	for (size_t i = 0; i < t.n * positions; i++)
		t.token[i] = rng_below(r, 6) ? (uint32_t)rng_below(r, vocab)
					     : EMBED_NONE;
	t.token[0] = 0;
	return t;
}

static void
net_free(struct net *t)
{
	params_free(&t->p);
	free(t->token);
	free(t->dy);
}

struct plain {
	const struct net *t;
	double *table, *bias;
};

static double
plain_y(const struct plain *s, size_t v, size_t i)
{
	const struct embed *l = &s->t->l;
	const uint32_t *token = s->t->token + v * l->positions;
	double sum = s->bias[i];

	for (size_t j = 0; j < l->positions; j++)
		if (token[j] != UINT32_MAX)
			sum += s->table[(j * l->vocab + token[j]) * l->d + i];
	return sum;
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	size_t d = s->t->l.d;
	double sum = 0;

	for (size_t v = 0; v < s->t->n; v++)
		for (size_t i = 0; i < d; i++)
			sum += (double)s->t->dy[v * d + i] * plain_y(s, v, i);
	return sum;
}

static struct plain
plain_of(const struct net *t)
{
	const struct params *p = &t->p;

	return (struct plain){ t,
		doubles(params_in(p, p->w, t->l.table),
			p->row[t->l.table].size),
		doubles(params_in(p, p->w, t->l.bias), t->l.d) };
}

static void
plain_free(struct plain *s)
{
	free(s->table);
	free(s->bias);
}

static void
forward_is_the_sum_of_rows(void **state)
{
	struct rng r = seeded("forward_is_the_sum_of_rows");

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		struct net t = a_net(&r);
		struct plain s = plain_of(&t);
		float *y = unwritten(t.n * t.l.d);

		embed_rows(&t.l, &t.p, t.token, t.n, y);
		for (size_t v = 0; v < t.n; v++)
			for (size_t i = 0; i < t.l.d; i++)
				near((double)y[v * t.l.d + i],
					plain_y(&s, v, i), 1e-5);
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

		all_ones(p->g, p->total);
		embed_backward(&t.l, p, NULL, t.token, t.dy, t.n);
		gradient_is(&r, params_in(p, p->g, t.l.bias), 1, s.bias, t.l.d,
			loss, &s);
		/* the first row of a table is one that was touched */
		gradient_is(&r, params_in(p, p->g, t.l.table), 1, s.table,
			t.l.d, loss, &s);
		for (size_t i = 0; i < 30; i++) {
			size_t at = rng_below(&r, p->row[t.l.table].size);
			double keep = s.table[at], up;

			s.table[at] = keep + 1;
			up = loss(&s);
			s.table[at] = keep - 1;
			near((double)params_in(p, p->g, t.l.table)[at] - 1,
				(up - loss(&s)) / 2, 1e-4);
			s.table[at] = keep;
		}
		plain_free(&s);
		net_free(&t);
	}
}

static void
rows_with_a_gradient_are_marked_and_no_others(void **state)
{
	struct rng r = seeded("rows_with_a_gradient_are_marked_and_no_others");

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		struct net t = a_net(&r);
		const struct embed *l = &t.l;
		const struct param *row = &t.p.row[l->table];

		assert_true(row->sparse);
		embed_backward(l, &t.p, NULL, t.token, t.dy, t.n);
		for (size_t k = 0; k < row->rows; k++) {
			bool used = false;

			for (size_t v = 0; v < t.n && !used; v++)
				used = t.token[v * l->positions +
					       k / l->vocab] == k % l->vocab;
			assert_int_equal(row->touched[k], used);
		}
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
		size_t d = t.l.d, n = t.n * d, all = n + t.p.total, m;
		float *want = NULL, *got;

		for (size_t threads = 1; threads <= 3; threads++) {
			struct pool *pool = pool_open(threads);

			got = mem_zfloats(all);
			memset(t.p.g, 0, t.p.total * sizeof(*got));
			embed_forward(&t.l, &t.p, pool, t.token, t.n, got);
			embed_backward(&t.l, &t.p, pool, t.token, t.dy, t.n);
			memcpy(got + n, t.p.g, t.p.total * sizeof(*got));
			if (want)
				same_bits(got, want, all);
			free(want);
			want = got;
			pool_close(pool);
		}
		got = unwritten(n);
		for (size_t v = 0; v < t.n; v += m) {
			m = between(&r, 1, t.n - v);
			embed_rows(&t.l, &t.p, t.token + v * t.l.positions, m,
				got + v * d);
		}
		same_bits(got, want, n);
		free(got);
		free(want);
		net_free(&t);
	}
}

static void
the_random_start_sums_to_variance_one(void **state)
{
	struct rng r = seeded("the_random_start_sums_to_variance_one");
	struct params p = { 0 };
	struct embed l;
	double square = 0;
	const float *w;

	(void)state;
	embed_add(&l, &p, "input", 4, 50, 100);
	params_build(&p);
	all_ones(p.w, p.total);
	embed_random(&l, &p, &r);
	w = params_in(&p, p.w, l.table);
	for (size_t i = 0; i < 20000; i++)
		square += (double)w[i] * (double)w[i] / 20000;
	near(square, 0.25, 0.02);
	for (size_t i = 0; i < 100; i++)
		assert_true(params_in(&p, p.w, l.bias)[i] == 0);
	assert_string_equal(p.row[l.table].name, "input.embedding.weight");
	assert_string_equal(p.row[l.bias].name, "input.bias");
	assert_int_equal(p.row[l.table].rows, 200);
	params_free(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward_is_the_sum_of_rows),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(rows_with_a_gradient_are_marked_and_no_others),
		cmocka_unit_test(any_pool_and_split_give_the_same_bits),
		cmocka_unit_test(the_random_start_sums_to_variance_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
