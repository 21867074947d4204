/* A training that diverges: skipped steps, recoveries, the end of it. */
#include "model/guard.h"
#include "model_tiny.h"

/* Samples that turn to NaN for some steps. */
struct fault {
	struct tiny f;
	size_t from, until; /* steps */
	size_t skipped, halved;
	double loss;
	float *whole; /* as they were */
};

static void
break_samples(struct fault *t, bool broken)
{
	struct segment *s = &t->f.s.window[0];
	size_t n = s->rows * s->cols;

	if (!t->whole) {
		t->whole = mem_floats(n);
		memcpy(t->whole, s->x, n * sizeof(*s->x));
	}
	for (size_t i = 0; i < n; i++)
		s->x[i] = broken ? (float)NAN : t->whole[i];
}

static void
watch(void *arg, size_t step, const struct trainer_report *r)
{
	struct fault *t = arg;

	break_samples(t, step + 1 >= t->from && step + 1 < t->until);
	if (!r)
		return;
	t->skipped = r->skipped;
	t->halved = r->halved;
	t->loss = r->loss;
}

static int
train(struct fault *t, const struct trainer_opts *o, struct err *e)
{
	struct trainer_hooks hooks = { .arg = t, .step = watch };
	int status;

	tiny_data(&t->f, ITEM_ROWS, 1, NULL);
	status = trainer_run(o, &t->f.s, NULL, &hooks, &t->f.r, e);
	free(t->whole);
	return status;
}

static void
nan_is_skipped_and_what_learned_goes_on(void **state)
{
	static const char *const types[] = { "simvq", "ema", "cvq", "kmeans" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct trainer_opts o = tiny_opts(types[i]);
		struct fault t = { .from = 4, .until = 9 };
		struct err e;

		if (train(&t, &o, &e) != 0)
			fail_msg("%s: %s", types[i], e.msg);
		assert_int_equal(t.skipped, 5);
		assert_int_equal(t.halved, 2);
		assert_int_equal(t.f.r.skipped, 5);
		assert_int_equal(t.f.r.halved, 2);
		assert_true(isfinite(t.loss));
		assert_true(t.f.r.held.error <= t.f.r.start.error);
		tiny_free(&t.f);
	}
}

static void
one_bad_step_is_skipped_alone(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct fault t = { .from = 4, .until = 5 };
	struct err e;

	(void)state;
	assert_int_equal(train(&t, &o, &e), 0);
	assert_int_equal(t.f.r.skipped, 1);
	assert_int_equal(t.f.r.halved, 0);
	tiny_free(&t.f);
}

static void
what_always_diverges_ends_with_an_error(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct fault t = { 0 };
	struct err e;

	(void)state;
	o.net_rate = o.quant_rate = 1e9;
	o.warm_up = 1;
	o.steps = 100;
	assert_int_equal(train(&t, &o, &e), -1);
	assert_non_null(strstr(e.msg, "diverges"));
	assert_non_null(strstr(e.msg, "-l"));
	assert_int_equal(t.f.r.record.count, 0);
	tiny_free(&t.f);
}

static void
halved_rates_save_a_training(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct fault t = { 0 };
	struct err e;

	(void)state;
	o.net_rate = o.quant_rate = 20;
	o.warm_up = 1;
	o.steps = 300;
	if (train(&t, &o, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(t.f.r.skipped > 0 && t.f.r.halved > 0);
	assert_true(t.f.r.skipped < 100);
	assert_true(t.loss < 20);
	assert_true(t.f.r.held.error <= t.f.r.start.error);
	tiny_free(&t.f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nan_is_skipped_and_what_learned_goes_on),
		cmocka_unit_test(one_bad_step_is_skipped_alone),
		cmocka_unit_test(what_always_diverges_ends_with_an_error),
		cmocka_unit_test(halved_rates_save_a_training),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
