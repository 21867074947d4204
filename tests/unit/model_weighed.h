/* model_weighed.h - inputs of training whose rows have weights. */
#ifndef MODEL_WEIGHED_H
#define MODEL_WEIGHED_H

#include "model_items.h"

/* A file with one item: x [rows, d] and w [rows]. */
HELP void
weighed_file(
	const char *name, const float *x, size_t d, const float *w, size_t rows)
{
	struct column col[] = { items_rows(d),
		{ "w", DT_F32, 1, { 0 }, true } };
	const void *data[] = { x, w };
	struct output *o = items_open(name);
	struct meta m = { 0 };
	struct writer *out;
	struct err e;

	meta_set(&m, "item", name);
	out = writer_begin(o, FORMAT_RECORD, &m, col, 2, rows, &e);
	assert_non_null(out);
	assert_int_equal(writer_rows(out, data, rows, &e), 0);
	assert_int_equal(writer_end(out, &e), 0);
	meta_free(&m);
	items_close(o);
}

#endif
