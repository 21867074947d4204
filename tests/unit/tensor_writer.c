/* What is written is read back: records in parts, .npy, raw rows. */
#include "tensor_help.h"

#include "tensor/writer.h"
#include "util/output.h"
#include "util/rng.h"

static const struct stream_opts plain = { 0 };
static const struct column vectors[] = {
	{ "x", DT_F32, 2, { 0, 1024 }, false },
	{ "y", DT_U8, 1, { 0 }, false },
};

/* Rows of the columns above: any byte by its row and place. */
static unsigned char
byte_of(size_t row, size_t place)
{
	return (unsigned char)((row * 4099 + place) % 251);
}

static int
write_rows(struct writer *w, size_t from, size_t n, struct err *e)
{
	unsigned char *x = mem_alloc(n, 4096), *y = mem_alloc(n, 1);
	const void *data[] = { x, y };
	int status;

	for (size_t i = 0; i < n; i++) {
		unsigned char b = byte_of(from + i, 0);

		for (size_t k = 0; k < 4096; k++, b = b == 250 ? 0 : b + 1)
			x[i * 4096 + k] = b;
		y[i] = byte_of(from + i, 5000);
	}
	status = writer_rows(w, data, n, e);
	free(x);
	free(y);
	return status;
}

static struct output *
open_output(const char *path)
{
	struct err e;
	struct output *o =
		output_open(path, (struct output_opts){ .force = true }, &e);

	assert_non_null(o);
	return o;
}

/* Write rows in steps of at most `most` rows; the file's bytes. */
static struct bytes
written(enum format f, size_t rows, size_t most, uint64_t seed, size_t tell)
{
	const char *path = temp_file(&(struct bytes){ 0 });
	struct output *o = open_output(path);
	struct meta m = { 0 };
	struct writer *w;
	struct bytes b;
	struct rng r;
	struct err e;

	rng_seed(&r, seed, 0);
	meta_set(&m, "item", "it");
	meta_set(&m, "part", "9");
	meta_set(&m, "last", "failed");
	meta_set(&m, "other", "kept");
	w = writer_begin(o, f, &m, vectors, 2, tell, &e);
	assert_non_null(w);
	meta_free(&m);
	for (size_t at = 0, n; at < rows; at += n) {
		n = rng_below(&r, most) + 1;
		n = n < rows - at ? n : rows - at;
		assert_int_equal(write_rows(w, at, n, &e), 0);
	}
	assert_int_equal(writer_end(w, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	b = read_file(path);
	unlink(path);
	return b;
}

static void
check_part(const struct part *p, size_t columns)
{
	const struct tensor *y = record_find(&p->rec, "y");

	assert_int_equal(p->rec.count, columns);
	for (size_t i = 0; i < p->rows; i++) {
		for (size_t k = 0; k < 4096; k += 37)
			assert_int_equal(p->main->data[i * 4096 + k],
				byte_of(p->row0 + i, k));
		if (y)
			assert_int_equal(
				y->data[i], byte_of(p->row0 + i, 5000));
	}
}

/* Read back: so many rows, right in every one. */
static size_t
check_rows(const struct bytes *b, struct stream_opts opts, size_t columns)
{
	const char *path = temp_file(b);
	struct err e;
	struct input *in = input_open(path, &e);
	struct stream *s = stream_open(in, opts);
	struct part p;
	size_t rows = 0;
	int status;

	while ((status = stream_next(s, &p, &e)) == 1) {
		check_part(&p, columns);
		rows += p.rows;
	}
	if (status != 0)
		fail_msg("%s", e.msg);
	stream_close(s);
	input_close(in);
	unlink(path);
	return rows;
}

static void
records_are_cut_by_size_not_by_arrival(void **state)
{
	static const size_t sizes[] = { 0, 1, 4095, 4096, 4097, 8192, 10000 };
	struct bytes a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		a = written(FORMAT_RECORD, sizes[i], 100, i, sizes[i]);
		b = written(
			FORMAT_RECORD, sizes[i], 20000, i, WRITER_ROWS_UNKNOWN);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.p, b.p, a.n);
		assert_int_equal(check_rows(&a, plain, 2), sizes[i]);
		bytes_free(&a);
		bytes_free(&b);
	}
}

static void
parts_are_numbered_and_the_last_says_so(void **state)
{
	struct bytes b = written(FORMAT_RECORD, 8193, 999, 1, 8193);
	char *text = parts_of_bytes(&b, plain, false);
	static const char head[] = "{\"__metadata__\":{\"format\":\"1\","
				   "\"item\":\"it\",\"other\":\"kept\","
				   "\"part\":\"0\",\"crc32\":\"";

	(void)state;
	assert_string_equal(text,
		"it 0+4096 F *x:F32[4096,1024] y:U8[4096]\n"
		"it 4096+4096  *x:F32[4096,1024] y:U8[4096]\n"
		"it 8192+1 L *x:F32[1,1024] y:U8[1]\n");
	assert_memory_equal(b.p + 8, head, sizeof(head) - 1);
	free(text);
	bytes_free(&b);
}

static void
npy_and_raw_hold_the_main_column(void **state)
{
	const struct stream_opts raw = { .raw = { DT_F32, 1024 } };
	struct bytes told, b;

	(void)state;
	told = written(FORMAT_NPY, 5000, 700, 1, 5000);
	assert_int_equal(told.n, 128 + 5000 * 4096);
	assert_int_equal(check_rows(&told, plain, 1), 5000);
	b = written(FORMAT_NPY, 5000, 999, 2, WRITER_ROWS_UNKNOWN);
	assert_int_equal(check_rows(&b, plain, 1), 5000);
	bytes_free(&b);
	b = written(FORMAT_RAW, 5000, 999, 3, WRITER_ROWS_UNKNOWN);
	assert_int_equal(b.n, 5000 * 4096);
	assert_int_equal(check_rows(&b, raw, 1), 5000);
	assert_memory_equal(b.p, told.p + 128, b.n);
	bytes_free(&b);
	bytes_free(&told);
	b = written(FORMAT_NPY, 0, 1, 1, WRITER_ROWS_UNKNOWN);
	assert_int_equal(check_rows(&b, plain, 1), 0);
	bytes_free(&b);
}

/* Child: an array of unknown length to a pipe, where no header can be put
 * right afterwards. */
static void
npy_to_a_pipe_goes_by_a_temporary_file(void **state)
{
	struct bytes want = written(FORMAT_NPY, 300, 40, 1, 300), got = { 0 };
	int pair[2], status;
	struct writer *w;
	struct output *o;
	struct err e;
	char path[32], block[4096];
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pair), 0);
	snprintf(path, sizeof(path), "/dev/fd/%d", pair[1]);
	pid = fork();
	if (pid == 0) {
		o = open_output(path);
		w = writer_begin(o, FORMAT_NPY, NULL, vectors, 1,
			WRITER_ROWS_UNKNOWN, &e);
		_exit(!w || write_rows(w, 0, 300, &e) || writer_end(w, &e) ||
			output_commit(o, &e));
	}
	close(pair[1]);
	while ((n = read(pair[0], block, sizeof(block))) > 0)
		bytes_add(&got, block, (size_t)n);
	close(pair[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(got.n, want.n);
	assert_memory_equal(got.p, want.p, want.n);
	bytes_free(&got);
	bytes_free(&want);
}

/* Write so many rows, fail; what is in the file? */
static struct bytes
failed(enum format f, size_t rows, int want)
{
	const char *path = temp_file(&(struct bytes){ 0 });
	struct output *o = open_output(path);
	struct writer *w;
	struct bytes b;
	struct err e;

	w = writer_begin(o, f, NULL, vectors, 2, WRITER_ROWS_UNKNOWN, &e);
	assert_non_null(w);
	if (rows)
		assert_int_equal(write_rows(w, 0, rows, &e), 0);
	assert_int_equal(writer_fail(w, &e), want);
	assert_int_equal(output_commit(o, &e), 0);
	b = read_file(path);
	unlink(path);
	return b;
}

static void
a_failed_item_is_absent_or_marked(void **state)
{
	struct bytes b = failed(FORMAT_RECORD, 4096, 0);
	struct err e;
	char *text;

	(void)state;
	assert_int_equal(b.n, 0);
	bytes_free(&b);
	b = failed(FORMAT_RECORD, 4098, 0);
	text = parts_of_bytes(&b, plain, false);
	assert_string_equal(text,
		"NAME 0+4096 F *x:F32[4096,1024] y:U8[4096]\n"
		"NAME 4096+0 LX *x:F32[0,1024] y:U8[0]\n");
	free(text);
	bytes_free(&b);
	b = failed(FORMAT_RAW, 0, 0);
	assert_int_equal(b.n, 0);
	bytes_free(&b);
	b = failed(FORMAT_RAW, 1, -1);
	bytes_free(&b);
	b = failed(FORMAT_NPY, 2, -1);
	text = parts_of_bytes(&b, plain, false);
	assert_string_equal(text, "NAME 0+2 FL *x:F32[2,1024]\n");
	free(text);
	bytes_free(&b);
	assert_int_equal(writer_fail(NULL, &e), 0);
}

/* Elements of one type out as another. */
static struct bytes
converted(enum dtype from, const void *data, size_t n, enum dtype to, int want)
{
	const struct column c = { "codes", from, 1, { 0 }, from == DT_F32 };
	const char *path = temp_file(&(struct bytes){ 0 });
	struct output *o = open_output(path);
	struct writer *w;
	struct bytes b;
	struct err e;

	w = writer_begin(o, FORMAT_RAW, NULL, &c, 1, WRITER_ROWS_UNKNOWN, &e);
	assert_non_null(w);
	writer_raw_type(w, to);
	assert_int_equal(writer_rows(w, &data, n, &e), want);
	if (want != 0)
		assert_string_equal(e.msg, "300 does not fit in U8");
	assert_int_equal(writer_end(w, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
	b = read_file(path);
	unlink(path);
	return b;
}

static void
raw_converts_or_refuses(void **state)
{
	static const unsigned char u16[] = { 1, 0, 44, 1 };
	float x[3000];
	struct bytes b;

	(void)state;
	b = converted(DT_U16, u16, 2, DT_U32, 0);
	assert_int_equal(b.n, 8);
	assert_memory_equal(b.p, "\1\0\0\0\54\1\0\0", 8);
	bytes_free(&b);
	b = converted(DT_U16, u16, 2, DT_U8, -1);
	bytes_free(&b);
	for (int i = 0; i < 3000; i++)
		x[i] = (float)i * 20 - 30000.5f;
	b = converted(DT_F32, x, 3000, DT_I16, 0);
	assert_int_equal(b.n, 6000);
	assert_int_equal((int16_t)le_get16(b.p), -30000);
	assert_int_equal((int16_t)le_get16(b.p + 2 * 2999), 29980);
	bytes_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_cut_by_size_not_by_arrival),
		cmocka_unit_test(parts_are_numbered_and_the_last_says_so),
		cmocka_unit_test(npy_and_raw_hold_the_main_column),
		cmocka_unit_test(npy_to_a_pipe_goes_by_a_temporary_file),
		cmocka_unit_test(a_failed_item_is_absent_or_marked),
		cmocka_unit_test(raw_converts_or_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
