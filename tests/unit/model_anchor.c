/* Codes that are held: the loss, its gradient, and that they stay. */
#include "model/anchor.h"
#include "model_tiny.h"

struct old {
	struct tiny f;
	struct model m;
};

static void
old_train(struct old *o, const struct trainer_opts *opts)
{
	struct err e;

	tiny_data(&o->f, ITEM_ROWS, 1, NULL);
	tiny_train(&o->f, opts, NULL);
	assert_int_equal(model_from_record(&o->m, &o->f.r.record, &e), 0);
}

static void
old_free(struct old *o)
{
	model_free(&o->m);
	tiny_free(&o->f);
}

/* mean_v |A x_v - A(old) x_v|^2 over the step's batch, in double. */
static double
latents_of(const struct trainee *t, const struct old *o, const struct step *s)
{
	const float *a = params_in(&t->ps, t->ps.w, t->encoder);
	double sum = 0;

	for (size_t v = 0; v < s->n; v++)
		for (size_t i = 0; i < s->d; i++) {
			double z = 0;

			for (size_t m = 0; m < s->dim; m++)
				z += ((double)a[i * s->dim + m] -
					     (double)o->m.net
						     .a[i * s->dim + m]) *
					(double)s->x[v * s->dim + m];
			sum += z * z / (double)s->n;
		}
	return sum;
}

/* A vq_weight / E|z|^2 (that + sum_j w_j |C_j W^T + b - old_j|^2). */
static double
loss_of(const struct trainee *t, const struct old *o, const double *p,
	const struct step *s)
{
	const struct learner *l = &t->learner[0];
	const float *c = params_in(&t->ps, t->ps.w, l->table);
	const float *w = params_in(&t->ps, t->ps.w, l->proj);
	const float *b = params_in(&t->ps, t->ps.w, l->bias);
	size_t k = o->m.quantizer.book[0].k, d = l->d;
	double sum = latents_of(t, o, s);

	for (size_t j = 0; j < k; j++)
		for (size_t i = 0; i < d; i++) {
			double q = (double)b[i] -
				(double)o->m.quantizer.book[0].q[j * d + i];

			for (size_t m = 0; m < d; m++)
				q += (double)c[j * d + m] *
					(double)w[i * d + m];
			sum += (p[j] + 1 / (double)k) / 2 * q * q;
		}
	return t->o->anchor * t->o->vq_weight / t->latent_variance * sum;
}

/* Shares of the training sample, by the old model's own encoding. */
static void
shares_of(const struct old *o, double *p)
{
	const struct reservoir *x = &o->f.s.train;
	struct tiny f = { .s.held = *x };
	uint32_t *codes = tiny_codes(&f, &o->m);

	for (size_t v = 0; v < x->count; v++)
		p[codes[v]] += 1 / (double)x->count;
	free(codes);
}

static void
its_gradient_is_that_of_the_formula(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	double p[16] = { 0 };
	struct anchor a;
	struct trainee t;
	struct old old;
	struct err e;
	struct step s;
	struct rng r;

	(void)state;
	rng_seed(&r, 8, 0);
	old_train(&old, &o);
	shares_of(&old, p);
	o.from = &old.m;
	o.learned = &old.f.r.record;
	o.anchor = 3;
	o.vq_weight = 0.7;
	o.k = 20; /* new codes are free */
	trainee_init(&t, &o, &old.f.t, NULL);
	assert_int_equal(trainee_start(&t,
				 &(struct sample){ .x = old.f.s.train.x,
					 .n = old.f.s.train.count },
				 &e),
		0);
	anchor_init(&a, &t,
		&(struct sample){
			.x = old.f.s.train.x, .n = old.f.s.train.count });
	trainee_refresh(&t);
	s = (struct step){ .net = o.net,
		.n = 40,
		.dim = 8,
		.d = o.d,
		.ps = &t.ps,
		.encoder = t.encoder,
		.x = old.f.s.train.x };
	s.z = trainee_latents(&t, &(struct sample){ .x = s.x, .n = s.n });
	near(anchor_pull(&a, &s), 0, 1e-12);
	free(s.z);
	for (size_t i = 0; i < t.ps.total; i++) {
		t.ps.w[i] += (float)(0.1 * rng_normal(&r));
		t.ps.g[i] = 0;
	}
	trainee_refresh(&t);
	s.z = trainee_latents(&t, &(struct sample){ .x = s.x, .n = s.n });
	near(anchor_pull(&a, &s), loss_of(&t, &old, p, &s), 1e-5);
	assert_true(loss_of(&t, &old, p, &s) > 0.01);
	for (size_t i = 0; i < t.ps.total; i++) {
		float was = t.ps.w[i];
		double up, down;

		t.ps.w[i] = was + 1e-2f;
		up = loss_of(&t, &old, p, &s);
		t.ps.w[i] = was - 1e-2f;
		down = loss_of(&t, &old, p, &s);
		t.ps.w[i] = was;
		near((double)t.ps.g[i], (up - down) / 2e-2, 1e-4);
	}
	free(s.z);
	anchor_free(&a);
	trainee_free(&t);
	old_free(&old);
}

/* The mean squared way of the old codes, and the churn, of a training. */
static double
way_of(const struct old *old, struct trainer_opts o, double anchor,
	double *churn)
{
	const struct codebook *was = &old->m.quantizer.book[0];
	struct tiny f;
	struct model m;
	struct err e;
	double sum = 0;

	o.from = &old->m;
	o.learned = &old->f.r.record;
	o.anchor = anchor;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	for (size_t i = 0; i < f.s.train.count * f.t.dim; i++)
		f.s.train.x[i] += 0.2f; /* counts for shares alone */
	for (size_t i = 0; i < f.t.dim; i++)
		f.t.mu[i] -= 0.3f; /* what is drawn has moved */
	tiny_train(&f, &o, NULL);
	assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
	for (size_t i = 0; i < was->k * was->d; i++)
		sum += pow((double)m.quantizer.book[0].q[i] - (double)was->q[i],
			2);
	*churn = f.r.held_drift.churn;
	model_free(&m);
	tiny_free(&f);
	return sum / (double)was->k;
}

/* Codes alone, and behind an encoder that learns too. */
static void
held_codes_stay(enum net_type net)
{
	static const char *const types[] = { "simvq", "vq", "ema", "cvq" };
	static const double strength[] = { 0, 1, 30, 1000 };

	for (size_t i = 0; i < 4; i++) {
		struct trainer_opts o = tiny_opts(types[i]);
		double way[4], churn[4];
		struct old old;

		o.net = net;
		o.d = 8;
		old_train(&old, &o);
		o.net_rate = o.quant_rate = 1e-2;
		o.steps = 150;
		o.keep_last = o.no_settle = true;
		for (size_t a = 0; a < 4; a++)
			way[a] = way_of(&old, o, strength[a], &churn[a]);
		for (size_t a = 1; a < 4; a++) {
			if (!(way[a] < way[a - 1]) || churn[a] > churn[a - 1])
				fail_msg("%s: %g: %g, %g after %g, %g",
					types[i], strength[a], way[a], churn[a],
					way[a - 1], churn[a - 1]);
		}
		assert_true(churn[0] > 0.02 && churn[3] < 0.5 * churn[0]);
		old_free(&old);
	}
}

static void
held_codes_stay_the_more_the_stronger(void **state)
{
	(void)state;
	held_codes_stay(NET_NONE);
	held_codes_stay(NET_LINEAR);
}

/* No Lloyd steps: after settling codes are where training left them. */
static void
settling_leaves_held_codes(void **state)
{
	static const char *const types[] = { "simvq", "ema" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct trainer_opts o = tiny_opts(types[i]);
		struct old old;
		struct tiny f;

		o.stages = 2;
		old_train(&old, &o);
		o.from = &old.m;
		o.learned = &old.f.r.record;
		o.steps = 0;
		o.anchor = 1;
		o.keep_last = true;
		tiny_data(&f, ITEM_ROWS, 1, NULL);
		for (size_t x = 0; x < f.s.train.count * f.t.dim; x++)
			f.s.train.x[x] += 0.3f;
		tiny_train(&f, &o, NULL);
		assert_true(f.r.settled);
		assert_true(f.r.train_drift.churn == 0);
		tiny_free(&f);
		old_free(&old);
	}
}

/* A w_j of each column, in vectors of its batch, where stages share too. */
static void
averages_take_as_much_as_a_batch_brings(void **state)
{
	(void)state;
	for (int shared = 0; shared < 2; shared++) {
		struct trainer_opts o = tiny_opts("ema");
		double sum = 0;
		struct anchor a;
		struct trainee t;
		struct old old;
		struct err e;

		o.stages = 3;
		o.shared = shared;
		old_train(&old, &o);
		o.from = &old.m;
		o.learned = &old.f.r.record;
		o.anchor = 2;
		trainee_init(&t, &o, &old.f.t, NULL);
		assert_int_equal(trainee_start(&t,
					 &(struct sample){ .x = old.f.s.train.x,
						 .n = old.f.s.train.count },
					 &e),
			0);
		anchor_init(&a, &t,
			&(struct sample){ .x = old.f.s.train.x,
				.n = old.f.s.train.count });
		for (size_t b = 0; b < trainee_books(&t); b++)
			for (size_t j = 0; j < o.k; j++)
				sum += (double)t.learner[b].hold[j];
		near(sum, 2.0 * 3 * (double)o.batch, 1e-5);
		anchor_free(&a);
		trainee_free(&t);
		old_free(&old);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_gradient_is_that_of_the_formula),
		cmocka_unit_test(held_codes_stay_the_more_the_stronger),
		cmocka_unit_test(settling_leaves_held_codes),
		cmocka_unit_test(averages_take_as_much_as_a_batch_brings),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
