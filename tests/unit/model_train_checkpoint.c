/* A training that is broken off and gone on with ends as the whole one. */
#include <unistd.h>

#include "model/train_checkpoint.h"
#include "model_tiny.h"

#define NEW "now.checkpoint"
#define OLD "old.checkpoint"

struct broken {
	struct tiny f;
	size_t step;       /* the checkpoint of which becomes OLD */
	size_t first;      /* step that was seen */
	const char *words; /* the options; NULL: k=16 */
};

static void
watch(void *arg, size_t step, const struct trainer_report *r)
{
	struct broken *b = arg;

	(void)r;
	if (!b->first)
		b->first = step;
	/* That of a step is written behind its report. */
	if (step == b->step + 1)
		assert_int_equal(rename(NEW, OLD), 0);
}

/* Small data; those that stream come again and again. */
static void
open_data(struct tiny *f, enum item_kind kind, bool streams)
{
	struct transform t = { .kind = kind };
	struct dataset_opts o;
	struct err e;

	tiny_data(f, kind, 1, NULL);
	if (!streams)
		return;
	t.patch = f->t.patch;
	t.channels = f->t.channels;
	t.sample_rate = f->t.sample_rate;
	t.dim = kind == ITEM_ROWS ? f->t.dim : 0;
	o = f->s.opts;
	o.buffer_bytes = 1;
	dataset_close(&f->s);
	transform_free(&f->t);
	f->t = t;
	transform_init(&f->t);
	assert_int_equal(dataset_open(&f->s, &f->c, &f->t, &o, NULL, &e), 0);
	assert_true(f->s.streams);
}

/* From OLD, if there is one and resume says so. */
static int
train(struct broken *b, struct trainer_opts o, bool resume, struct err *e)
{
	struct trainer_hooks hooks = { .arg = b, .step = watch };
	int status;

	o.keep = (struct train_keep){ .path = resume ? OLD : NEW,
		.every_steps = b->step ? b->step : 1000,
		.force = true,
		.resume = resume,
		.words = mem_strdup(b->words ? b->words : "k=16\n"),
		.usual = mem_strdup("k=8\nnew=no\n") };
	status = train_keep_open(&o.keep, e);
	if (status == 0)
		status = trainer_run(&o, &b->f.s, NULL, &hooks, &b->f.r, e);
	train_keep_free(&o.keep);
	return status;
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
break_off(const struct trainer_opts *o, enum item_kind kind, bool streams,
	size_t step)
{
	struct broken whole = { .step = step }, rest = { 0 };
	struct err e;

	open_data(&whole.f, kind, streams);
	open_data(&rest.f, kind, streams);
	if (train(&whole, *o, false, &e) != 0 || train(&rest, *o, true, &e))
		fail_msg("%s: %s", o->type->name, e.msg);
	assert_int_equal(rest.first, step + 1);
	same_record(&whole.f.r.record, &rest.f.r.record);
	assert_int_equal(whole.f.r.saved_step, rest.f.r.saved_step);
	assert_true(whole.f.r.start.error == rest.f.r.start.error);
	assert_true(whole.f.r.held.error == rest.f.r.held.error);
	assert_true(whole.f.r.train.error == rest.f.r.train.error);
	tiny_free(&whole.f);
	tiny_free(&rest.f);
	unlink(OLD);
	unlink(NEW);
}

static void
every_type_goes_on(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (size_t stages = 1; stages < 3; stages++) {
			struct trainer_opts o =
				tiny_opts(learner_types[i]->name);

			o.steps = 25;
			o.keep_last = stages == 2;
			o.stages = stages;
			o.groups = stages == 2 ? 2 : 1;
			break_off(&o, ITEM_ROWS, false, 13);
		}
}

static void
every_medium_goes_on_where_it_streams(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++)
		for (size_t step = 0; step < 12; step += 5) {
			struct trainer_opts o = tiny_opts("simvq");

			o.stages = 2;
			o.keep_last = true;
			o.schedule = SCHEDULE_COSINE;
			o.warm_up = 3;
			break_off(&o, (enum item_kind)kind, true, step);
		}
}

static void
every_basis_and_search_goes_on(void **state)
{
	(void)state;
	for (int i = 0; i < 7; i++) {
		struct trainer_opts o = tiny_opts(i == 6 ? "ema" : "simvq");

		o.stages = 2;
		o.keep_last = o.no_settle = i % 2;
		o.start = i == 2 ? START_RANDOM : START_KMEANS;
		if (i < 4)
			o.quant.basis = (enum learner_basis)i;
		o.shared = i == 4;
		o.quant.lambda = i >= 5 ? 0.01 : 0;
		break_off(&o, ITEM_ROWS, false, 7);
	}
}

static void
what_diverges_goes_on_as_it_did(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");

	(void)state;
	o.net_rate = o.quant_rate = 20;
	o.warm_up = 1;
	o.steps = 60;
	for (size_t step = 1; step < 20; step += 3)
		break_off(&o, ITEM_ROWS, false, step);
}

static void
other_data_and_fewer_steps_are_refused(void **state)
{
	struct trainer_opts o = tiny_opts("simvq");
	struct broken b = { .step = 11 };
	struct err e;

	(void)state;
	open_data(&b.f, ITEM_ROWS, false);
	if (train(&b, o, false, &e) != 0)
		fail_msg("%s", e.msg);
	tiny_free(&b.f);
	b = (struct broken){ 0 };
	tiny_data(&b.f, ITEM_ROWS, 2, NULL);
	assert_int_equal(train(&b, o, true, &e), -1);
	assert_non_null(strstr(e.msg, "other data"));
	tiny_free(&b.f);
	open_data(&b.f, ITEM_ROWS, false);
	o.steps = 10;
	assert_int_equal(train(&b, o, true, &e), -1);
	assert_non_null(strstr(e.msg, "step 11"));
	tiny_free(&b.f);
	unlink(OLD);
	unlink(NEW);
}

/* What another program made knows other options. */
static void
options_of_another_version_have_their_usual_values(void **state)
{
	static const struct {
		const char *now, *why;
	} tries[] = {
		{ "k=16\nnew=no\n", NULL },
		{ "new=no\nk=16\n", NULL },
		{ "k=16\nnew=yes\n", "made with new=no, not new=yes" },
		{ "k=8\nnew=no\n", "made with k=16, not k=8" },
		{ "new=no\n", "made with k=16, which is no option now" },
	};
	struct trainer_opts o = tiny_opts("simvq");
	struct broken b = { .step = 11 };
	struct err e;

	(void)state;
	open_data(&b.f, ITEM_ROWS, false);
	if (train(&b, o, false, &e) != 0)
		fail_msg("%s", e.msg);
	tiny_free(&b.f);
	for (size_t i = 0; i < sizeof(tries) / sizeof(*tries); i++) {
		b = (struct broken){ .words = tries[i].now };
		open_data(&b.f, ITEM_ROWS, false);
		if (tries[i].why) {
			assert_int_equal(train(&b, o, true, &e), -1);
			assert_non_null(strstr(e.msg, tries[i].why));
		} else if (train(&b, o, true, &e) != 0) {
			fail_msg("%s", e.msg);
		}
		tiny_free(&b.f);
	}
	unlink(OLD);
	unlink(NEW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_goes_on),
		cmocka_unit_test(every_medium_goes_on_where_it_streams),
		cmocka_unit_test(every_basis_and_search_goes_on),
		cmocka_unit_test(what_diverges_goes_on_as_it_did),
		cmocka_unit_test(other_data_and_fewer_steps_are_refused),
		cmocka_unit_test(
			options_of_another_version_have_their_usual_values),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
