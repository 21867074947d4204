/* SimVQ: Q = C W^T + b, its gradients, and a table settled into C. */
#include "numbers.h"
#include "quant_help.h"

#define K 9
#define D 4

/* The gradient's target in double, from the weights as written in simvq:
 * L = sum_v <dq[v], W C[idx[v]] + b>. */
static double
loss(const double *w, const struct trial *t, const uint32_t *idx,
	const float *dq)
{
	const double *c = w + t->ps.row[t->l.table].at;
	const double *m = w + t->ps.row[t->l.proj].at;
	const double *b = w + t->ps.row[t->l.bias].at;
	size_t d = t->l.d;
	double sum = 0;

	for (size_t v = 0; v < N; v++)
		for (size_t i = 0; i < d; i++) {
			double q = b[i];

			for (size_t j = 0; j < d; j++)
				q += m[i * d + j] * c[idx[v] * d + j];
			sum += (double)dq[v * d + i] * q;
		}
	return sum;
}

/* About 200 of a row's weights. */
static void
check_row(struct trial *t, size_t row, double *w, const uint32_t *idx,
	const float *dq, double add)
{
	const struct param *p = &t->ps.row[row];
	size_t step = p->size / 200 + 1;

	for (size_t i = p->at; i < p->at + p->size; i += step) {
		double h = 1e-3, was = w[i], up, down;

		w[i] = was + h;
		up = loss(w, t, idx, dq);
		w[i] = was - h;
		down = loss(w, t, idx, dq);
		w[i] = was;
		near((double)t->ps.g[i], (up - down) / (2 * h) + add, 1e-4);
	}
}

static void
check_gradients(struct rng *r, size_t d, bool frozen)
{
	struct trial t;
	float *dq = normals(r, N * d, 1);
	uint32_t idx[N];
	double *w;

	trial_open(&t, &learner_simvq, K, d, frozen);
	draw_codes(r, idx, K - 1);
	t.l.type->random(&t.l, r);
	w = mem_alloc(t.ps.total, sizeof(*w));
	for (size_t i = 0; i < t.ps.total; i++) {
		w[i] = (double)t.ps.w[i];
		t.ps.g[i] = 0.5f; /* gradients are added */
	}
	t.l.type->backward(&t.l, NULL, idx, dq, N);
	check_row(&t, t.l.proj, w, idx, dq, 0.5);
	check_row(&t, t.l.bias, w, idx, dq, 0.5);
	if (!frozen)
		check_row(&t, t.l.table, w, idx, dq, 0.5);
	for (size_t i = 0; i < K * d && frozen; i++)
		near((double)params_in(&t.ps, t.ps.g, t.l.table)[i], 0.5, 0);
	assert_int_equal(
		t.ps.row[t.l.table].group, frozen ? PARAM_FIXED : PARAM_QUANT);
	free(w);
	free(dq);
	trial_close(&t);
}

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");

	(void)state;
	for (int frozen = 0; frozen < 2; frozen++) {
		check_gradients(&r, D, frozen);
		check_gradients(&r, 41, frozen); /* several tasks, and a rest */
	}
}

static void
only_codes_that_won_are_touched(void **state)
{
	struct rng r = seeded("only_codes_that_won_are_touched");
	const struct learner_type *type[] = { &learner_simvq, &learner_vq };

	(void)state;
	for (int i = 0; i < 2; i++) {
		uint32_t idx[N], won[K] = { 0 };
		float *dq = normals(&r, N * D, 1);
		struct trial t;

		trial_open(&t, type[i], K, D, false);
		draw_codes(&r, idx, K);
		for (size_t v = 0; v < N; v++)
			idx[v] = idx[v] % 2 ? idx[v] : 0;
		for (size_t v = 0; v < N; v++)
			won[idx[v]] = 1;
		t.l.type->random(&t.l, &r);
		t.l.type->backward(&t.l, NULL, idx, dq, N);
		for (size_t j = 0; j < K; j++)
			assert_int_equal(
				t.ps.row[t.l.table].touched[j], won[j]);
		free(dq);
		trial_close(&t);
	}
}

/* Also with more rows and columns than a task takes. */
static void
any_pool_gives_the_same_gradients(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_gradients");
	enum { WIDE = 75, MANY = 700 };
	uint32_t *idx = mem_alloc(MANY, sizeof(*idx));
	float *dq = normals(&r, MANY * WIDE, 1), *want = NULL;
	struct trial t;

	(void)state;
	for (size_t v = 0; v < MANY; v++)
		idx[v] = (uint32_t)rng_below(&r, K);
	trial_open(&t, &learner_simvq, K, WIDE, false);
	t.l.type->random(&t.l, &r);
	want = mem_floats(t.ps.total);
	for (size_t threads = 1; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);

		memset(t.ps.g, 0, t.ps.total * sizeof(*t.ps.g));
		t.l.type->backward(&t.l, pool, idx, dq, MANY);
		if (threads == 1)
			memcpy(want, t.ps.g, t.ps.total * sizeof(*want));
		same_bits(t.ps.g, want, t.ps.total);
		pool_close(pool);
	}
	free(idx);
	free(dq);
	free(want);
	trial_close(&t);
}

static void
the_table_is_the_product(void **state)
{
	struct rng r = seeded("the_table_is_the_product");
	struct pool *pool = pool_open(2);
	float q[K * D], same[K * D];
	struct trial t;

	(void)state;
	trial_open(&t, &learner_simvq, K, D, false);
	t.l.type->random(&t.l, &r);
	t.l.type->read(&t.l, t.ps.w, NULL, q);
	t.l.type->read(&t.l, t.ps.w, pool, same);
	same_bits(q, same, K * D);
	for (size_t o = 0; o < K * D; o++) {
		const float *c = params_in(&t.ps, t.ps.w, t.l.table);
		const float *w = params_in(&t.ps, t.ps.w, t.l.proj);
		double sum;

		sum = (double)params_in(&t.ps, t.ps.w, t.l.bias)[o % D];
		for (size_t i = 0; i < D; i++)
			sum += (double)c[o / D * D + i] *
				(double)w[o % D * D + i];
		near((double)q[o], sum, 1e-6);
	}
	pool_close(pool);
	trial_close(&t);
}

static void
a_random_start_is_the_papers(void **state)
{
	struct rng r = seeded("a_random_start_is_the_papers");
	enum { MANY = 4000 };
	double square = 0, largest = 0;
	const float *w;
	struct trial t;

	(void)state;
	trial_open(&t, &learner_simvq, MANY, D, false);
	t.l.type->random(&t.l, &r);
	w = params_in(&t.ps, t.ps.w, t.l.table);
	for (size_t i = 0; i < MANY * D; i++)
		square += (double)w[i] * (double)w[i];
	near(square / MANY, 1, 0.05);
	w = params_in(&t.ps, t.ps.w, t.l.proj);
	for (size_t i = 0; i < D * D; i++)
		largest = fmax(largest, fabs((double)w[i]));
	assert_true(largest <= 0.5 && largest > 0.25);
	w = params_in(&t.ps, t.ps.w, t.l.bias);
	for (size_t i = 0; i < D; i++)
		assert_true(fabs((double)w[i]) <= 0.5 && w[i] != 0);
	trial_close(&t);
}

static void
a_start_is_the_identity_and_the_mean(void **state)
{
	struct rng r = seeded("a_start_is_the_identity_and_the_mean");
	float *q = normals(&r, K * D, 1);
	struct trial t;

	(void)state;
	trial_open(&t, &learner_simvq, K, D, false);
	t.l.type->random(&t.l, &r);
	t.l.type->start(&t.l, q);
	for (size_t i = 0; i < D; i++) {
		double sum = 0, left = 0;

		for (size_t j = 0; j < K; j++) {
			sum += (double)q[j * D + i];
			left += (double)params_in(
				&t.ps, t.ps.w, t.l.table)[j * D + i];
		}
		near((double)params_in(&t.ps, t.ps.w, t.l.bias)[i], sum / K,
			1e-6);
		near(left, 0, 1e-5);
	}
	for (size_t i = 0; i < D * D; i++)
		near((double)params_in(&t.ps, t.ps.w, t.l.proj)[i],
			i % (D + 1) == 0, 0);
	free(q);
	trial_close(&t);
}

/* settle with this W; true if W is what it was. */
static bool
settled(struct trial *t, const float *q, const float *w)
{
	float got[K * D], *in;

	memcpy(params_in(&t->ps, t->ps.w, t->l.proj), w, D * D * sizeof(*w));
	t->l.type->settle(&t->l, q);
	t->l.type->read(&t->l, t->ps.w, NULL, got);
	for (size_t i = 0; i < K * D; i++)
		near((double)got[i], (double)q[i], 1e-4);
	in = params_in(&t->ps, t->ps.w, t->l.proj);
	return memcmp(in, w, D * D * sizeof(*w)) == 0;
}

static void
settling_keeps_the_table_and_w_where_it_can(void **state)
{
	struct rng r = seeded("settling_keeps_the_table_and_w_where_it_can");

	(void)state;
	for (int trial = 0; trial < 50; trial++) {
		float w[D * D], *q = normals(&r, K * D, 1);
		struct trial t;

		trial_open(&t, &learner_simvq, K, D, trial % 2);
		t.l.type->random(&t.l, &r);
		for (size_t i = 0; i < D * D; i++)
			w[i] = (float)(0.3 * rng_normal(&r)) +
				(i % (D + 1) ? 0 : 2);
		assert_true(settled(&t, q, w));
		for (size_t i = 0; i < D; i++) /* two equal rows */
			w[i] = w[D + i];
		assert_false(settled(&t, q, w));
		for (size_t i = 0; i < D; i++) /* all but equal */
			w[i] *= 1 + 1e-6f * (float)i;
		assert_false(settled(&t, q, w));
		memset(w, 0, sizeof(w));
		assert_false(settled(&t, q, w));
		w[0] = NAN;
		t.l.type->start(&t.l, q);
		assert_false(settled(&t, q, w));
		for (size_t i = 0; i < D * D; i++) /* C overflows to NaN */
			w[i] = i % (D + 1) ? 1e-45f : 0;
		assert_false(settled(&t, q, w));
		free(q);
		trial_close(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(only_codes_that_won_are_touched),
		cmocka_unit_test(any_pool_gives_the_same_gradients),
		cmocka_unit_test(the_table_is_the_product),
		cmocka_unit_test(a_random_start_is_the_papers),
		cmocka_unit_test(a_start_is_the_identity_and_the_mean),
		cmocka_unit_test(settling_keeps_the_table_and_w_where_it_can),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
