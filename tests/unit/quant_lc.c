/* Type lc: the map of frozen features, its gradients and its start. */
#include "nn_gradients.h"
#include "quant_help.h"

#define K 40
#define D 5
#define M 9 /* numbers of a feature */

static void
lc_open(struct trial *t, const float *features, size_t width, size_t k)
{
	*t = (struct trial){ 0 };
	t->l = (struct learner){ .type = &learner_lc,
		.k = k,
		.d = D,
		.batch = N,
		.o = { .features = features, .width = width },
		.ps = &t->ps };
	t->l.type->add(&t->l, "quantize.");
	params_build(&t->ps);
}

struct plain {
	const struct trial *t;
	const uint32_t *idx;
	const float *dq;
	double *w;
	size_t m;
};

static double
code_number(const struct plain *p, size_t j, size_t i)
{
	const struct param *row = p->t->ps.row;
	const struct learner *l = &p->t->l;
	double sum = p->w[row[l->bias].at + i];

	for (size_t o = 0; o < p->m; o++)
		sum += p->w[row[l->proj].at + i * p->m + o] *
			p->w[row[l->table].at + j * p->m + o];
	return sum;
}

/* L = sum_v <dq[v], W F[idx[v]] + b> */
static double
loss(const void *arg)
{
	const struct plain *p = arg;
	double sum = 0;

	for (size_t v = 0; v < N; v++)
		for (size_t i = 0; i < D; i++)
			sum += (double)p->dq[v * D + i] *
				code_number(p, p->idx[v], i);
	return sum;
}

static void
check_gradients(struct rng *r, size_t width)
{
	size_t m = width ? width : D;
	float *features = normals(r, K * m, 1), *dq = normals(r, N * D, 1);
	float q[K * D];
	uint32_t idx[N];
	struct trial t;
	struct plain p = { .t = &t, .idx = idx, .dq = dq, .m = m };

	lc_open(&t, width ? features : NULL, width, K);
	t.l.type->random(&t.l, r);
	draw_codes(r, idx, K);
	p.w = doubles(t.ps.w, t.ps.total);
	t.l.type->read(&t.l, t.ps.w, NULL, q);
	for (size_t o = 0; o < K * D; o++)
		near((double)q[o], code_number(&p, o / D, o % D), 1e-5);
	all_ones(t.ps.g, t.ps.total);
	t.l.type->backward(&t.l, NULL, idx, dq, N);
	for (size_t i = 1; i < t.ps.count; i++) {
		const struct param *row = &t.ps.row[i];

		gradient_is(r, t.ps.g + row->at, 1, p.w + row->at, row->size,
			loss, &p);
	}
	for (size_t i = 0; i < K * m; i++)
		near((double)t.ps.g[i], 1, 0);
	assert_int_equal(t.ps.row[t.l.table].group, PARAM_FIXED);
	free(features);
	free(dq);
	free(p.w);
	trial_close(&t);
}

static void
the_table_and_its_gradients_are_the_formula(void **state)
{
	struct rng r = seeded("the_table_and_its_gradients_are_the_formula");

	(void)state;
	check_gradients(&r, M);
	check_gradients(&r, 2);
	check_gradients(&r, 0);
}

/* x ~ N(mean, diag) in D dimensions, the axes well apart. */
static float *
latents(struct rng *r, size_t n)
{
	float *x = normals(r, n * D, 1);

	for (size_t i = 0; i < n * D; i++)
		x[i] = x[i] * powf(2, -(float)(i % D)) + 3;
	return x;
}

/* Means and variances of the columns of x [n, D]. */
static void
columns(const float *x, size_t n, double *mean, double *var)
{
	for (size_t i = 0; i < D; i++) {
		mean[i] = var[i] = 0;
		for (size_t v = 0; v < n; v++)
			mean[i] += (double)x[v * D + i] / (double)n;
		for (size_t v = 0; v < n; v++)
			var[i] += pow((double)x[v * D + i] - mean[i], 2) /
				(double)n;
	}
}

/* Features that hold the latents, mixed into more numbers and noise: as a
 * table they have the latents' mean and spread in each direction. */
static void
features_are_laid_on_the_latents(void **state)
{
	struct rng r = seeded("features_are_laid_on_the_latents");
	enum { MANY = 4000 };
	float *x = latents(&r, MANY), *y = latents(&r, MANY);
	float *mix = normals(&r, M * D, 1), *f = normals(&r, MANY * M, 1e-3);
	float *q = mem_floats(MANY * D);
	double want[2][D], got[2][D];
	struct trial t;
	struct err e;

	(void)state;
	for (size_t o = 0; o < MANY * M; o++)
		for (size_t i = 0; i < D; i++)
			f[o] += mix[o % M * D + i] * y[o / M * D + i];
	lc_open(&t, f, M, MANY);
	assert_int_equal(t.l.type->start_on(&t.l, x, MANY, &r, NULL, &e), 0);
	same_bits(params_in(&t.ps, t.ps.w, t.l.table), f, MANY * M);
	t.l.type->read(&t.l, t.ps.w, NULL, q);
	columns(x, MANY, want[0], want[1]);
	columns(q, MANY, got[0], got[1]);
	for (size_t i = 0; i < D; i++) {
		near(got[0][i], want[0][i], 0.1);
		if (i > 2)
			continue; /* pairs go by the wide directions */
		near(got[1][i], (i ? 0.8 : 1) * want[1][i],
			(i ? 0.35 : 0.1) * want[1][i]);
	}
	free(x);
	free(y);
	free(mix);
	free(f);
	free(q);
	trial_close(&t);
}

/* Narrower than codes, constant, a single one: no number is lost to NaN. */
static void
poor_features_start_too(void **state)
{
	struct rng r = seeded("poor_features_start_too");
	float *x = latents(&r, 200), *f = normals(&r, K * M, 1), q[K * D];
	const size_t k[] = { K, K, 1, K }, width[] = { 2, M, M, 1 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct trial t;

		for (size_t j = 0; j < K * M && i == 1; j++)
			f[j] = 7;
		lc_open(&t, f, width[i], k[i]);
		assert_int_equal(
			t.l.type->start_on(&t.l, x, 200, &r, NULL, &e), 0);
		t.l.type->read(&t.l, t.ps.w, NULL, q);
		for (size_t o = 0; o < k[i] * D; o++)
			assert_true(isfinite(q[o]) && fabsf(q[o]) < 50);
		trial_close(&t);
	}
	free(x);
	free(f);
}

static void
a_table_that_starts_is_the_table_that_is_read(void **state)
{
	struct rng r = seeded("a_table_that_starts_is_the_table_that_is_read");
	const size_t width[] = { M, 0, D };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		float *q = normals(&r, K * D, 1), got[K * D];
		struct trial t;

		lc_open(&t, q, width[i], K);
		t.l.type->random(&t.l, &r);
		t.l.type->start(&t.l, q);
		t.l.type->read(&t.l, t.ps.w, NULL, got);
		for (size_t o = 0; o < K * D; o++)
			near((double)got[o], (double)q[o], 1e-6);
		free(q);
		trial_close(&t);
	}
}

static void
without_features_it_starts_from_centres(void **state)
{
	struct rng r = seeded("without_features_it_starts_from_centres");
	float *x = normals(&r, 4 * D, 1), q[4 * D];
	struct trial t;
	struct err e;

	(void)state;
	lc_open(&t, NULL, 0, 4);
	assert_int_equal(t.l.type->start_on(&t.l, x, 4, &r, NULL, &e), 0);
	t.l.type->read(&t.l, t.ps.w, NULL, q);
	for (size_t v = 0; v < 4; v++) { /* each vector is a code */
		double least = 1;

		for (size_t j = 0; j < 4; j++) {
			double sum = 0;

			for (size_t i = 0; i < D; i++)
				sum += fabs((double)x[v * D + i] -
					(double)q[j * D + i]);
			least = fmin(least, sum);
		}
		near(least, 0, 1e-5);
	}
	free(x);
	trial_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_and_its_gradients_are_the_formula),
		cmocka_unit_test(features_are_laid_on_the_latents),
		cmocka_unit_test(poor_features_start_too),
		cmocka_unit_test(a_table_that_starts_is_the_table_that_is_read),
		cmocka_unit_test(without_features_it_starts_from_centres),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
