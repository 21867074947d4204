/* Training, small: every type runs, pools agree, nothing gets worse. */
#include "model_tiny.h"

/* Error of the model on x by the definition, with its own codes. */
static double
error_of(const struct tiny *f, const struct model *m)
{
	const struct quantizer *q = &m->quantizer;
	size_t n = f->s.held.count, dim = f->t.dim;
	uint32_t *codes = tiny_codes(f, m);
	float *z = mem_floats(n * q->d), *x = mem_floats(n * dim);
	double sum = 0;

	quantizer_decode(q, codes, quantizer_columns(q), n, q->stages, z);
	net_decode(&m->net, z, n, x);
	for (size_t i = 0; i < n * dim; i++)
		sum += ((double)x[i] - (double)f->s.held.x[i]) *
			((double)x[i] - (double)f->s.held.x[i]);
	free(codes);
	free(z);
	free(x);
	return sum / (double)n;
}

static void
check(const struct tiny *f, const struct trainer_opts *o)
{
	const struct trainer_result *r = &f->r;
	struct model m;
	struct err e;

	assert_int_equal(model_from_record(&m, &r->record, &e), 0);
	assert_int_equal(
		quantizer_columns(&m.quantizer), o->stages * o->groups);
	assert_true(r->held.error <= r->start.error);
	near(r->held.error, error_of(f, &m), 1e-9 + 1e-6 * r->held.error);
	assert_true(r->held_back);
	assert_true(r->saved_step <= o->steps);
	assert_int_equal(r->held.tokens, f->s.held.count);
	assert_int_equal(r->train.tokens, f->s.train.count);
	assert_int_equal(r->held.codes, o->k * o->stages * o->groups);
	assert_true(r->held.used <= r->held.codes);
	assert_int_equal(f->reports, o->steps);
	model_free(&m);
}

static void
every_type_trains_in_stages_and_groups(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (int net = 0; net < 2; net++)
			for (int random = 0; random < 2; random++) {
				struct trainer_opts o =
					tiny_opts(learner_types[i]->name);
				struct tiny f;

				tiny_data(&f, ITEM_ROWS, 1, NULL);
				o.stages = o.groups = 2;
				o.start = random ? START_RANDOM : START_KMEANS;
				o.net = net ? NET_LINEAR : NET_NONE;
				o.d = net ? 5 : 8;
				tiny_train(&f, &o, NULL);
				check(&f, &o);
				if (!random) /* half the variance is easy */
					assert_true(f.r.held.error < 0.5);
				tiny_free(&f);
			}
}

static void
every_medium_trains(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct trainer_opts o = tiny_opts("simvq");
		struct tiny f;

		tiny_data(&f, (enum item_kind)kind, 1, NULL);
		tiny_train(&f, &o, NULL);
		check(&f, &o);
		tiny_free(&f);
	}
}

static void
same_record(const struct record *a, const struct record *b)
{
	assert_int_equal(a->count, b->count);
	assert_true(json_equal(a->meta.map, b->meta.map));
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->tensor[i].name, b->tensor[i].name);
		assert_int_equal(a->tensor[i].bytes, b->tensor[i].bytes);
		assert_memory_equal(a->tensor[i].data, b->tensor[i].data,
			a->tensor[i].bytes);
	}
}

static void
any_pool_gives_the_same_model(void **state)
{
	static const char *const types[] = { "simvq", "ema", "kmeans" };

	(void)state;
	for (int kind = 0; kind < 3; kind++) {
		struct tiny f[3];

		for (size_t j = 0; j < 3; j++) {
			struct trainer_opts o = tiny_opts(types[kind]);
			struct pool *pool = pool_open(j + 1);

			o.stages = 2;
			tiny_data(&f[j], (enum item_kind)kind, 1, pool);
			tiny_train(&f[j], &o, pool);
			same_record(&f[j].r.record, &f[0].r.record);
			assert_true(f[j].r.held.error == f[0].r.held.error);
			pool_close(pool);
		}
		for (size_t j = 0; j < 3; j++)
			tiny_free(&f[j]);
	}
}

static void
another_seed_gives_another_model(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct model a, b;
	struct tiny f, g;
	struct err e;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	tiny_data(&g, ITEM_ROWS, 1, NULL);
	tiny_train(&f, &o, NULL);
	o.seed++;
	tiny_train(&g, &o, NULL);
	assert_int_equal(model_from_record(&a, &f.r.record, &e), 0);
	assert_int_equal(model_from_record(&b, &g.r.record, &e), 0);
	assert_string_not_equal(a.fingerprint, b.fingerprint);
	model_free(&a);
	model_free(&b);
	tiny_free(&f);
	tiny_free(&g);
}

/* From random maps there is much to learn. */
static void
training_improves_on_the_start(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct tiny f;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	o.steps = 150;
	o.start = START_RANDOM;
	o.net_rate = o.quant_rate = 3e-2;
	tiny_train(&f, &o, NULL);
	check(&f, &o);
	assert_true(f.r.held.error < 0.6 * f.r.start.error);
	assert_true(f.r.saved_step > 0);
	tiny_free(&f);
}

/* A rate that ruins the model: the start, or what settles from it, stays. */
static void
ignore(void *arg, size_t step, const struct trainer_report *r)
{
	(void)arg;
	(void)step;
	(void)r;
}

static void
ruin_is_not_saved(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct trainer_hooks hooks = { .arg = NULL, .step = ignore };
	struct tiny f;
	struct err e;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	o.net_rate = o.quant_rate = 1e4;
	if (trainer_run(&o, &f.s, NULL, &hooks, &f.r, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(f.r.saved_step, 0);
	assert_true(f.r.held.error <= f.r.start.error);
	tiny_free(&f);
}

static void
no_steps_save_the_start_or_what_settles(void **state)
{
	struct trainer_opts o = tiny_opts("kmeans");
	struct tiny f;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	o.steps = 0;
	tiny_train(&f, &o, NULL);
	check(&f, &o);
	assert_int_equal(f.r.saved_step, 0);
	tiny_free(&f);
}

/* Two more Lloyd steps and the least-squares decoder, with the encoder as it
 * was: on the vectors they saw that cannot be worse. */
static void
settling_improves_what_it_sees(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct trainee t;
	struct model m;
	struct tiny f;
	struct err e;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	f.s.held.count = 0; /* judge on the training sample */
	o.steps = 0;
	o.stages = 2;
	tiny_train(&f, &o, NULL);
	assert_true(f.r.settled && !f.r.held_back);
	assert_int_equal(f.r.saved_step, 0);
	assert_true(f.r.held.error < f.r.start.error);
	trainee_init(&t, &o, &f.t, NULL);
	assert_int_equal(trainee_start(&t,
				 &(struct sample){ .x = f.s.train.x,
					 .n = f.s.train.count },
				 &e),
		0);
	assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
	same_bits(m.net.a, params_in(&t.ps, t.ps.w, t.encoder), 5 * 8);
	model_free(&m);
	trainee_free(&t);
	tiny_free(&f);
}

static void
constant_data_and_one_code_train(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		struct trainer_opts o = tiny_opts(learner_types[i]->name);
		struct tiny f;

		o.stages = o.groups = 2;
		tiny_data(&f, ITEM_ROWS, 0, NULL);
		tiny_train(&f, &o, NULL);
		check(&f, &o);
		near(f.r.held.error, 0, 1e-9);
		tiny_free(&f);

		if (o.type->codes)
			continue; /* one code is none of its numbers */
		o.stages = o.groups = o.k = 1;
		tiny_data(&f, ITEM_ROWS, 1, NULL);
		tiny_train(&f, &o, NULL);
		check(&f, &o);
		near(f.r.train.error, 1, 0.02); /* the mean says nothing */
		near(f.r.held.perplexity, 1, 1e-9);
		tiny_free(&f);
	}
}

static void
a_frozen_table_does_not_learn(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct trainee t;
	struct tiny f;
	struct err e;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	o.quant.freeze_table = true;
	trainee_init(&t, &o, &f.t, NULL);
	assert_int_equal(trainee_start(&t,
				 &(struct sample){ .x = f.s.train.x,
					 .n = f.s.train.count },
				 &e),
		0);
	assert_int_equal(t.ps.row[t.learner[0].table].group, PARAM_FIXED);
	trainee_free(&t);
	tiny_train(&f, &o, NULL);
	check(&f, &o);
	tiny_free(&f);
}

/* From a model: with no steps it is judged as it was. */
static void
a_given_model_is_the_start(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct tiny f, g;
	struct model m;
	struct err e;

	(void)state;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	tiny_data(&g, ITEM_ROWS, 1, NULL);
	o.stages = o.groups = 2;
	tiny_train(&f, &o, NULL);
	assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
	o.from = &m;
	tiny_train(&g, &o, NULL);
	near(g.r.start.error, f.r.held.error, 1e-5);
	check(&g, &o);
	model_free(&m);
	tiny_free(&f);
	tiny_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_trains_in_stages_and_groups),
		cmocka_unit_test(every_medium_trains),
		cmocka_unit_test(any_pool_gives_the_same_model),
		cmocka_unit_test(another_seed_gives_another_model),
		cmocka_unit_test(training_improves_on_the_start),
		cmocka_unit_test(ruin_is_not_saved),
		cmocka_unit_test(no_steps_save_the_start_or_what_settles),
		cmocka_unit_test(settling_improves_what_it_sees),
		cmocka_unit_test(constant_data_and_one_code_train),
		cmocka_unit_test(a_frozen_table_does_not_learn),
		cmocka_unit_test(a_given_model_is_the_start),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
