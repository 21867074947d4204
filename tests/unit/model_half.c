/* Models whose weights are F16: what is judged is what is saved. */
#include "model/half.h"
#include "model_tiny.h"

static void
add(struct record *r, const char *name, enum dtype t, const float *x, size_t n)
{
	struct tensor *to = record_add(r, name, t, 1, &n, NULL);

	dtype_from_f32(to->data, x, n, t);
}

static enum dtype
type_of(const struct record *r, const char *name)
{
	const struct tensor *t = record_find(r, name);

	assert_non_null(t);
	return t->dtype;
}

static void
weights_are_rounded_and_the_rest_is_not(void **state)
{
	static const float x[] = { 0.1f, 65504, -1e-3f, 0 };
	struct record r = { 0 };
	struct err e;
	float *back;

	(void)state;
	add(&r, "transform.mu", DT_F32, x, 4);
	add(&r, "encoder.conv.in.weight", DT_F32, x, 4);
	add(&r, "quantize.3.codebook", DT_F32, x, 4);
	add(&r, "quantize.order", DT_U32, x + 3, 1);
	add(&r, "context.weight", DT_F32, x, 4);
	add(&r, "quantize.3.embedding.weight", DT_F32, x, 4);
	assert_int_equal(half_round(&r, &e), 0);
	assert_int_equal(type_of(&r, "transform.mu"), DT_F32);
	assert_int_equal(type_of(&r, "context.weight"), DT_F32);
	assert_int_equal(type_of(&r, "quantize.3.embedding.weight"), DT_F32);
	assert_int_equal(type_of(&r, "quantize.order"), DT_U32);
	assert_int_equal(type_of(&r, "quantize.3.codebook"), DT_F16);
	assert_int_equal(type_of(&r, "encoder.conv.in.weight"), DT_F16);
	assert_int_equal(r.tensor[1].bytes, 8);
	back = tensor_floats(&r.tensor[1]);
	assert_true(back[0] == 0x1.998p-4f); /* 0.0999755859375 */
	assert_true(back[1] == 65504);
	free(back);
	record_free(&r);
}

static void
a_weight_that_is_too_large_is_named(void **state)
{
	static const float x[] = { 1, -65520 };
	struct record r = { 0 };
	struct err e;

	(void)state;
	add(&r, "decoder.weight", DT_F32, x, 2);
	assert_int_equal(half_round(&r, &e), -1);
	assert_non_null(strstr(e.msg, "\"decoder.weight\": -65520"));
	record_free(&r);
}

static void
what_a_codebook_came_from_is_trimmed(void **state)
{
	static const char *const names[] = { "quantize.0.codebook",
		"quantize.0.embedding.weight", "quantize.0.embedding_proj.bias",
		"quantize.1.embedding.weight", "quantize.2.codebook",
		"quantize.2.project_out.weight", "quantize.2.embedding.weight",
		"encoder.embedding.weight" };
	static const int stays[] = { 1, 0, 0, 1, 1, 1, 1, 1 };
	static const float x[] = { 1 };
	struct record r = { 0 };

	(void)state;
	for (size_t i = 0; i < 8; i++)
		add(&r, names[i], DT_F32, x, 1);
	half_trim(&r);
	assert_int_equal(r.count, 6);
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(record_find(&r, names[i]) != NULL, stays[i]);
	record_free(&r);
}

/* The figures of the result are those of the model in the file. */
static void
what_is_judged_is_what_is_saved(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		struct trainer_opts o = tiny_opts(learner_types[i]->name);
		struct judgement j;
		struct model m;
		struct tiny f;
		struct err e;

		tiny_data(&f, ITEM_ROWS, 1, NULL);
		o.half = true;
		o.stages = 2;
		tiny_train(&f, &o, NULL);
		assert_int_equal(
			type_of(&f.r.record, "encoder.weight"), DT_F16);
		assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
		judge_model(&m, NULL, f.s.held.x, f.s.held.count, &j);
		assert_true(j.error == f.r.held.error);
		assert_int_equal(j.used, f.r.held.used);
		model_free(&m);
		tiny_free(&f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_are_rounded_and_the_rest_is_not),
		cmocka_unit_test(a_weight_that_is_too_large_is_named),
		cmocka_unit_test(what_a_codebook_came_from_is_trimmed),
		cmocka_unit_test(what_is_judged_is_what_is_saved),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
