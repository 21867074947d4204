/* A record's header is believed only when all of it is consistent. */
#include "tensor_help.h"

#include "tensor/safetensors.h"

static char *
verdict(const char *json, size_t n)
{
	struct record r;
	struct extent *ext;
	uint64_t total;
	struct err e;

	if (safetensors_parse(json, n, &r, &ext, &total, &e) != 0)
		return mem_strdup(e.msg);
	record_free(&r);
	free(ext);
	return mem_printf("ok %" PRIu64, total);
}

#define T(name, dtype, shape, offsets) \
	"\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape \
	",\"data_offsets\":" offsets "}"
#define X(shape, offsets) "{" T("x", "F32", shape, offsets) "}"

static const struct {
	const char *json, *want;
} headers[] = {
	/* Legal. */
	{ "{}", "ok 0" },
	{ "{}  \n ", "ok 0" },
	{ X("[4,3]", "[0,48]"), "ok 48" },
	{ X("[]", "[0,4]"), "ok 4" },
	{ X("[0,7]", "[0,0]"), "ok 0" },
	{ "{\"__metadata__\":{},\"x\":{\"data_offsets\":[0,1],\"shape\":[1],"
	  "\"dtype\":\"U8\",\"more\":1}}",
		"ok 1" },
	{ "{" T("b", "U8", "[2]", "[3,5]") "," T("a", "U8", "[3]", "[0,3]") "}",
		"ok 5" },
	{ "{" T("a", "U8", "[5]", "[0,5]") "," T(
		  "b", "U8", "[0]", "[5,5]") "," T("c", "U8", "[0]",
		  "[0,0]") "," T("d", "U8", "[2]", "[5,7]") "}",
		"ok 7" },
	/* Not JSON, or not ours. */
	{ "[]", "header byte 0: no '{'" },
	{ " {}", "header byte 0: no '{'" },
	{ "{\"x\":", "header byte 5: " },
	{ "{}{}", "header byte 3: end of file expected" },
	{ "{\"a\xff\":1}", "header byte 3: unable to decode byte 0xff" },
	{ "{\"a\xed\xa0\x80\":1}", "header byte " },
	{ "{\"a\\u0000\":1}", "header byte " },
	{ "{\"x\":1}", "header key \"x\": not an object" },
	{ "{\"x\\u001b[2J\":1}", "header key \"x%1B[2J\": not an object" },
	{ "{" T("x", "U8", "[1]", "[0,1]") "," T("x", "U8", "[1]", "[1,2]") "}",
		"header byte 56: duplicate object key" },
	{ "{\"x\":{\"dtype\":\"U8\",\"dtype\":\"U8\"}}",
		"header byte 26: duplicate object key" },
	{ "{\"x\":[[[[[[[[0]]]]]]]]}", "header byte 12: nested deeper than 8" },
	{ "{\"x\":[[[[[[[0]]]]]]]}", "header key \"x\": not an object" },
	{ "{\"[[[[[[[[[\\\"[[[[[[[[\":[[[[[[[0]]]]]]]}",
		"header key \"[[[[[[[[[\"[[[[[[[[\": not an object" },
	{ "{\"__metadata__\":[]}",
		"header key \"__metadata__\": not an object" },
	{ "{\"__metadata__\":{\"n\":3}}",
		"header key \"__metadata__\": header key \"n\": not a string" },
	/* Types and shapes. */
	{ "{\"x\":{}}", "header key \"x\": no string `dtype`" },
	{ "{" T("x", "C64", "[1]", "[0,8]") "}",
		"header key \"x\": dtype \"C64\" is none of F64 F32 " },
	{ "{\"x\":{\"dtype\":\"U8\"}}", "header key \"x\": no array `shape`" },
	{ X("[-1]", "[0,4]"), "header key \"x\": shape[0] is not a size" },
	{ X("[1,1.0]", "[0,4]"), "header key \"x\": shape[1] is not a size" },
	{ X("[1e3]", "[0,4000]"), "header key \"x\": shape[0] is not a size" },
	{ X("[true]", "[0,4]"), "header key \"x\": shape[0] is not a size" },
	{ X("[1,1,1,1,1,1,1,1,1]", "[0,4]"),
		"header key \"x\": rank 9 is above 8" },
	{ X("[4294967296,4294967296]", "[0,0]"),
		"header key \"x\": the product of the shape overflows" },
	{ X("[0,4294967296,4294967296]", "[0,0]"),
		"header key \"x\": the product of the shape overflows" },
	{ X("[4611686018427387904]", "[0,0]"),
		"header key \"x\": the product of the shape overflows" },
	{ X("[99999999999999999999]", "[0,0]"), "header byte 49: too big" },
	/* Offsets. */
	{ X("[1]", "[0]"), "header key \"x\": `data_offsets` is not a pair" },
	{ X("[1]", "[0,4.0]"),
		"header key \"x\": `data_offsets` is not a pair" },
	{ X("[1]", "[-4,0]"),
		"header key \"x\": `data_offsets` is not a pair" },
	{ X("[1]", "[4,0]"),
		"header key \"x\": data_offsets [4, 0] run backwards" },
	{ X("[4,3]", "[0,40]"),
		"header key \"x\": shape [4, 3] of F32 needs 48 bytes, "
		"data_offsets give 40" },
	{ X("[1]", "[4,8]"),
		"header key \"x\": data begins at 4, not at 0 where the data "
		"before it ends" },
	{ "{" T("a", "U8", "[3]", "[0,3]") "," T("b", "U8", "[2]", "[2,4]") "}",
		"header key \"b\": data begins at 2, not at 3" },
	{ "{" T("a", "U8", "[3]", "[0,3]") "," T("b", "U8", "[2]", "[4,6]") "}",
		"header key \"b\": data begins at 4, not at 3" },
};

static void
headers_are_judged_whole(void **state)
{
	int wrong = 0;

	(void)state;
	if (sizeof(size_t) < 8)
		skip(); /* fewer bits refuse more, in other words */
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const char *want = headers[i].want;
		char *got = verdict(headers[i].json, strlen(headers[i].json));

		if (strncmp(got, want, strlen(want)) != 0) {
			print_error("%s\n gives %s\n not   %s\n",
				headers[i].json, got, want);
			wrong++;
		}
		free(got);
	}
	assert_int_equal(wrong, 0);
}

static void
tensors_come_in_the_order_of_their_bytes(void **state)
{
	static const char json[] = "{" T("z", "U8", "[2]", "[3,5]") "," T(
		"a", "U8", "[3]", "[0,3]") "}";
	struct record r;
	struct extent *ext;
	uint64_t total;
	struct err e;

	(void)state;
	assert_int_equal(
		safetensors_parse(json, sizeof(json) - 1, &r, &ext, &total, &e),
		0);
	assert_string_equal(r.tensor[0].name, "a");
	assert_string_equal(r.tensor[1].name, "z");
	assert_int_equal(ext[1].begin, 3);
	assert_int_equal(r.tensor[1].bytes, 2);
	assert_null(r.tensor[1].data);
	free(ext);
	record_free(&r);
}

/* Every byte of a header replaced by every other: a verdict, never a crash. */
static void
damaged_headers_give_a_verdict(void **state)
{
	static const char good[] =
		"{\"__metadata__\":{\"item\":\"\xc3\xa4\"}," T(
			"x", "F32", "[4,3]", "[0,48]") "}";
	char bad[sizeof(good)];
	size_t refused = 0;
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(good) - 1; i++) {
		memcpy(bad, good, sizeof(good));
		for (int c = 1; c < 256; c++) {
			bad[i] = (char)(good[i] ^ c);
			text = verdict(bad, sizeof(good) - 1);
			refused += strncmp(text, "ok", 2) != 0;
			free(text);
		}
		text = verdict(good, i);
		assert_true(strncmp(text, "ok", 2) != 0);
		free(text);
	}
	assert_true(refused > sizeof(good) * 100);
}

static void
a_header_built_is_aligned_and_read_back(void **state)
{
	struct record r = { 0 }, back;
	struct extent *ext;
	uint64_t total;
	struct err e;
	char *text;
	size_t n;

	(void)state;
	meta_set(&r.meta, "item", "a\"b\n");
	meta_set(&r.meta, "format", "pt");
	record_add(&r, "codes", DT_U16, 3, (size_t[]){ 2, 3, 1 }, NULL);
	record_add(&r, "nothing", DT_F64, 2, (size_t[]){ 0, 5 }, NULL);
	record_add(&r, "scalar", DT_F32, 0, NULL, NULL);
	text = safetensors_header(&r, &n);
	assert_int_equal(n % 64, 0);
	assert_int_equal(le_get64((unsigned char *)text), n - 8);
	assert_memory_equal(
		text + 8, "{\"__metadata__\":{\"format\":\"1\",\"item\"", 36);
	assert_int_equal(
		safetensors_parse(text + 8, n - 8, &back, &ext, &total, &e), 0);
	assert_int_equal(total, 16);
	assert_int_equal(back.count, 3);
	assert_string_equal(meta_get(&back.meta, "item"), "a\"b\n");
	assert_string_equal(meta_get(&back.meta, "format"), "1");
	assert_null(meta_get(&back.meta, "crc32.header"));
	assert_int_equal(back.tensor[0].shape[1], 3);
	free(ext);
	free(text);
	record_free(&back);
	record_free(&r);
}

/* {"a":[0,0,...]} with so many zeros, or [[],[],...]. */
static void
has_values(const char *value, size_t n, const char *want)
{
	size_t each = strlen(value) + 1;
	char *json = mem_alloc(n * each + 16, 1), *w = json, *got;

	w += sprintf(w, "{\"a\":[");
	for (size_t i = 0; i < n; i++, w += each)
		sprintf(w, "%s,", value);
	w += sprintf(w - 1, "]}") - 1;
	got = verdict(json, (size_t)(w - json));
	assert_memory_equal(got, want, strlen(want));
	free(got);
	free(json);
}

static void
values_are_counted_before_there_is_a_tree(void **state)
{
	(void)state;
	has_values("0", 999998, "header key \"a\": not an object");
	has_values("0", 1000000, "header byte 2000003: more than 1000000 ");
	has_values("{}", 499999, "header key \"a\": not an object");
	has_values("{}", 500001, "header byte 1500003: more than 1000000 ");
	has_values("\",,\\\",,\"", 300000, "header key \"a\": not an object");
	has_values("[", 9, "header byte 18: nested deeper than 8");
}

static void
crc_is_hexadecimal_or_refused(void **state)
{
	static const char *const bad[] = { "", "0x12", "123456789", "-1",
		"12 " };
	struct meta m = { 0 };
	uint32_t crc = 0;
	struct err e;

	(void)state;
	assert_int_equal(safetensors_crc(&m, &crc, &e), 0);
	meta_set(&m, "crc32", "00ffFF10");
	assert_int_equal(safetensors_crc(&m, &crc, &e), 1);
	assert_int_equal(crc, 0xffff10);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		meta_set(&m, "crc32", bad[i]);
		assert_int_equal(safetensors_crc(&m, &crc, &e), -1);
		assert_non_null(strstr(e.msg, "crc32"));
	}
	meta_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_judged_whole),
		cmocka_unit_test(tensors_come_in_the_order_of_their_bytes),
		cmocka_unit_test(damaged_headers_give_a_verdict),
		cmocka_unit_test(a_header_built_is_aligned_and_read_back),
		cmocka_unit_test(values_are_counted_before_there_is_a_tree),
		cmocka_unit_test(crc_is_hexadecimal_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
