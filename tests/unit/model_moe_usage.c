/*
 * The loss that keeps codes in use, against its formula in double and central
 * differences of that.
 */
#include "model/moe_usage.h"
#include "moe_toy.h"
#include "numbers.h"

#define ROWS ((size_t)150) /* more than two tasks */

static struct toy toy;

/* The formula, for a table q [k, d] and T held. */
static double
by_formula(const struct moe_layer *l, const float *u, const double *q, double t)
{
	size_t k = l->book.k, d = l->d;
	double *mean = mem_zalloc(k, sizeof(*mean)), loss = 0;
	double *p = mem_alloc(k, sizeof(*p));

	for (size_t v = 0; v < ROWS; v++) {
		double sum = 0;

		for (size_t j = 0; j < k; j++) {
			p[j] = 0;
			for (size_t i = 0; i < d; i++)
				p[j] += pow(
					(double)u[v * d + i] - q[j * d + i], 2);
			p[j] = exp(-p[j] / (2 * t));
			sum += p[j];
		}
		for (size_t j = 0; j < k; j++)
			mean[j] += p[j] / sum / ROWS;
	}
	for (size_t j = 0; j < k; j++)
		loss += mean[j] * log(mean[j]) / log((double)k);
	free(mean);
	free(p);
	return l->o->code_entropy * (1 + loss);
}

static double
mean_distance(const struct moe_layer *l, const struct moe_layer_work *w)
{
	double sum = 0;

	for (size_t v = 0; v < ROWS; v++)
		for (size_t i = 0; i < l->d; i++)
			sum += pow((double)w->u[v * l->d + i] -
					(double)l->q[w->codes[v] * l->d + i],
				2);
	return sum / ROWS;
}

static void
check_gradient(const struct moe *m, const struct moe_layer *l,
	const struct moe_layer_work *w)
{
	size_t n = l->book.k * l->d;
	double *q = mem_alloc(n, sizeof(*q)), t = mean_distance(l, w);
	const float *g = params_in(&m->ps, m->ps.g, l->book.table);
	double largest = 0, worst = 0;

	for (size_t i = 0; i < n; i++)
		q[i] = (double)l->q[i];
	for (size_t i = 0; i < n; i++) {
		double h = 1e-5, was = q[i], up, want;

		q[i] = was + h;
		up = by_formula(l, w->u, q, t);
		q[i] = was - h;
		want = (up - by_formula(l, w->u, q, t)) / (2 * h);
		q[i] = was;
		largest = fmax(largest, fabs(want));
		worst = fmax(worst, fabs(want - (double)g[i]));
	}
	assert_true(largest > 1e-4);
	assert_true(worst < 1e-4 * largest);
	free(q);
}

static void
loss_and_gradient_are_the_formula_s(void **state)
{
	struct moe_opts o = toy_opts(MOE_VQMOE);
	struct moe_batch b = toy_batch(&toy, 0, ROWS);
	struct moe_layer *l;
	struct moe_work w;
	struct moe m;
	struct err e;
	double *q, got, want;

	(void)state;
	o.layers = 1;
	o.type = &learner_vq;
	o.code_entropy = 0.7;
	assert_int_equal(moe_init(&m, &o, NULL, &e), 0);
	toy_train(&m, &toy, 0, 20);
	l = m.layer;
	moe_work_init(&w, &m, ROWS, true, false);
	moe_forward(&m, &b, &w, 1);
	got = moe_usage_loss(l, w.layer, ROWS, NULL, true);
	q = mem_alloc(l->book.k * l->d, sizeof(*q));
	for (size_t i = 0; i < l->book.k * l->d; i++)
		q[i] = (double)l->q[i];
	want = by_formula(l, w.layer->u, q, mean_distance(l, w.layer));
	assert_true(want > 1e-3);
	assert_true(fabs(got - want) < 1e-5 * want);
	check_gradient(&m, l, w.layer);
	free(q);
	moe_work_free(&w, &m);
	moe_free(&m);
}

/* Trained with it, their shares are more even than without. */
static void
codes_come_back_to_use(void **state)
{
	double loss[2];

	(void)state;
	for (int on = 0; on < 2; on++) {
		struct moe_opts o = toy_opts(MOE_VQMOE);
		struct moe_batch b = toy_batch(&toy, 0, ROWS);
		struct moe_work w;
		struct moe m;
		struct err e;

		o.layers = 1;
		o.code_entropy = on ? 1 : 0;
		assert_int_equal(moe_init(&m, &o, NULL, &e), 0);
		toy_train(&m, &toy, 0, 100);
		m.o.code_entropy = 1;
		moe_work_init(&w, &m, ROWS, true, false);
		moe_forward(&m, &b, &w, 1);
		loss[on] = moe_usage_loss(m.layer, w.layer, ROWS, NULL, false);
		moe_work_free(&w, &m);
		moe_free(&m);
	}
	print_message("# unevenness %g without, %g with\n", loss[0], loss[1]);
	assert_true(loss[1] < loss[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loss_and_gradient_are_the_formula_s),
		cmocka_unit_test(codes_come_back_to_use),
	};

	toy_fill(&toy);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
