/* Items come out of a stream in parts, complete or marked as failed. */
#include "tensor_help.h"

static const struct stream_opts plain = { 0 };

/* Compare what small documents give with the lines wanted. */
static void
expect(struct bytes *b, struct stream_opts o, const char *want)
{
	char *got = parts_of_bytes(b, o, false);

	bytes_free(b);
	if (strcmp(got, want) != 0)
		fail_msg("got\n%swant\n%s", got, want);
	free(got);
}

/* A record of n U8 rows `codes` with this metadata (JSON members). */
static void
add_codes(struct bytes *b, const char *meta, size_t n)
{
	char *json = mem_printf("{\"__metadata__\":{%s},\"codes\":{\"dtype\":"
				"\"U8\",\"shape\":[%zu,1],\"data_offsets\":"
				"[0,%zu]}}",
		meta, n, n);

	bytes_record(b, json, n);
	free(json);
}

static void
add_part(struct bytes *b, const char *item, int part, const char *last)
{
	char *meta = mem_printf("\"item\":\"%s\",\"part\":\"%d\"%s%s%s", item,
		part, last ? ",\"last\":\"" : "", last ? last : "",
		last ? "\"" : "");

	add_codes(b, meta, 2);
	free(meta);
}

static void
a_record_without_part_is_an_item(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	add_codes(&b, "", 3);
	add_codes(&b, "\"item\":\"a/b.png\",\"other\":\"\"", 0);
	bytes_record(&b,
		"{\"q\":{\"dtype\":\"F16\",\"shape\":[2,2],"
		"\"data_offsets\":[0,8]}}   ",
		8);
	expect(&b, plain,
		"NAME 0+3 FL *codes:U8[3,1]\n"
		"a/b.png 0+0 FL *codes:U8[0,1]\n"
		"NAME 0+2 FL *q:F16[2,2]\n");
}

static void
parts_of_an_item_follow_each_other(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	add_part(&b, "a", 0, NULL);
	add_part(&b, "a", 1, NULL);
	add_codes(&b, "\"part\":\"2\",\"last\":\"1\"", 5);
	add_part(&b, "b", 0, "1");
	expect(&b, plain,
		"a 0+2 F *codes:U8[2,1]\n"
		"a 2+2  *codes:U8[2,1]\n"
		"a 4+5 L *codes:U8[5,1]\n"
		"b 0+2 FL *codes:U8[2,1]\n");
}

static void
an_item_without_its_last_part_failed(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	add_part(&b, "a", 0, NULL);
	add_part(&b, "b", 0, "failed");
	add_part(&b, "b", 0, NULL);
	add_part(&b, "b", 1, "failed");
	add_part(&b, "c", 0, NULL);
	add_codes(&b, "\"item\":\"d\"", 1);
	add_part(&b, "e", 0, NULL);
	expect(&b, plain,
		"a 0+2 F *codes:U8[2,1]\n"
		"a 2+0 LX\n"
		"b 0+2 FLX *codes:U8[2,1]\n"
		"b 0+2 F *codes:U8[2,1]\n"
		"b 2+2 LX *codes:U8[2,1]\n"
		"c 0+2 F *codes:U8[2,1]\n"
		"c 2+0 LX\n"
		"d 0+1 FL *codes:U8[1,1]\n"
		"e 0+2 F *codes:U8[2,1]\n"
		"e 2+0 LX\n");
}

static void
parts_out_of_sequence_are_refused(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	add_part(&b, "a", 1, NULL);
	expect(&b, plain,
		"error: record at byte 0: part 1 without the parts before\n");
	add_part(&b, "a", 0, "1");
	add_part(&b, "a", 1, "1");
	expect(&b, plain,
		"a 0+2 FL *codes:U8[2,1]\n"
		"error: record at byte 119: part 1 without the parts before\n");
	add_part(&b, "a", 0, NULL);
	add_part(&b, "a", 2, NULL);
	expect(&b, plain,
		"a 0+2 F *codes:U8[2,1]\n"
		"error: record at byte 108: part 2 where part 1 is due\n");
	add_part(&b, "a", 0, NULL);
	add_part(&b, "b", 1, NULL);
	expect(&b, plain,
		"a 0+2 F *codes:U8[2,1]\n"
		"error: record at byte 108: part 1 of \"b\" follows \"a\", "
		"part 0\n");
	add_part(&b, "a", 0, NULL);
	bytes_record(&b,
		"{\"__metadata__\":{\"part\":\"1\"},\"codes\":{\"dtype\":"
		"\"U8\",\"shape\":[2,2],\"data_offsets\":[0,4]}}",
		4);
	expect(&b, plain,
		"a 0+2 F *codes:U8[2,1]\n"
		"error: record at byte 108: part 1 of \"a\" has rows of "
		"another shape\n");
	add_codes(&b, "\"part\":\"-1\"", 1);
	expect(&b, plain,
		"error: record at byte 0: metadata key \"part\": not a "
		"number\n");
	add_codes(&b, "\"part\":\"0\",\"last\":\"yes\"", 1);
	expect(&b, plain,
		"error: record at byte 0: metadata key \"last\": neither 1 "
		"nor failed\n");
}

#define U8(name, shape, begin, end) \
	"\"" name "\":{\"dtype\":\"U8\",\"shape\":" shape \
	",\"data_offsets\":[" #begin "," #end "]}"

static void
the_main_tensor_is_found_by_rule_or_name(void **state)
{
	const struct stream_opts named = { .tensor = "y" };
	struct bytes b = { 0 };

	(void)state;
	if (sizeof(size_t) < 8)
		skip(); /* fewer bits refuse more, in other words */
	bytes_record(&b,
		"{" U8("x", "[2,2]", 0, 4) "," U8(
			"codes", "[2,1]", 4, 6) "," U8("w", "[]", 6, 7) "}",
		7);
	expect(&b, plain, "NAME 0+2 FL x:U8[2,2] *codes:U8[2,1] w:U8[]\n");
	bytes_record(
		&b, "{" U8("y", "[2]", 0, 2) "," U8("x", "[1,2]", 2, 4) "}", 4);
	expect(&b, named, "NAME 0+2 FL *y:U8[2] x:U8[1,2]\n");
	bytes_record(&b,
		"{" U8("a", "[2]", 0, 2) "," U8("b\\n", "[2]", 2, 4) "}", 4);
	expect(&b, plain,
		"error: record at byte 0: which tensor is meant? there are a, "
		"b%0A\n");
	bytes_record(&b, "{" U8("x", "[2]", 0, 2) "}", 2);
	expect(&b, named,
		"error: record at byte 0: no tensor \"y\": which tensor is "
		"meant? there are x\n");
	bytes_record(&b, "{}", 0);
	expect(&b, plain, "error: record at byte 0: no tensor in the record\n");
	bytes_record(&b, "{" U8("x", "[]", 0, 1) "}", 1);
	expect(&b, plain,
		"error: record at byte 0: tensor \"x\" is a scalar, no rows\n");
	bytes_record(&b, "{" U8("x", "[3,0]", 0, 0) "}", 0);
	expect(&b, plain,
		"error: record at byte 0: tensor \"x\": rows of no "
		"elements\n");
	bytes_record(&b, "{" U8("x", "[2,1073741825]", 0, 2147483650) "}", 9);
	expect(&b, plain,
		"error: record at byte 0: tensor \"x\": a row of 1073741825 "
		"bytes is more than can be held at once (1073741824)\n");
}

static void
an_early_end_says_where(void **state)
{
	struct bytes b = { 0 };

	(void)state;
	expect(&b, plain, "error: empty input\n");
	bytes_add(&b, "\x93NUM", 4);
	expect(&b, plain,
		"error: record at byte 0: the input ends at byte 4, 4 bytes "
		"are missing\n");
	add_codes(&b, "", 3);
	add_codes(&b, "", 100);
	b.n -= 60;
	expect(&b, plain,
		"NAME 0+3 FL *codes:U8[3,1]\n"
		"error: record at byte 88: tensor \"codes\": the input ends at "
		"byte 217, 60 bytes are missing\n");
	add_codes(&b, "", 3);
	bytes_add(&b, "rubbish, no record", 18);
	expect(&b, plain,
		"NAME 0+3 FL *codes:U8[3,1]\n"
		"error: record at byte 88: text, not a tensor record\n");
}

static void
after_an_error_the_stream_stays_broken(void **state)
{
	struct bytes b = { 0 };
	struct stream *s;
	struct input *in;
	const char *path;
	struct part p;
	struct err e, again;

	(void)state;
	bytes_add(&b, "rubbish, no record", 18);
	path = temp_file(&b);
	in = input_open(path, &e);
	s = stream_open(in, plain);
	assert_int_equal(stream_next(s, &p, &e), -1);
	assert_int_equal(stream_next(s, &p, &again), -1);
	assert_string_equal(e.msg, again.msg);
	stream_close(s);
	stream_close(NULL);
	input_close(in);
	unlink(path);
	bytes_free(&b);
}

static void
metadata_pass_untouched(void **state)
{
	struct bytes b = { 0 };
	struct stream *s;
	struct input *in;
	const char *path;
	struct part p;
	struct err e;

	(void)state;
	add_codes(
		&b, "\"zz\":\"a\\u0007\",\"format\":\"pt\",\"item\":\"i\"", 2);
	path = temp_file(&b);
	in = input_open(path, &e);
	s = stream_open(in, plain);
	assert_int_equal(stream_next(s, &p, &e), 1);
	assert_string_equal(meta_get(&p.rec.meta, "zz"), "a\a");
	assert_string_equal(meta_get(&p.rec.meta, "format"), "pt");
	assert_ptr_equal(p.main, p.rec.tensor);
	assert_int_equal(p.main->data[1], 1);
	assert_int_equal(stream_next(s, &p, &e), 0);
	assert_int_equal(stream_next(s, &p, &e), 0);
	stream_close(s);
	input_close(in);
	unlink(path);
	bytes_free(&b);
}

static void
raw_rows_are_whole_or_an_error(void **state)
{
	struct stream_opts o = { .raw = { DT_F32, 2 } };
	struct bytes b = { 0 };

	(void)state;
	expect(&b, o, "error: empty input\n");
	bytes_add(&b, "123456789012345678901234", 24);
	expect(&b, o, "NAME 0+3 FL *x:F32[3,2]\n");
	bytes_add(&b, "1234567890123", 13);
	expect(&b, o,
		"error: 5 bytes are left over behind the last whole row of 8 "
		"bytes\n");
	bytes_add(&b, "1234567", 7);
	expect(&b, o,
		"error: 7 bytes are left over behind the last whole row of 8 "
		"bytes\n");
}

static void
raw_formats_are_parsed_strictly(void **state)
{
	static const char *const bad[] = { "", "f32", "f32:", "f32:0", "f32:x",
		":4", "F32:4", "f16:4", "f32:4:", "f32:-1", "f32:4 ",
		"f32:268435457", "f32:18446744073709551616" };
	struct raw_format f = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(raw_format_parse(bad[i], &f, &e), -1);
	assert_int_equal(f.columns, 0);
	assert_int_equal(raw_format_parse("s16:1", &f, &e), 0);
	assert_int_equal(f.dtype, DT_I16);
	assert_int_equal(raw_format_parse("f64:1k", &f, &e), 0);
	assert_int_equal(f.dtype, DT_F64);
	assert_int_equal(f.columns, 1000);
}

/* Any byte of a stream flipped, any length of it: an end, never a crash. */
static void
damaged_streams_end_somehow(void **state)
{
	struct bytes b = { 0 }, part;
	char *text;

	(void)state;
	add_part(&b, "a", 0, NULL);
	bytes_add(&b, "\x93NUMPY\x01\x00\x40\x00", 10);
	text = mem_printf("%-63s\n",
		"{'descr':'>i2','fortran_order':True,'shape':(2,3)}");
	bytes_add(&b, text, 64);
	free(text);
	bytes_add(&b, "abcdefghijkl", 12);
	add_part(&b, "a", 1, "1");
	for (size_t i = 0; i < b.n; i++) {
		part = (struct bytes){ b.p, i };
		free(parts_of_bytes(&part, plain, true));
		for (int bit = 0; bit < 8; bit++) {
			b.p[i] ^= (unsigned char)(1 << bit);
			free(parts_of_bytes(&b, plain, true));
			b.p[i] ^= (unsigned char)(1 << bit);
		}
	}
	bytes_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_without_part_is_an_item),
		cmocka_unit_test(parts_of_an_item_follow_each_other),
		cmocka_unit_test(an_item_without_its_last_part_failed),
		cmocka_unit_test(parts_out_of_sequence_are_refused),
		cmocka_unit_test(the_main_tensor_is_found_by_rule_or_name),
		cmocka_unit_test(an_early_end_says_where),
		cmocka_unit_test(after_an_error_the_stream_stays_broken),
		cmocka_unit_test(metadata_pass_untouched),
		cmocka_unit_test(raw_rows_are_whole_or_an_error),
		cmocka_unit_test(raw_formats_are_parsed_strictly),
		cmocka_unit_test(damaged_streams_end_somehow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
