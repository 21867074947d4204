/* Going on with a model: what is kept, what is said of its codes. */
#include "model_tiny.h"
#include "stats/drift.h"

/* A model trained on the tiny data of a scale, to go on with. */
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

static struct trainer_opts
going_on(const struct old *o, struct trainer_opts opts)
{
	opts.from = &o->m;
	opts.learned = &o->f.r.record;
	return opts;
}

static void
same_tensors(const struct record *a, const struct record *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->tensor[i].name, b->tensor[i].name);
		assert_int_equal(a->tensor[i].bytes, b->tensor[i].bytes);
		assert_memory_equal(a->tensor[i].data, b->tensor[i].data,
			a->tensor[i].bytes);
	}
}

/* No step: all tensors are the old model's, also those behind the table. */
static void
without_a_step_it_is_the_old_model(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (int frozen = 0; frozen < 2; frozen++) {
			struct trainer_opts o =
				tiny_opts(learner_types[i]->name);
			struct old old;
			struct tiny f;

			o.stages = o.groups = 2;
			o.quant.freeze_table = frozen;
			old_train(&old, &o);
			o = going_on(&old, o);
			o.steps = 0;
			o.no_settle = true;
			tiny_data(&f, ITEM_ROWS, 1, NULL);
			tiny_train(&f, &o, NULL);
			same_tensors(&f.r.record, &old.f.r.record);
			assert_true(f.r.continued);
			assert_true(f.r.held.error == old.f.r.held.error);
			assert_true(f.r.held_drift.churn == 0);
			assert_true(f.r.train_drift.churn == 0);
			assert_true(f.r.train_drift.distance == 0);
			assert_string_equal(
				meta_get(&f.r.record.meta, "continued_from"),
				old.m.fingerprint);
			tiny_free(&f);
			old_free(&old);
		}
}

/* Steps change codes; the share is that of the definition. */
static void
churn_is_the_share_of_changed_tokens(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	size_t changed = 0, first = 0, n;
	uint32_t *was, *is;
	struct old old;
	struct tiny f;
	struct model m;
	struct err e;
	char text[40];

	(void)state;
	o.stages = 2;
	old_train(&old, &o);
	o = going_on(&old, o);
	o.net_rate = o.quant_rate = 3e-2;
	o.keep_last = true;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	tiny_train(&f, &o, NULL);
	assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
	was = tiny_codes(&f, &old.m);
	is = tiny_codes(&f, &m);
	n = f.s.held.count;
	for (size_t v = 0; v < n; v++) {
		changed += was[2 * v] != is[2 * v] ||
			was[2 * v + 1] != is[2 * v + 1];
		first += was[2 * v] != is[2 * v];
	}
	assert_true(changed > first && first > 0);
	assert_int_equal(f.r.held_drift.tokens, n);
	near(f.r.held_drift.churn, (double)changed / (double)n, 1e-12);
	assert_true(f.r.held_drift.distance > 0);
	snprintf(text, sizeof(text), "%.6g,", (double)first / (double)n);
	assert_non_null(
		strstr(meta_get(&f.r.record.meta, "churn_columns"), text));
	free(was);
	free(is);
	model_free(&m);
	tiny_free(&f);
	old_free(&old);
}

/* Another type starts from the codes alone. */
static void
any_plain_type_goes_on_with_any_other(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (size_t j = 0; learner_types[j]; j++) {
			struct trainer_opts o =
				tiny_opts(learner_types[i]->name);
			struct old old;
			struct tiny f;

			if (!learner_type_plain(learner_types[i]) ||
				!learner_type_plain(learner_types[j]))
				continue;
			old_train(&old, &o);
			o = going_on(&old, o);
			o.type = learner_types[j];
			o.steps = 0;
			o.no_settle = true;
			tiny_data(&f, ITEM_ROWS, 1, NULL);
			tiny_train(&f, &o, NULL);
			/* Up to what C + b rounds. */
			assert_true(f.r.train_drift.churn < 0.01);
			near(f.r.held.error, old.f.r.held.error, 1e-6);
			tiny_free(&f);
			old_free(&old);
		}
}

/* What b has begins with what a has, tensor by tensor. */
static void
begins_with(const struct record *b, const struct record *a)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		assert_string_equal(a->tensor[i].name, b->tensor[i].name);
		assert_true(b->tensor[i].bytes >= a->tensor[i].bytes);
		assert_memory_equal(b->tensor[i].data, a->tensor[i].data,
			a->tensor[i].bytes);
	}
}

/* More codes, no step: the old ones are the model's to the bit. */
static void
grown_codebooks_begin_with_the_old(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		struct trainer_opts o = tiny_opts(learner_types[i]->name);
		struct old old;
		struct tiny f;

		if (!learner_type_plain(learner_types[i]))
			continue;
		o.stages = o.groups = 2;
		old_train(&old, &o);
		o = going_on(&old, o);
		o.k = 50;
		o.steps = 0;
		o.no_settle = true;
		tiny_data(&f, ITEM_ROWS, 1, NULL);
		tiny_train(&f, &o, NULL);
		begins_with(&f.r.record, &old.f.r.record);
		assert_true(f.r.held.error < 0.9 * old.f.r.held.error);
		assert_true(f.r.train_drift.split > 0.1);
		assert_true(f.r.train_drift.churn < 1);
		assert_non_null(meta_get(&f.r.record.meta, "split"));
		assert_int_equal(f.r.held.codes, 4 * 50);
		tiny_free(&f);

		o.steps = 12; /* and learns, and settles */
		o.no_settle = false;
		tiny_data(&f, ITEM_ROWS, 1, NULL);
		tiny_train(&f, &o, NULL);
		assert_true(f.r.held.error <= f.r.start.error);
		tiny_free(&f);
		old_free(&old);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_step_it_is_the_old_model),
		cmocka_unit_test(churn_is_the_share_of_changed_tokens),
		cmocka_unit_test(any_plain_type_goes_on_with_any_other),
		cmocka_unit_test(grown_codebooks_begin_with_the_old),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
