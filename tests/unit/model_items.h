/*
 * model_items.h - inputs of training as files: items of rows, images or
 * sounds in a folder that goes away at the end.
 */
#ifndef MODEL_ITEMS_H
#define MODEL_ITEMS_H

#include <fcntl.h>

#include "model/corpus.h"
#include "numbers.h"
#include "tensor/writer.h"
#include "util/output.h"

static char items_dir[] = "/tmp/vq-test-items-XXXXXX";

HELP int
items_setup(void **state)
{
	(void)state;
	return mkdtemp(items_dir) ? 0 : -1;
}

HELP int
items_teardown(void **state)
{
	char *command = mem_printf("rm -rf %s", items_dir);
	int status = system(command);

	(void)state;
	free(command);
	return status;
}

/* A path in the folder; static, the last four are valid. */
HELP const char *
items_path(const char *name)
{
	static char path[4][100];
	static int turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", items_dir, name);
	return path[turn];
}

/* A new file to put items into, or one more of them (append). */
HELP struct output *
items_open(const char *name)
{
	struct output_opts force = { .force = true, .nosync = true };
	struct err e;
	struct output *o = output_open(items_path(name), force, &e);

	assert_non_null(o);
	return o;
}

HELP void
items_close(struct output *o)
{
	struct err e;

	assert_int_equal(output_commit(o, &e), 0);
}

/* x is [rows, ...] as the column says; `rows` is announced if `known`. */
HELP void
items_put(struct output *o, const char *item, struct column col, const float *x,
	size_t rows, bool known)
{
	const void *data = x;
	struct meta m = { 0 };
	struct writer *w;
	struct err e;

	meta_set(&m, "item", item);
	meta_set(&m, "sample_rate", "8000");
	if (known)
		meta_setf(&m, "rows", "%zu", rows);
	w = writer_begin(o, FORMAT_RECORD, &m, &col, 1,
		known ? rows : WRITER_ROWS_UNKNOWN, &e);
	assert_non_null(w);
	assert_int_equal(writer_rows(w, &data, rows, &e), 0);
	assert_int_equal(writer_end(w, &e), 0);
	meta_free(&m);
}

HELP struct column
items_rows(size_t d)
{
	return (struct column){ "x", DT_F32, 2, { 0, d }, true };
}

HELP struct column
items_image(size_t width, size_t channels)
{
	return (struct column){ "image", DT_F32, 3, { 0, width, channels },
		true };
}

HELP struct column
items_sound(size_t channels)
{
	return (struct column){ "audio", DT_F32, 2, { 0, channels }, true };
}

/* A file with this one item. */
HELP void
items_file(const char *name, struct column col, const float *x, size_t rows)
{
	struct output *o = items_open(name);

	items_put(o, name, col, x, rows, true);
	items_close(o);
}

/* The survey of files of the folder, by name ("-" is stdin); its status. */
HELP int
items_survey(struct corpus *c, struct err *e, size_t count, ...)
{
	struct strlist paths = { 0 };
	struct source_opts o = { 0 };
	va_list ap;

	va_start(ap, count);
	for (size_t i = 0; i < count; i++) {
		const char *name = va_arg(ap, const char *);

		strlist_add(&paths,
			strcmp(name, "-") == 0 ? name : items_path(name));
	}
	va_end(ap);
	return corpus_survey(c, &paths, &o, 0, e);
}

#endif
