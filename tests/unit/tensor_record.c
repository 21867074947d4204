/* Whole documents are loaded completely or refused with a reason. */
#include "tensor_help.h"

#include "tensor/header.h"
#include "tensor/record.h"
#include "util/output.h"

#define ENOUGH ((size_t)1 << 20)

static struct bytes
saved(const struct record *r)
{
	const char *path = temp_file(&(struct bytes){ 0 });
	struct output *o;
	struct bytes b;
	struct err e;

	o = output_open(path, (struct output_opts){ .force = true }, &e);
	assert_non_null(o);
	assert_int_equal(record_write(r, o, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	b = read_file(path);
	unlink(path);
	return b;
}

static int
load(const struct bytes *b, struct record *r, size_t limit, struct err *e)
{
	const char *path = temp_file(b);
	int status = record_load(r, path, limit, e);

	unlink(path);
	return status;
}

static struct record
example(void)
{
	struct record r = { 0 };
	struct tensor *t;

	meta_set(&r.meta, "kind", "model");
	t = record_add(&r, "w", DT_F32, 2, (size_t[]){ 2, 3 }, NULL);
	dtype_from_f32(t->data, (float[]){ 1, 2, 3, 4, 5, 6 }, 6, DT_F32);
	record_add(&r, "none", DT_F64, 1, (size_t[]){ 0 }, NULL);
	t = record_add(&r, "n", DT_U8, 0, NULL, NULL);
	t->data[0] = 7;
	return r;
}

static void
what_was_saved_is_loaded(void **state)
{
	struct record r = example(), back;
	struct bytes b = saved(&r), again;
	struct err e;
	float *x;

	(void)state;
	assert_int_equal((b.n - 25) % 64, 0);
	assert_int_equal(load(&b, &back, b.n, &e), 0);
	assert_int_equal(back.count, 3);
	assert_string_equal(meta_get(&back.meta, "kind"), "model");
	x = tensor_floats(record_find(&back, "w"));
	assert_true(x[0] == 1 && x[5] == 6);
	free(x);
	assert_int_equal(record_find(&back, "n")->data[0], 7);
	assert_int_equal(tensor_elements(record_find(&back, "n")), 1);
	assert_int_equal(tensor_elements(record_find(&back, "none")), 0);
	assert_int_equal(tensor_row_elements(record_find(&back, "w")), 3);
	assert_null(record_find(&back, "W"));
	again = saved(&back);
	assert_int_equal(again.n, b.n);
	assert_memory_equal(again.p, b.p, b.n);
	bytes_free(&b);
	bytes_free(&again);
	record_free(&r);
	record_free(&back);
	record_free(&back);
}

static void
more_less_or_too_much_is_refused(void **state)
{
	struct record r = example(), back;
	struct bytes b = saved(&r);
	struct err e;

	(void)state;
	assert_int_equal(load(&b, &back, b.n - 1, &e), -1);
	assert_non_null(strstr(e.msg, "are more than the"));
	bytes_add(&b, "\n", 1);
	assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
	assert_non_null(strstr(e.msg, "bytes behind the data, from byte"));
	assert_non_null(strstr(e.msg, "is a file or input of its own"));
	b.n -= 2;
	assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
	assert_non_null(strstr(e.msg, "tensor \"n\": the input ends at byte"));
	assert_non_null(strstr(e.msg, "1 bytes are missing"));
	assert_int_equal(back.count, 0);
	assert_int_equal(record_load(&back, "/nonexistent/x", ENOUGH, &e), -1);
	bytes_free(&b);
	record_free(&r);
}

/* The header claims 2^40 bytes; nothing of that size may be asked for. */
static void
a_claim_is_not_allocated(void **state)
{
	struct bytes b = { 0 };
	struct record back;
	struct err e;

	(void)state;
	if (sizeof(size_t) < 8)
		skip(); /* fewer bits refuse more, in other words */
	bytes_record(&b,
		"{\"x\":{\"dtype\":\"U8\",\"shape\":[1099511627776],"
		"\"data_offsets\":[0,1099511627776]}}",
		(size_t)3 << 20);
	assert_int_equal(load(&b, &back, SIZE_MAX, &e), -1);
	assert_non_null(strstr(e.msg, "1099508482048 bytes are missing"));
	b.n = 8;
	le_put64(b.p, 99999999);
	assert_int_equal(load(&b, &back, SIZE_MAX, &e), -1);
	assert_non_null(strstr(e.msg, "99999999 bytes are missing"));
	le_put64(b.p, UINT64_MAX - 7);
	assert_int_equal(load(&b, &back, SIZE_MAX, &e), -1);
	assert_non_null(
		strstr(e.msg, "no tensor record: a header of 1844674407370"));
	memcpy(b.p, "{\"step\":", 8);
	assert_int_equal(load(&b, &back, SIZE_MAX, &e), -1);
	assert_string_equal(
		e.msg, "text (JSON: a training log?), not a tensor record");
	bytes_free(&b);
}

static void
says_the_same(const struct record *r, struct record *back)
{
	const char *key;
	json_t *value;

	json_object_foreach(r->meta.map, key, value)
	{
		assert_string_equal(
			meta_get(&back->meta, key), json_string_value(value));
	}
	assert_int_equal(back->count, r->count);
	for (size_t i = 0; i < r->count; i++) {
		struct tensor *a = &r->tensor[i], *b = &back->tensor[i];

		assert_string_equal(b->name, a->name);
		assert_int_equal(b->dtype, a->dtype);
		assert_int_equal(b->rank, a->rank);
		assert_memory_equal(b->shape, a->shape, sizeof(a->shape));
		assert_memory_equal(b->data, a->data, a->bytes);
	}
	record_free(back);
}

/* Every changed bit and every shortened file is refused, but for the name of
 * the header's checksum: without it the record is read as older ones are. */
static void
every_damage_is_refused(void **state)
{
	static const char key[] = HEADER_SUM_KEY;
	struct record r = example(), back;
	struct bytes b = saved(&r);
	unsigned char *sum = memmem(b.p, b.n, key, sizeof(key) - 1);
	size_t n = b.n, name, at, harmless = 0;
	struct err e;

	(void)state;
	assert_non_null(sum);
	name = (size_t)(sum - b.p) + 2;
	at = name + strlen(HEADER_SUM "\":\"");
	for (size_t i = 0; i < n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (unsigned char)(1 << bit);
			if (load(&b, &back, ENOUGH, &e) == 0) {
				assert_in_range(
					i - name, 0, strlen(HEADER_SUM) - 1);
				says_the_same(&r, &back);
				harmless++;
			}
			b.p[i] ^= (unsigned char)(1 << bit);
		}
		b.n = i;
		assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
		b.n = n;
	}
	assert_in_range(harmless, 1, 8 * strlen(HEADER_SUM));
	b.p[n - 1] ^= 1;
	assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
	assert_non_null(strstr(e.msg, "metadata key \"crc32\""));
	memcpy(b.p + at, "\"\a\xff,\"}}", 7);
	assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
	assert_non_null(
		strstr(e.msg, "metadata key \"crc32.header\" says \"%07%FF"));
	le_put64(b.p, at + 7 - 8);
	assert_int_equal(load(&b, &back, ENOUGH, &e), -1);
	assert_non_null(strstr(e.msg, "cut short"));
	bytes_free(&b);
	record_free(&r);
}

/* A stranger's metadata, written by us. */
static void
names_like_the_checksum_are_names(void **state)
{
	struct record r = example(), back;
	struct bytes b;
	struct err e;

	(void)state;
	meta_set(&r.meta, HEADER_SUM, "deadbeef");
	meta_set(&r.meta, "x" HEADER_SUM_KEY "12345678", HEADER_SUM_KEY);
	meta_set(&r.meta, "y,\"" HEADER_SUM, "00000000");
	record_add(&r, HEADER_SUM, DT_U8, 0, NULL, NULL);
	b = saved(&r);
	assert_int_equal(load(&b, &back, ENOUGH, &e), 0);
	assert_null(meta_get(&back.meta, HEADER_SUM));
	meta_del(&r.meta, HEADER_SUM);
	says_the_same(&r, &back);
	bytes_free(&b);
	record_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_loaded),
		cmocka_unit_test(more_less_or_too_much_is_refused),
		cmocka_unit_test(a_claim_is_not_allocated),
		cmocka_unit_test(every_damage_is_refused),
		cmocka_unit_test(names_like_the_checksum_are_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
