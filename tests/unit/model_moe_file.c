/*
 * Models of experts in files: what comes back gives the same outputs; training
 * goes on bit for bit from a state; what does not fit is refused by name.
 */
#include "model/moe_adopt.h"
#include "model/moe_file.h"
#include "model/moe_load.h"
#include "model/moe_state.h"
#include "moe_toy.h"
#include "numbers.h"

#define SEEN ((size_t)200)

static struct toy toy;
static struct err e;

static int
fill_toy(void **state)
{
	(void)state;
	toy_fill(&toy);
	return 0;
}

static void
make(struct moe *m, const struct moe_opts *o)
{
	static const float mean[TOY_COLUMNS] = { 0.5f, 0, -1, 0, 2 };
	static const float target[TOY_CLASSES] = { 1, -1 };

	assert_int_equal(moe_init(m, o, NULL, &e), 0);
	moe_scale(m, mean, 1.5f, target, 2);
}

/* Outputs of the first rows, to be freed. */
static float *
outputs(const struct moe *m)
{
	struct moe_batch b = toy_batch(&toy, 0, SEEN);
	size_t size = SEEN * moe_outputs(m);
	float *out = mem_floats(size);
	struct moe_work w;

	moe_work_init(&w, m, SEEN, false, false);
	moe_forward(m, &b, &w, m->o.layers);
	memcpy(out, w.out, size * sizeof(*out));
	moe_work_free(&w, m);
	return out;
}

static bool
same_outputs(const struct moe *a, const struct moe *b)
{
	float *x = outputs(a), *y = outputs(b);
	bool same = memcmp(x, y, SEEN * moe_outputs(a) * sizeof(*x)) == 0;

	free(x);
	free(y);
	return same;
}

static void
a_model_comes_back_as_it_was(void **state)
{
	(void)state;
	for (int k = MOE_VQMOE; k <= MOE_KMEANS; k++)
		for (size_t steps = 2; steps <= 20; steps += 18) {
			struct moe_opts o = toy_opts((enum moe_kind)k);
			struct record r = { 0 };
			struct moe m, back;

			make(&m, &o);
			toy_train(&m, &toy, 0, steps);
			moe_file_record(&m, &r);
			print_message("# %s after %zu steps\n",
				moe_opts_kind_name(o.kind), steps);
			if (moe_load_model(&back, &r, NULL, &e) != 0)
				fail_msg("%s", e.msg);
			assert_true(same_outputs(&m, &back));
			assert_int_equal(moe_layer_columns(m.layer),
				moe_layer_columns(back.layer));
			moe_free(&m);
			moe_free(&back);
			record_free(&r);
		}
}

static void
one_layer_has_the_plain_names(void **state)
{
	static const char *const names[] = { "input.mean", "input.scale",
		"input.weight", "norm.weight", "router.weight", "gate.weight",
		"experts.fc1.weight", "experts.fc2.bias", "quantize.codebook",
		"code_to_expert", "target.mean", "target.scale",
		"head.weight" };
	struct moe_opts o = toy_opts(MOE_VQMOE);
	struct record r = { 0 };
	struct moe m;

	(void)state;
	o.layers = 1;
	o.head = MOE_REAL;
	o.outputs = 2;
	make(&m, &o);
	toy_train(&m, &toy, 0, 10);
	moe_file_record(&m, &r);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!record_find(&r, names[i]))
			fail_msg("no %s", names[i]);
	assert_int_equal(record_find(&r, "experts.fc1.weight")->rank, 3);
	moe_free(&m);
	record_free(&r);
}

/* Train to the middle, save, go on here and in a model made of the state. */
static void
goes_on(struct moe_opts o, size_t middle, size_t end)
{
	struct record state = { 0 }, a = { 0 }, b = { 0 };
	struct moe m, again;

	make(&m, &o);
	toy_train(&m, &toy, 0, middle);
	moe_state_save(&m, &state);
	toy_train(&m, &toy, middle, end);
	assert_int_equal(moe_init(&again, &o, NULL, &e), 0);
	if (moe_state_load(&again, &state, &e) != 0)
		fail_msg("%s", e.msg);
	toy_train(&again, &toy, middle, end);
	moe_file_record(&m, &a);
	moe_file_record(&again, &b);
	assert_int_equal(a.count, b.count);
	for (size_t i = 0; i < a.count; i++)
		if (memcmp(a.tensor[i].data, b.tensor[i].data,
			    a.tensor[i].bytes) != 0)
			fail_msg("%s of %s differs", a.tensor[i].name,
				moe_opts_kind_name(o.kind));
	moe_free(&m);
	moe_free(&again);
	record_free(&state);
	record_free(&a);
	record_free(&b);
}

static void
training_goes_on_bit_for_bit(void **state)
{
	(void)state;
	for (int k = MOE_VQMOE; k <= MOE_KMEANS; k++) {
		goes_on(toy_opts((enum moe_kind)k), 3, 20);
		goes_on(toy_opts((enum moe_kind)k), 15, 20);
	}
	for (size_t i = 0; learner_types[i]; i++) {
		struct moe_opts o = toy_opts(MOE_VQMOE);

		if (!learner_type_plain(learner_types[i]))
			continue;
		o.type = learner_types[i];
		goes_on(o, 15, 130);
	}
}

static void
other_options_are_refused_by_name(void **state)
{
	struct moe_opts o = toy_opts(MOE_SOFTMAX);
	struct record r = { 0 };
	struct moe m, other;

	(void)state;
	make(&m, &o);
	moe_state_save(&m, &r);
	o.balance = 0.5;
	assert_int_equal(moe_init(&other, &o, NULL, &e), 0);
	assert_int_equal(moe_state_load(&other, &r, &e), -1);
	assert_non_null(strstr(e.msg, "balance=0.01"));
	assert_non_null(strstr(e.msg, "balance=0.5"));
	moe_free(&m);
	moe_free(&other);
	record_free(&r);
}

static void
a_checkpoint_with_a_map_beyond_the_experts_is_refused(void **state)
{
	struct moe_opts o = toy_opts(MOE_VQMOE);
	struct record r = { 0 };
	struct moe m, other;
	uint32_t far = 4;

	(void)state;
	make(&m, &o);
	toy_train(&m, &toy, 0, 10);
	moe_state_save(&m, &r);
	memcpy(record_find(&r, "state.map.1")->data, &far, sizeof(far));
	assert_int_equal(moe_init(&other, &o, NULL, &e), 0);
	assert_int_equal(moe_state_load(&other, &r, &e), -1);
	assert_string_equal(e.msg, "state.map.1: code 0 goes to expert 4 of 4");
	moe_free(&m);
	moe_free(&other);
	record_free(&r);
}

/* A model of one kind goes on as another. */
static void
adopt(const struct moe_opts *from, const struct moe_opts *to, size_t steps,
	struct moe *m)
{
	struct record r = { 0 };
	struct moe first;

	make(&first, from);
	toy_train(&first, &toy, 0, steps);
	moe_file_record(&first, &r);
	assert_int_equal(moe_init(m, to, NULL, &e), 0);
	if (moe_adopt_model(m, &r, &e) != 0)
		fail_msg("%s", e.msg);
	if (from->kind == to->kind && from->outputs == to->outputs)
		assert_true(same_outputs(&first, m));
	moe_free(&first);
	record_free(&r);
}

static void
a_model_goes_on_as_another(void **state)
{
	struct moe_opts soft = toy_opts(MOE_SOFTMAX), vq = toy_opts(MOE_VQMOE);
	struct moe_opts alone = toy_opts(MOE_VQ), modulo = vq;
	struct moe m;

	(void)state;
	adopt(&soft, &soft, 10, &m);
	moe_free(&m);
	adopt(&vq, &vq, 10, &m);
	assert_true(m.built);
	moe_free(&m);
	adopt(&soft, &vq, 10, &m);
	assert_false(m.built);
	toy_train(&m, &toy, 0, 10);
	assert_true(m.built);
	moe_free(&m);
	modulo.map = MOE_MODULO;
	adopt(&modulo, &modulo, 10, &m);
	assert_true(m.built);
	moe_free(&m);
	adopt(&modulo, &alone, 10, &m); /* another map: a new codebook */
	assert_false(m.built);
	moe_free(&m);
	alone.freeze_codes = true;
	adopt(&vq, &alone, 10, &m);
	assert_true(m.built);
	assert_int_equal(moe_layer_columns(m.layer), 1);
	moe_free(&m);
}

static void
a_head_may_grow(void **state)
{
	struct moe_opts few = toy_opts(MOE_SOFTMAX), more = few;
	struct record r = { 0 };
	struct moe m, grown;
	float *a, *b;

	(void)state;
	more.outputs = TOY_CLASSES + 3;
	make(&m, &few);
	toy_train(&m, &toy, 0, 10);
	moe_file_record(&m, &r);
	assert_int_equal(moe_init(&grown, &more, NULL, &e), 0);
	assert_int_equal(moe_adopt_model(&grown, &r, &e), 0);
	a = outputs(&m);
	b = outputs(&grown);
	for (size_t v = 0; v < SEEN; v++)
		assert_memory_equal(a + v * TOY_CLASSES,
			b + v * (TOY_CLASSES + 3), TOY_CLASSES * sizeof(*a));
	free(a);
	free(b);
	moe_free(&m);
	moe_free(&grown);
	record_free(&r);
}

static void
experts_of_elsewhere_are_run_and_kept(void **state)
{
	struct moe_opts o = toy_opts(MOE_VQMOE), found;
	size_t w1[3] = { 3, 7, TOY_COLUMNS }, w2[3] = { 3, TOY_COLUMNS, 7 };
	size_t router[2] = { 3, TOY_COLUMNS }, n = 3 * 7 * TOY_COLUMNS;
	struct rng rng = seeded("experts");
	struct record r = { 0 };
	float *w = normals(&rng, n, 1);
	struct moe m;

	(void)state;
	dtype_from_f32(
		record_add(&r, "experts.fc1.weight", DT_F32, 3, w1, NULL)->data,
		w, n, DT_F32);
	dtype_from_f32(
		record_add(&r, "experts.fc2.weight", DT_F32, 3, w2, NULL)->data,
		w, n, DT_F32);
	dtype_from_f32(
		record_add(&r, "router.weight", DT_F32, 2, router, NULL)->data,
		w, 3 * TOY_COLUMNS, DT_F32);
	found = o;
	assert_int_equal(moe_adopt_opts(&found, &r, &e), 0);
	assert_int_equal(found.experts, 3);
	assert_int_equal(found.hidden, 7);
	assert_true(found.fixed_router);
	assert_int_equal(moe_init(&m, &found, NULL, &e), 0);
	assert_int_equal(moe_adopt_experts(&m, &r, &e), 0);
	assert_memory_equal(
		m.ps.w + m.ps.row[m.layer->experts.w1].at, w, n * sizeof(*w));
	record_free(&r);
	moe_free(&m);
	free(w);
}

/* A good record, spoilt. */
static void
refuses(void (*spoil)(struct record *r), const char *words)
{
	struct moe_opts o = toy_opts(MOE_VQMOE);
	struct record r = { 0 };
	struct moe m;

	o.layers = 1;
	make(&m, &o);
	toy_train(&m, &toy, 0, 10);
	moe_file_record(&m, &r);
	moe_free(&m);
	spoil(&r);
	assert_int_equal(moe_load_model(&m, &r, NULL, &e), -1);
	if (!strstr(e.msg, words))
		fail_msg("\"%s\" has not \"%s\"", e.msg, words);
	record_free(&r);
}

static void
huge_hidden(struct record *r)
{
	meta_set(&r->meta, "hidden", "16777216");
}

static void
huge_layers(struct record *r)
{
	meta_set(&r->meta, "layers", "1000");
}

static void
huge_codes(struct record *r)
{
	meta_set(&r->meta, "codes", "16777216");
}

static void
no_router(struct record *r)
{
	meta_set(&r->meta, "router", "oracle");
}

static void
code_beyond(struct record *r)
{
	uint32_t far = 4;

	dtype_from_u32(record_find(r, "code_to_expert")->data, &far, 1, DT_U32);
}

static void
not_a_number(struct record *r)
{
	float nan = NAN;

	dtype_from_f32(record_find(r, "head.bias")->data, &nan, 1, DT_F32);
}

static void
renamed(struct record *r)
{
	record_find(r, "gate.weight")->name[0] = 'x';
}

static void
no_scale(struct record *r)
{
	float zero = 0;

	dtype_from_f32(record_find(r, "input.scale")->data, &zero, 1, DT_F32);
}

static void
what_does_not_fit_is_refused(void **state)
{
	(void)state;
	refuses(huge_hidden, "sizes");
	refuses(huge_layers, "sizes");
	refuses(huge_codes, "sizes");
	refuses(no_router, "\"router\"");
	refuses(code_beyond, "code 0 goes to expert 4 of 4");
	refuses(not_a_number, "head.bias");
	refuses(renamed, "gate.weight");
	refuses(no_scale, "scale");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_model_comes_back_as_it_was),
		cmocka_unit_test(one_layer_has_the_plain_names),
		cmocka_unit_test(training_goes_on_bit_for_bit),
		cmocka_unit_test(other_options_are_refused_by_name),
		cmocka_unit_test(
			a_checkpoint_with_a_map_beyond_the_experts_is_refused),
		cmocka_unit_test(a_model_goes_on_as_another),
		cmocka_unit_test(a_head_may_grow),
		cmocka_unit_test(experts_of_elsewhere_are_run_and_kept),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, fill_toy, NULL);
}
