/* Large records come in parts cut by row size alone, from file or pipe. */
#include "tensor_help.h"

#include <sys/resource.h>

#if defined(__has_feature) /* clang's way to say it */
#define SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

#define MIB ((size_t)1 << 20)
#define TAIL \
	"{\"__metadata__\":{\"item\":\"tail\"},\"x\":{\"dtype\":\"U8\"," \
	"\"shape\":[1,1],\"data_offsets\":[0,1]}}"

static const struct stream_opts plain = { 0 };

/* A tensor of the file: where its rows lie in the bytes. */
struct source {
	const char *name;
	size_t at, row_bytes;
};

/* x F32 [rows, 1024]; if y, before it y U8 [rows]. */
static struct bytes
large_record(size_t rows, bool y, const char *crc, struct source s[2])
{
	size_t before = y ? rows : 0, n = before + rows * 4096;
	struct bytes b = { 0 };
	char *json,
		*more = mem_printf(",\"y\":{\"dtype\":\"U8\",\"shape\":"
				   "[%zu],\"data_offsets\":[0,%zu]}",
			rows, rows);

	json = mem_printf("{\"__metadata__\":{\"item\":\"big\"%s%s%s},"
			  "\"x\":{\"dtype\":\"F32\",\"shape\":[%zu,1024],"
			  "\"data_offsets\":[%zu,%zu]}%s}",
		crc ? ",\"crc32\":\"" : "", crc ? crc : "", crc ? "\"" : "",
		rows, before, n, y ? more : "");
	bytes_record(&b, json, n);
	/* 251 and 4096 have no common factor: rows differ. */
	s[0] = (struct source){ "x", b.n - n + before, 4096 };
	s[1] = (struct source){ y ? "y" : NULL, b.n - n, 1 };
	bytes_record(&b, TAIL, 1);
	free(json);
	free(more);
	return b;
}

static void
check_part(const struct part *p, const struct bytes *b, const struct source *s)
{
	for (size_t i = 0; i < 2 && s[i].name; i++) {
		const struct tensor *t = record_find(&p->rec, s[i].name);

		assert_non_null(t);
		assert_int_equal(t->shape[0], p->rows);
		assert_int_equal(t->bytes, p->rows * s[i].row_bytes);
		assert_true(memcmp(t->data,
				    b->p + s[i].at + p->row0 * s[i].row_bytes,
				    t->bytes) == 0);
	}
}

/* Read all rows of the big record, then the tail. */
static void
check_stream(struct input *in, const struct bytes *b, const struct source *s,
	size_t rows)
{
	struct stream *st = stream_open(in, plain);
	size_t row = 0, due, most = s[1].name ? 4096 : 256;
	struct part p;
	struct err e;

	for (; row < rows; row += due) {
		due = rows - row < most ? rows - row : most;
		if (stream_next(st, &p, &e) != 1)
			fail_msg("%s", e.msg);
		assert_int_equal(p.row0, row);
		assert_int_equal(p.rows, due);
		assert_int_equal(p.first, row == 0);
		assert_int_equal(p.last, row + due == rows);
		assert_string_equal(p.item, "big");
		check_part(&p, b, s);
	}
	assert_int_equal(stream_next(st, &p, &e), 1);
	assert_string_equal(p.item, "tail");
	assert_int_equal(stream_next(st, &p, &e), 0);
	stream_close(st);
}

static void
check_both_ways(size_t rows, bool y)
{
	struct source s[2];
	struct bytes b = large_record(rows, y, NULL, s);
	const char *path = temp_file(&b);
	struct err e;
	struct input *in = input_open(path, &e);
	pid_t pid;
	int fd;

	check_stream(in, &b, s, rows);
	input_close(in);
	unlink(path);
	in = input_open(feed(&b, 4096, &fd, &pid), &e);
	check_stream(in, &b, s, rows);
	input_close(in);
	close(fd);
	waitpid(pid, NULL, 0);
	bytes_free(&b);
}

static void
one_tensor_passes(void **state)
{
	(void)state;
	check_both_ways(4096, false);
	check_both_ways(4097, false);
	check_both_ways(20000, false);
}

static void
several_tensors_pass_in_one_part(void **state)
{
	(void)state;
	check_both_ways(4096, true);
}

static void
several_tensors_are_held(void **state)
{
	(void)state;
	check_both_ways(10000, true);
}

static void
several_large_tensors_come_from_the_file(void **state)
{
	(void)state;
	check_both_ways(18000, true);
}

static char *
crc_of_data(const struct bytes *b, size_t at, size_t n)
{
	return mem_printf("%08lx", crc32_z(0, b->p + at, n));
}

/* ... for each way of reading; false if the right crc32 was refused. */
static void
check_crc(size_t rows, bool y)
{
	struct source s[2];
	struct bytes b = large_record(rows, y, "deadbeef", s);
	char *crc = crc_of_data(&b, s[y].at, rows * (4096 + y)), *text;

	text = parts_of_bytes(&b, plain, false);
	assert_non_null(strstr(text, "metadata key \"crc32\" says deadbeef"));
	assert_null(strstr(text, "big 0+1 FL"));
	free(text);
	bytes_free(&b);
	b = large_record(rows, y, crc, s);
	text = parts_of_bytes(&b, plain, false);
	assert_null(strstr(text, "error"));
	assert_non_null(strstr(text, "tail 0+1 FL"));
	free(text);
	b.n -= rows ? 300 : 2; /* the end is missing */
	text = parts_of_bytes(&b, plain, false);
	assert_non_null(strstr(text, "bytes are missing"));
	free(text);
	free(crc);
	bytes_free(&b);
}

static void
a_wrong_crc_is_refused(void **state)
{
	(void)state;
	check_crc(0, false);
	check_crc(0, true);
	check_crc(1, false);
	check_crc(1, true);
	check_crc(9000, false);
	check_crc(9000, true);
	check_crc(18000, true);
}

/* A .npy of I16 [n, 3, 5] with the value of its C index, either order. */
static struct bytes
array(size_t n, bool fortran, bool big)
{
	char *dict = mem_printf("{'descr': '%ci2', 'fortran_order': %s, "
				"'shape': (%zu, 3, 5)}",
		big ? '>' : '<', fortran ? "True" : "False", n);
	char *text = mem_printf("%-117s\n", dict);
	struct bytes b = { 0 };

	bytes_add(&b, "\x93NUMPY\x01\x00\x76\x00", 10);
	bytes_add(&b, text, 118);
	b.p = mem_grow(b.p, b.n + n * 30, 1);
	for (size_t c = 0; c < n * 15; c++) {
		size_t i = c / 15, j = c / 5 % 3, k = c % 5;
		size_t at = fortran ? i + n * (j + 3 * k) : c;
		uint16_t v = (uint16_t)(c * 40503);

		if (big)
			v = (uint16_t)(v >> 8 | (v & 255) << 8);
		le_put16(b.p + b.n + 2 * at, v);
	}
	b.n += n * 30;
	free(text);
	free(dict);
	return b;
}

static void
check_array(size_t n)
{
	struct bytes b = array(n, false, false);
	char *want = parts_of_bytes(&b, plain, true), *got;
	size_t most = PART_BYTES_PASSING / 30, rows = most < n ? most : n;
	char *head = mem_printf("NAME 0+%zu F%s *x:I16[%zu,3,5]%s", rows,
		rows == n ? "L" : "", rows, n ? "" : "00000000");

	assert_memory_equal(want, head, strlen(head));
	free(head);
	for (int way = 1; way < 4; way++) {
		bytes_free(&b);
		b = array(n, way & 1, way & 2);
		got = parts_of_bytes(&b, plain, true);
		assert_string_equal(got, want);
		free(got);
	}
	got = parts_of_pipe(&b, 4096, plain);
	assert_string_equal(got, want);
	free(got);
	free(want);
	bytes_free(&b);
}

static void
arrays_of_any_order_are_the_same(void **state)
{
	(void)state;
	check_array(0);
	check_array(1);
	check_array(7);
	check_array(700000);  /* held */
	check_array(2500000); /* from the file */
}

static void
raw_rows_come_in_parts(void **state)
{
	const struct stream_opts o = { .raw = { DT_F64, 3 } };
	struct bytes b = { 0 };
	char *file, *pipe;
	size_t rows = PART_BYTES_PASSING / 24;

	(void)state;
	bytes_record(&b, "", 24 * rows - 8);
	file = parts_of_bytes(&b, o, false);
	assert_string_equal(file, "NAME 0+43690 FL *x:F64[43690,3]\n");
	free(file);
	bytes_record(&b, "", 24 - 8);
	file = parts_of_bytes(&b, o, true);
	assert_non_null(strstr(file, "NAME 0+43690 F *x:F64[43690,3]"));
	assert_non_null(strstr(file, "NAME 43690+1 L *x:F64[1,3]"));
	pipe = parts_of_pipe(&b, 4095, o);
	assert_string_equal(file, pipe);
	free(file);
	free(pipe);
	bytes_free(&b);
}

/* All kinds of documents, one byte a read. */
static void
a_byte_at_a_time_gives_the_same_parts(void **state)
{
	const struct stream_opts raw = { .raw = { DT_U8, 5 } };
	struct source s[2];
	struct bytes b = large_record(3, true, NULL, s), a;
	char *file, *pipe;

	(void)state;
	for (int way = 0; way < 4; way++) {
		a = array(20, way & 1, way & 2);
		bytes_add(&b, a.p, a.n);
		bytes_free(&a);
	}
	bytes_record(&b, TAIL, 1);
	file = parts_of_bytes(&b, plain, true);
	pipe = parts_of_pipe(&b, 1, plain);
	assert_null(strstr(file, "error"));
	assert_string_equal(file, pipe);
	free(file);
	free(pipe);
	b.n -= b.n % 5;
	file = parts_of_bytes(&b, raw, true);
	pipe = parts_of_pipe(&b, 1, raw);
	assert_null(strstr(file, "error"));
	assert_string_equal(file, pipe);
	free(file);
	free(pipe);
	bytes_free(&b);
}

static long
peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* A file of 512 MiB of zeros behind the header: nothing of it is kept. */
static void
check_flat(const char *more, size_t extra)
{
	const size_t bytes = 512 * MIB;
	long before = peak_kib();
	struct bytes b = { 0 };
	char *json = mem_printf("{\"x\":{\"dtype\":\"F32\",\"shape\":"
				"[131072,1024],\"data_offsets\":[0,%zu]}%s}",
		     bytes, more),
	     *text;
	const char *path;
	struct input *in;
	struct err e;

	bytes_record(&b, json, 0);
	path = temp_file(&b);
	assert_int_equal(truncate(path, (off_t)(b.n + bytes + extra)), 0);
	in = input_open(path, &e);
	text = parts_of(in, plain, false);
	assert_null(strstr(text, "error"));
	input_close(in);
	unlink(path);
	free(text);
	free(json);
	bytes_free(&b);
	assert_true(peak_kib() - before < 64 * 1024);
}

static void
memory_stays_flat(void **state)
{
	(void)state;
	if (SANITIZED)
		skip(); /* which keeps what was freed */
	check_flat("", 0);
	check_flat(",\"y\":{\"dtype\":\"U8\",\"shape\":[131072],"
		   "\"data_offsets\":[536870912,537001984]}",
		131072);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_stays_flat), /* first: it is a peak */
		cmocka_unit_test(one_tensor_passes),
		cmocka_unit_test(several_tensors_pass_in_one_part),
		cmocka_unit_test(several_tensors_are_held),
		cmocka_unit_test(several_large_tensors_come_from_the_file),
		cmocka_unit_test(a_wrong_crc_is_refused),
		cmocka_unit_test(arrays_of_any_order_are_the_same),
		cmocka_unit_test(raw_rows_come_in_parts),
		cmocka_unit_test(a_byte_at_a_time_gives_the_same_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
