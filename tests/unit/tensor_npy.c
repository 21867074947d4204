/* The .npy header is read by its grammar and written aligned. */
#include "tensor_help.h"

#include "tensor/npy.h"

static char *
verdict(const char *text, size_t n)
{
	struct npy h;
	struct bytes b = { 0 };
	struct err e;

	if (npy_parse(text, n, &h, &e) != 0)
		return mem_strdup(e.msg);
	text_add(&b, "%s%s%s %" PRIu64 ":", dtype_name(h.dtype),
		h.big_endian ? " big" : "", h.fortran ? " fortran" : "",
		h.bytes);
	for (size_t i = 0; i < h.rank; i++)
		text_add(&b, " %zu", h.shape[i]);
	return (char *)b.p;
}

#define D(descr, fortran, shape) \
	"{'descr': " descr ", 'fortran_order': " fortran ", 'shape': " shape \
	", }"
#define S(shape) D("'<f4'", "False", shape)

static const struct {
	const char *text, *want;
} headers[] = {
	{ S("(3, 4)") "   \n", "F32 48: 3 4" },
	{ D("'>f8'", "True", "(3,)"), "F64 big fortran 24: 3" },
	{ D("'<f2'", "False", "()"), "F16 2:" },
	{ D("'|b1'", "False", "(5,)"), "U8 5: 5" },
	{ D("'|i1'", "False", "(0, 5)"), "I8 0: 0 5" },
	{ D("'<u8'", "False", "(2L, 3L)"), "U64 48: 2 3" },
	{ "{\"shape\":(1,2),\"fortran_order\":False,\"descr\":\"<i2\"}",
		"I16 4: 1 2" },
	{ D("'|O'", "False", "(1,)"),
		".npy header key \"descr\": object arrays (pickles)" },
	{ D("'|O8'", "False", "(1,)"),
		".npy header key \"descr\": object arrays (pickles)" },
	{ D("[('a', '<f4')]", "False", "(1,)"),
		".npy header key \"descr\": structured types are refused" },
	{ D("'<c8'", "False", "(1,)"),
		".npy header key \"descr\": type '<c8' is not supported" },
	{ D("'<U5'", "False", "(1,)"),
		".npy header key \"descr\": type '<U5' is not supported" },
	{ D("'|f4'", "False", "(1,)"),
		".npy header key \"descr\": type '|f4' is not supported" },
	{ D("'\033[2J'", "False", "(1,)"),
		".npy header key \"descr\": type '?[2J' is not supported" },
	{ D("''", "False", "(1,)"), ".npy header key \"descr\": type ''" },
	{ D("'<f4'", "0", "(1,)"), ".npy header byte 34: expected True" },
	{ S("(3)"), ".npy header byte 53: expected ',' in a tuple of one" },
	{ S("3"), ".npy header byte 50: expected a tuple" },
	{ S("(3 4)"), ".npy header byte 53: expected ',' or ')'" },
	{ S("(-3,)"), ".npy header byte 51: expected a size" },
	{ S("(,)"), ".npy header byte 51: expected a size" },
	{ S("(99999999999999999999,)"),
		".npy header byte 70: expected a smaller size" },
	{ S("(1,1,1,1,1,1,1,1,1)"), ".npy header key \"shape\": rank above 8" },
	{ S("(4294967296, 4294967296)"),
		".npy header key \"shape\": the product overflows" },
	{ S("(0, 4294967296, 4294967296)"),
		".npy header key \"shape\": the product overflows" },
	{ "{'descr': '<f4', 'shape': (1,)}",
		".npy header has no fortran_order" },
	{ "{}", ".npy header has no descr" },
	{ "{'descr': '<f4', 'descr': '<f4'}",
		".npy header byte 24: expected each of descr" },
	{ "{'other': 1}", ".npy header byte 8: expected each of descr" },
	{ S("(1,)") "x", ".npy header byte 57: expected nothing behind '}'" },
	{ "", ".npy header byte 0: expected '{'" },
	{ "{'descr", ".npy header byte 2: expected a closing quote" },
};

static void
headers_are_read_by_their_grammar(void **state)
{
	int wrong = 0;

	(void)state;
	if (sizeof(size_t) < 8)
		skip(); /* fewer bits refuse more, in other words */
	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++) {
		const char *want = headers[i].want;
		char *got = verdict(headers[i].text, strlen(headers[i].text));

		if (strncmp(got, want, strlen(want)) != 0) {
			print_error("%s\n gives %s\n not   %s\n",
				headers[i].text, got, want);
			wrong++;
		}
		free(got);
	}
	assert_int_equal(wrong, 0);
}

static void
damaged_headers_give_a_verdict(void **state)
{
	static const char good[] = S("(3, 4)") "  \n";
	/* malloc'd to the byte, so that a look behind the end shows */
	size_t n = sizeof(good) - 1;
	char *bad;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (int c = 1; c < 256; c++) {
			bad = memcpy(mem_alloc(n, 1), good, n);
			bad[i] = (char)(good[i] ^ c);
			free(verdict(bad, n));
			free(bad);
		}
		bad = memcpy(mem_alloc(i, 1), good, i);
		free(verdict(bad, i));
		free(bad);
	}
}

static void
headers_written_are_aligned_and_read_back(void **state)
{
	const size_t most = SIZE_MAX;
	size_t shape[TENSOR_RANK_MAX] = { 3, 4, 5, 1, 1, 1, 1, 1 };
	size_t n, room;
	char *text, *want;

	(void)state;
	for (size_t rank = 0; rank <= TENSOR_RANK_MAX; rank++) {
		text = npy_header(DT_I16, rank, shape, 0, &n);
		assert_int_equal(n % 64, 0);
		assert_int_equal(text[n - 1], '\n');
		assert_memory_equal(text, "\x93NUMPY\x01\x00", 8);
		assert_int_equal(le_get16((unsigned char *)text + 8), n - 10);
		want = verdict(text + 10, n - 10);
		assert_memory_equal(want, "I16 ", 4);
		free(want);
		free(text);
	}
	free(npy_header(DT_F32, 1, &most, 0, &room));
	text = npy_header(DT_F32, 1, shape, room, &n);
	assert_int_equal(n, room);
	want = verdict(text + 10, n - 10);
	assert_string_equal(want, "F32 12: 3");
	free(want);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_read_by_their_grammar),
		cmocka_unit_test(damaged_headers_give_a_verdict),
		cmocka_unit_test(headers_written_are_aligned_and_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
