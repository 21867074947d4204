/*
 * model_files.h - a file that the tests of sources write and read.
 */
#ifndef MODEL_FILES_H
#define MODEL_FILES_H

#include "model/source.h"
#include "model_help.h"
#include "tensor/writer.h"
#include "util/output.h"

static char path[] = "/tmp/vq-test-source-XXXXXX";

HELP struct output *
create(void)
{
	struct err e;
	struct output *o =
		output_open(path, (struct output_opts){ .force = true }, &e);

	assert_non_null(o);
	return o;
}

HELP void
commit(struct output *o)
{
	struct err e;

	assert_int_equal(output_commit(o, &e), 0);
}

HELP struct source *
open_source(struct source_opts o)
{
	struct err e;
	struct input *in = input_open(path, &e);
	struct source *s;

	assert_non_null(in);
	s = source_open(in, o, &e);
	if (!s)
		print_error("%s\n", e.msg);
	assert_non_null(s);
	return s;
}

/* One item with these columns, in pieces of the writer's own. */
HELP void
put(struct output *o, const char *item, const struct column *col, size_t cols,
	const void *const *data, size_t rows)
{
	struct meta m = { 0 };
	struct writer *w;
	struct err e;

	meta_set(&m, "item", item);
	meta_setf(&m, "rows", "%zu", rows);
	w = writer_begin(o, FORMAT_RECORD, &m, col, cols, rows, &e);
	assert_non_null(w);
	if (rows)
		assert_int_equal(writer_rows(w, data, rows, &e), 0);
	assert_int_equal(writer_end(w, &e), 0);
	meta_free(&m);
}

/* All rows of the item in random pieces. */
HELP float *
read_all(struct source *s, size_t cols, size_t *rows, struct rng *r)
{
	float *x = NULL;
	size_t room = 0;
	struct err e;
	ptrdiff_t got;

	*rows = 0;
	do {
		size_t n = 1 + rng_below(r, 50);

		if (*rows + n > room) {
			room = 2 * (*rows + n);
			x = mem_grow(x, room * cols, sizeof(*x));
		}
		got = source_read(s, x + *rows * cols, n, &e);
		if (got < 0)
			print_error("%s\n", e.msg);
		assert_true(got >= 0);
		*rows += (size_t)got;
		if ((size_t)got < n)
			break;
	} while (got > 0);
	return x;
}

#endif
