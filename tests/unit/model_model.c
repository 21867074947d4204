/*
 * Model files: saved and loaded they give the same codes; whatever is missing
 * or wrong in one is named, and never harms.
 */
#include "model_tiny.h"

/* A trained model of this kind in a file. */
static void
save(const struct record *r, const char *name)
{
	struct output *o = items_open(name);
	struct err e;

	assert_int_equal(record_write(r, o, &e), 0);
	items_close(o);
}

static struct trainer_opts
opts(size_t stages, size_t groups, const char *type)
{
	struct trainer_opts o = tiny_opts(type);

	o.steps = 3;
	o.k = learner_type_codes(o.type, 9);
	o.stages = stages;
	o.groups = groups;
	return o;
}

static void
a_saved_model_gives_the_same_codes(void **state)
{
	(void)state;
	for (int kind = 0; kind < 3; kind++)
		for (size_t i = 0; learner_types[i]; i++) {
			struct trainer_opts o = opts(1 + i % 2,
				1 + (size_t)kind, learner_types[i]->name);
			uint32_t *codes, *again;
			struct model a, b;
			struct tiny f;
			struct err e;
			size_t n;

			tiny_data(&f, (enum item_kind)kind, 1, NULL);
			tiny_train(&f, &o, NULL);
			save(&f.r.record, "model");
			assert_int_equal(
				model_from_record(&a, &f.r.record, &e), 0);
			assert_int_equal(
				model_load(&b, items_path("model"), &e), 0);
			assert_string_equal(a.fingerprint, b.fingerprint);
			assert_int_equal(b.transform.kind, kind);
			assert_int_equal(b.transform.patch, f.t.patch);
			assert_int_equal(b.transform.channels, f.t.channels);
			assert_int_equal(
				b.transform.sample_rate, f.t.sample_rate);
			same_bits(b.transform.mu, f.t.mu, f.t.dim);
			same_bits(&b.transform.scale, &f.t.scale, 1);
			codes = tiny_codes(&f, &a);
			again = tiny_codes(&f, &b);
			n = f.s.held.count * quantizer_columns(&a.quantizer);
			assert_memory_equal(codes, again, n * sizeof(*codes));
			free(codes);
			free(again);
			model_free(&a);
			model_free(&b);
			tiny_free(&f);
		}
}

/* A small image model to spoil, of two stages and groups. */
static struct record good;

static int
setup(void **state)
{
	struct trainer_opts o = opts(2, 2, "simvq");
	struct tiny f;

	if (items_setup(state) != 0)
		return -1;
	tiny_data(&f, ITEM_IMAGE, 1, NULL);
	tiny_train(&f, &o, NULL);
	good = f.r.record;
	f.r.record = (struct record){ 0 };
	tiny_free(&f);
	return 0;
}

static int
teardown(void **state)
{
	record_free(&good);
	return items_teardown(state);
}

static struct record
copy(void)
{
	struct record r = { 0 };

	meta_copy(&r.meta, &good.meta);
	for (size_t i = 0; i < good.count; i++) {
		const struct tensor *t = &good.tensor[i];
		struct tensor *to = record_add(
			&r, t->name, t->dtype, t->rank, t->shape, NULL);

		memcpy(to->data, t->data, t->bytes);
	}
	return r;
}

/* r, freed, is no model, and the words hold this key. */
static void
refused(struct record *r, const char *key)
{
	struct model m;
	struct err e = { "" };

	assert_int_equal(model_from_record(&m, r, &e), -1);
	if (!strstr(e.msg, key))
		fail_msg("\"%s\" not named: %s", key, e.msg);
	model_free(&m); /* nothing left to free twice */
	record_free(r);
}

static void
drop(struct record *r, const char *name)
{
	struct tensor *t = record_find(r, name);

	assert_non_null(t);
	free(t->name);
	t->name = mem_strdup("something.else");
}

static void
a_missing_key_or_tensor_is_named(void **state)
{
	static const char *const keys[] = { "net", "media", "patch", "channels",
		"dim", "d", "stages", "groups" };
	static const char *const tensors[] = { "transform.mu",
		"transform.scale", "encoder.weight", "decoder.weight" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct record r = copy();

		meta_del(&r.meta, keys[i]);
		refused(&r, keys[i]);
	}
	for (size_t i = 0; i < sizeof(tensors) / sizeof(*tensors); i++) {
		struct record r = copy();

		drop(&r, tensors[i]);
		refused(&r, tensors[i]);
	}
	for (size_t c = 0; c < 4; c++) {
		struct record r = copy();
		char a[50], b[50];

		snprintf(a, sizeof(a), "quantize.%zu.codebook", c);
		snprintf(b, sizeof(b), "quantize.%zu.embedding.weight", c);
		drop(&r, a);
		drop(&r, b);
		refused(&r, b);
	}
}

static void
an_absurd_value_is_named(void **state)
{
	static const char *const value[][3] = {
		{ "dim", "1000000000000", "dim" }, { "dim", "0", "dim" },
		{ "dim", "-1", "dim" }, { "dim", "48x", "dim" },
		{ "dim", "99999999999999999999999", "dim" },
		{ "dim", "47", "transform.mu" }, { "d", "0", "\"d\"" },
		{ "d", "49", "\"d\"" }, { "d", "4", "encoder.weight" },
		{ "d", "18446744073709551615", "\"d\"" },
		{ "stages", "0", "stages" }, { "stages", "257", "stages" },
		{ "stages", "256", "stages" },
		{ "stages", "1000000000000", "stages" },
		{ "stages", "3", "quantize.4.embedding.weight" },
		{ "groups", "0", "groups" }, { "groups", "6", "groups" },
		{ "groups", "5", "quantize.0.codebook" },
		{ "patch", "0", "patch" }, { "patch", "5000", "patch" },
		{ "patch", "1000000000000", "patch" },
		{ "patch", "4096", "dim" }, { "channels", "0", "channels" },
		{ "channels", "5", "channels" }, { "channels", "4", "dim" },
		{ "net", "deep", "net" }, { "net", "", "net" },
		{ "media", "smell", "media" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof(value) / sizeof(*value); i++) {
		struct record r = copy();

		meta_set(&r.meta, value[i][0], value[i][1]);
		refused(&r, value[i][2]);
	}
}

/* A model of rows asks for what its file does not hold. */
static void
columns_are_bounded_by_the_tensors(void **state)
{
	struct record r = { 0 };
	size_t dim = 100000, one = 1;
	float scale = 1;

	(void)state;
	meta_set(&r.meta, "media", "rows");
	meta_set(&r.meta, "net", "none");
	meta_set(&r.meta, "dim", "100000");
	meta_set(&r.meta, "d", "100000");
	meta_set(&r.meta, "stages", "256");
	meta_set(&r.meta, "groups", "100000");
	record_add(&r, "transform.mu", DT_F32, 1, &dim, NULL);
	memcpy(record_add(&r, "transform.scale", DT_F32, 1, &one, NULL)->data,
		&scale, sizeof(scale));
	refused(&r, "groups");
}

static void
a_tensor_of_another_shape_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < good.count; i++) {
		const char *name = good.tensor[i].name;
		struct record r = copy();
		struct tensor *t = &r.tensor[i];

		/* With a codebook there C, W and b are not needed. */
		if (strstr(name, "embedding")) {
			record_free(&r);
			continue;
		}
		t->rank = 2;
		t->shape[0] = 3;
		t->shape[1] = tensor_elements(&good.tensor[i]) + 1;
		t->bytes = 3 * t->shape[1] * dtype_size(t->dtype);
		t->data = mem_grow(t->data, t->bytes, 1);
		memset(t->data, 0, t->bytes);
		refused(&r, name);
	}
}

static void
nan_and_infinity_are_named(void **state)
{
	static const float bad[] = { NAN, INFINITY };

	(void)state;
	for (size_t i = 0; i < 2 * good.count; i++) {
		const char *name = good.tensor[i / 2].name;
		struct record r = copy();
		struct tensor *t = &r.tensor[i / 2];

		if (strstr(name, "embedding") || strstr(name, "order")) {
			record_free(&r);
			continue;
		}
		memcpy(t->data + t->bytes - 4, &bad[i % 2], 4);
		refused(&r, name);
	}
}

static void
an_order_that_is_none_is_named(void **state)
{
	static const uint32_t bad[][5] = { { 0, 1, 2, 3, 3 }, { 0, 1, 2, 3, 5 },
		{ 1, 1, 1, 1, 1 }, { 0, 1, 2, 3, UINT32_MAX } };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct record r = copy();
		struct tensor *t = record_find(&r, "quantize.order");

		assert_int_equal(t->bytes, sizeof(bad[i]));
		memcpy(t->data, bad[i], sizeof(bad[i]));
		refused(&r, "quantize.order");
	}
}

static void
a_scale_that_is_not_positive_is_refused(void **state)
{
	static const float bad[] = { 0, -1 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct record r = copy();

		memcpy(record_find(&r, "transform.scale")->data, &bad[i], 4);
		refused(&r, "transform.scale");
	}
}

/* Without the table as searched it is C W^T + b again, bit for bit. */
static void
a_table_is_made_from_its_parts(void **state)
{
	struct model m, again;
	struct record r = copy();
	struct err e;

	(void)state;
	assert_int_equal(model_from_record(&m, &good, &e), 0);
	for (size_t c = 0; c < 4; c++) {
		char name[50];

		snprintf(name, sizeof(name), "quantize.%zu.codebook", c);
		drop(&r, name);
	}
	assert_int_equal(model_from_record(&again, &r, &e), 0);
	for (size_t c = 0; c < 4; c++)
		same_bits(m.quantizer.book[c].q, again.quantizer.book[c].q,
			9 * m.quantizer.book[c].d);
	model_free(&m);
	model_free(&again);
	record_free(&r);
}

/* Two columns of a few MB stand for 16 GB of products. */
static void
a_table_too_large_is_refused_before_it_is_made(void **state)
{
	const size_t d = 1 << 20, k = 4096, one = 1;
	struct record r = { 0 };
	float *scale;

	(void)state;
	meta_set(&r.meta, "media", "rows");
	meta_set(&r.meta, "net", "none");
	meta_set(&r.meta, "dim", "1048576");
	meta_set(&r.meta, "d", "1048576");
	meta_set(&r.meta, "stages", "1");
	meta_set(&r.meta, "groups", "1");
	record_add(&r, "transform.mu", DT_F32, 1, &d, NULL);
	scale = (float *)(void *)record_add(
		&r, "transform.scale", DT_F32, 1, &one, NULL)
			->data;
	*scale = 1;
	record_add(&r, "quantize.embedding.weight", DT_F32, 2,
		(size_t[]){ k, 1 }, NULL);
	record_add(&r, "quantize.embedding_proj.weight", DT_F32, 2,
		(size_t[]){ d, 1 }, NULL);
	refused(&r, "4096 codes of 1048576 numbers");
}

static void
the_fingerprint_sees_every_tensor(void **state)
{
	char want[17], got[17];
	struct record r = copy();

	(void)state;
	model_fingerprint(&good, want);
	model_fingerprint(&r, got);
	assert_string_equal(got, want);
	meta_set(&r.meta, "program", "another");
	model_fingerprint(&r, got);
	assert_string_equal(got, want); /* of the tensors alone */
	for (size_t i = 0; i < r.count; i++) {
		struct tensor *t = &r.tensor[i];

		for (int end = 0; end < 2; end++) {
			t->data[end ? t->bytes - 1 : 0] ^= 1;
			model_fingerprint(&r, got);
			assert_string_not_equal(got, want);
			t->data[end ? t->bytes - 1 : 0] ^= 1;
		}
		t->name[0] ^= 1;
		model_fingerprint(&r, got);
		assert_string_not_equal(got, want);
		t->name[0] ^= 1;
	}
	model_fingerprint(&r, got);
	assert_string_equal(got, want);
	record_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_saved_model_gives_the_same_codes),
		cmocka_unit_test(a_missing_key_or_tensor_is_named),
		cmocka_unit_test(an_absurd_value_is_named),
		cmocka_unit_test(columns_are_bounded_by_the_tensors),
		cmocka_unit_test(a_tensor_of_another_shape_is_named),
		cmocka_unit_test(nan_and_infinity_are_named),
		cmocka_unit_test(an_order_that_is_none_is_named),
		cmocka_unit_test(a_scale_that_is_not_positive_is_refused),
		cmocka_unit_test(a_table_is_made_from_its_parts),
		cmocka_unit_test(
			a_table_too_large_is_refused_before_it_is_made),
		cmocka_unit_test(the_fingerprint_sees_every_tensor),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
