/*
 * Outputs, losses and every gradient of a model of routed experts, against
 * the formulas in double (moe_ref.h).  The weights' seeds are fixed: a number
 * on relu's corner would be a difference of opinion, not an error.
 */
#include "moe_ref.h"
#include "moe_shapes.h"

/* Weights of the losses that let none of them hide behind the task. */
static struct moe_opts
heavy(const struct shape *s)
{
	struct moe_opts o = shape_opts(s);

	o.vq_weight = 0.5;
	o.beta = 0.6;
	o.balance = 0.4;
	o.z_loss = 0.1;
	return o;
}

static double
largest(const double *x, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(x[i]));
	return most;
}

static void
same_outputs(const struct tiny *t, const struct ref *r)
{
	size_t n = t->b.n * moe_outputs(&t->m);
	double most = largest(r->out, n);

	assert_true(most > 0.1);
	for (size_t i = 0; i < n; i++)
		near((double)t->w.out[i], r->out[i], 1e-5 * most);
}

static void
same_losses(const struct moe_figures *f, const struct ref *r)
{
	near(f->task, r->task, 1e-5 * r->task);
	near(f->vq, r->vq, 1e-5 * r->vq);
	near(f->balance, r->balance, 1e-5 * r->balance);
	near(f->z, r->z, 1e-5 * r->z);
	near(f->loss, r->loss, 1e-5 * r->loss);
}

static double
slope(struct ref *r, double *w, size_t i)
{
	double own = w[i], step = 1e-5, up, down;

	w[i] = own + step;
	up = ref_run(r, w);
	w[i] = own - step;
	down = ref_run(r, w);
	w[i] = own;
	return (up - down) / (2 * step);
}

/* All entries of one named tensor; returns the largest of the reference. */
static double
same_gradient(
	const struct tiny *t, struct ref *r, double *w, const struct param *row)
{
	const float *got = t->m.ps.g + row->at;
	double *want = ref_zeros(row->size), most;

	for (size_t i = 0; i < row->size; i++)
		want[i] = slope(r, w, row->at + i);
	most = largest(want, row->size);
	for (size_t i = 0; i < row->size; i++) {
		/* 1e-9 is what differences of doubles lose. */
		double room = 1e-9 + 1e-4 * fabs(want[i]) + 1e-5 * most;

		if (most < 1e-9)
			room = 0;
		if (!(fabs((double)got[i] - (most < 1e-9 ? 0 : want[i])) <=
			    room))
			fail_msg("%s[%zu]: %.9g, not %.9g within %.3g",
				row->name, i, (double)got[i], want[i], room);
		if (row->touched && !row->touched[i / row->cols])
			assert_true(want[i] == 0);
	}
	free(want);
	return most;
}

/* Tensors that nothing learns from as things are. */
static bool
stands_still(const struct moe *m, const char *name)
{
	const struct moe_layer *l = &m->layer[0];
	enum moe_kind k = m->o.kind;

	if (strstr(name, "frozen"))
		return true;
	if (strstr(name, "router."))
		return k == MOE_HASH || k == MOE_RANDOM ||
			(k == MOE_KMEANS && l->frozen) ||
			(k == MOE_VQ && l->booked);
	return (strstr(name, "gate.") || strstr(name, "quantize.")) &&
		!l->booked;
}

static void
check_shape(const struct shape *s, const struct moe_opts *o, struct rng *rng)
{
	struct tiny t;
	struct moe_figures f;
	struct ref r;
	double *w;

	shape_print(s);
	tiny_open(&t, o, s->built, TINY_ROWS, NULL, rng);
	assert_true(moe_step_gradient(&t.m, &t.b, &t.w, &f));
	w = ref_copy(&t.m);
	ref_open(&r, &t.m, &t.b, &t.w);
	ref_run(&r, w);
	same_outputs(&t, &r);
	same_losses(&f, &r);
	for (size_t i = 0; i < t.m.ps.count; i++) {
		const struct param *row = &t.m.ps.row[i];
		double most = same_gradient(&t, &r, w, row);

		if ((most < 1e-6) != stands_still(&t.m, row->name))
			fail_msg("%s: at most %g", row->name, most);
	}
	ref_close(&r);
	free(w);
	tiny_close(&t);
}

static void
outputs_losses_and_gradients_are_those_of_the_formulas(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct moe_opts o = heavy(&shapes[i]);
		struct rng rng;

		rng_seed(&rng, 7, i);
		check_shape(&shapes[i], &o, &rng);
	}
}

/* g . way against the difference along it; way has one tensor alone. */
static void
same_along(const struct tiny *t, struct ref *r, double *w,
	const struct param *row, const double *way)
{
	double got = 0, up, down, step = 1e-5;

	for (size_t i = 0; i < row->size; i++)
		got += (double)t->m.ps.g[row->at + i] * way[i];
	for (size_t i = 0; i < row->size; i++)
		w[row->at + i] += step * way[i];
	up = ref_run(r, w);
	for (size_t i = 0; i < row->size; i++)
		w[row->at + i] -= 2 * step * way[i];
	down = ref_run(r, w);
	for (size_t i = 0; i < row->size; i++)
		w[row->at + i] += step * way[i];
	near(got, (up - down) / (2 * step), 1e-9 + 1e-4 * fabs(got));
}

/* Along the gradient itself and along its signs: nothing cancels. */
static void
same_by_direction(
	const struct tiny *t, struct ref *r, double *w, const struct param *row)
{
	const float *g = t->m.ps.g + row->at;
	double *way = ref_zeros(row->size), norm = 0;

	for (size_t i = 0; i < row->size; i++)
		norm += (double)g[i] * (double)g[i];
	assert_true(norm > 0);
	for (size_t i = 0; i < row->size; i++)
		way[i] = (double)g[i] / sqrt(norm);
	same_along(t, r, w, row, way);
	for (size_t i = 0; i < row->size; i++)
		way[i] = g[i] > 0 ? 1 : -1;
	same_along(t, r, w, row, way);
	free(way);
}

/* More rows, and more of a weight, than any task takes. */
static void
gradients_of_a_large_batch_are_those_of_the_formulas(void **state)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 2, 2,
		ACT_GELU, true, 0.5, 0.9, NULL };
	struct moe_opts o = heavy(&s);
	struct moe_figures f;
	struct tiny t;
	struct ref r;
	struct rng rng;
	double *w;

	(void)state;
	rng_seed(&rng, 8, 0);
	o.hidden = 67;
	o.width = 19;
	tiny_open(&t, &o, true, 701, NULL, &rng);
	assert_true(moe_step_gradient(&t.m, &t.b, &t.w, &f));
	w = ref_copy(&t.m);
	ref_open(&r, &t.m, &t.b, &t.w);
	ref_run(&r, w);
	same_outputs(&t, &r);
	same_losses(&f, &r);
	for (size_t i = 0; i < t.m.ps.count; i++)
		same_by_direction(&t, &r, w, &t.m.ps.row[i]);
	ref_close(&r);
	free(w);
	tiny_close(&t);
}

/* Gradients of a vqmoe with these weights of its vq loss; free'd by the
 * caller. */
static float *
gradient_with(double vq_weight, double beta, struct params *table)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 1, 1,
		ACT_RELU, true, 1, 0, NULL };
	struct moe_opts o = heavy(&s);
	struct moe_figures f;
	struct tiny t;
	struct rng rng;
	float *g;

	rng_seed(&rng, 9, 0);
	o.vq_weight = vq_weight;
	o.beta = beta;
	tiny_open(&t, &o, true, TINY_ROWS, NULL, &rng);
	assert_true(moe_step_gradient(&t.m, &t.b, &t.w, &f));
	g = mem_floats(t.m.ps.total);
	memcpy(g, t.m.ps.g, t.m.ps.total * sizeof(*g));
	table->row = mem_alloc(t.m.ps.count, sizeof(*table->row));
	memcpy(table->row, t.m.ps.row, t.m.ps.count * sizeof(*table->row));
	table->count = t.m.ps.count;
	tiny_close(&t);
	return g;
}

/* However much of q is in what experts see. */
static void
codes_learn_from_the_vq_loss_alone(void **state)
{
	struct params a, b, c;
	float *none = gradient_with(0, 0.6, &a);
	float *some = gradient_with(0.5, 0.6, &b);
	float *more = gradient_with(0.5, 0.9, &c);
	size_t codes = 0;

	(void)state;
	for (size_t i = 0; i < a.count; i++) {
		const struct param *row = &a.row[i];
		size_t size = row->size * sizeof(float);
		bool code = strstr(row->name, "quantize.") != NULL;
		bool input = strstr(row->name, "input.") != NULL;

		for (size_t k = row->at; code && k < row->at + row->size; k++)
			assert_true(none[k] == 0);
		if (code)
			assert_memory_equal(
				some + row->at, more + row->at, size);
		if (input)
			assert_memory_not_equal(
				some + row->at, more + row->at, size);
		codes += code;
	}
	assert_int_equal(codes, 3);
	free(none);
	free(some);
	free(more);
	free(a.row);
	free(b.row);
	free(c.row);
}

static void
the_balance_loss_at_balance_is_its_weight_for_any_top(void **state)
{
	(void)state;
	for (size_t top = 1; top <= TINY_EXPERTS; top++) {
		struct shape s = { MOE_SOFTMAX, MOE_LINEAR, MOE_CLASSES, 1, top,
			ACT_RELU, false, 0, 0, NULL };
		struct moe_opts o = shape_opts(&s);
		struct moe_figures f;
		struct tiny t;
		struct rng rng;

		rng_seed(&rng, 10, top);
		tiny_open(&t, &o, false, 50, NULL, &rng);
		/* All scores alike: P_j = 1 / E whatever is chosen. */
		memset(params_in(&t.m.ps, t.m.ps.w, t.m.layer[0].router.weight),
			0, TINY_EXPERTS * TINY_WIDTH * sizeof(float));
		moe_pack(&t.m);
		assert_true(moe_step_gradient(&t.m, &t.b, &t.w, &f));
		near(f.balance, 0.01, 1e-8);
		near(f.z, 1e-3 * log(5) * log(5), 1e-9);
		tiny_close(&t);
	}
}

static void
refused(const struct moe_opts *o, const char *word)
{
	struct moe m;
	struct err e;

	assert_int_equal(moe_init(&m, o, NULL, &e), -1);
	if (!strstr(e.msg, word))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, word);
	moe_free(&m);
}

static void
sizes_that_contradict_each_other_are_refused(void **state)
{
	const struct shape row = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 1, 1,
		ACT_RELU, false, 0, 0, NULL };
	const struct shape none = { MOE_VQMOE, MOE_NONE, MOE_BARE, 1, 1,
		ACT_RELU, false, 0, 0, NULL };
	struct moe_opts o;

	(void)state;
	o = shape_opts(&row);
	o.top = 6;
	refused(&o, "-t 6: there are 5 experts");
	o = shape_opts(&row);
	o.experts = 70000;
	refused(&o, "70000 experts");
	o = shape_opts(&row);
	o.codes = 4;
	refused(&o, "4 codes");
	o = shape_opts(&row);
	o.kind = MOE_HYBRID;
	o.top = 2;
	refused(&o, "one expert");
	o = shape_opts(&none);
	o.layers = 2;
	refused(&o, "one layer");
	o = shape_opts(&none);
	o.head = MOE_REAL;
	refused(&o, "head");
	o = shape_opts(&row);
	o.head = MOE_BARE;
	refused(&o, "head");
	o = shape_opts(&none);
	o.columns = 5;
	refused(&o, "5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			outputs_losses_and_gradients_are_those_of_the_formulas),
		cmocka_unit_test(
			gradients_of_a_large_batch_are_those_of_the_formulas),
		cmocka_unit_test(codes_learn_from_the_vq_loss_alone),
		cmocka_unit_test(
			the_balance_loss_at_balance_is_its_weight_for_any_top),
		cmocka_unit_test(sizes_that_contradict_each_other_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
