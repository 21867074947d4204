/*
 * model_moe_items.h - files of rows with targets, for the tests of what reads
 * them.
 */
#ifndef MODEL_MOE_ITEMS_H
#define MODEL_MOE_ITEMS_H

#include "model/moe_data.h"
#include "model_items.h"

/* Numbers in a dtype, to be free()d. */
HELP void *
moe_items_as(enum dtype t, const double *v, size_t n)
{
	unsigned char *p = mem_alloc(n, dtype_size(t));

	for (size_t i = 0; i < n; i++) {
		int64_t whole = t > DT_BF16 ? (int64_t)v[i] : 0;
		float real = (float)v[i];

		if (t == DT_F64)
			memcpy(p + 8 * i, &v[i], 8);
		else if (t <= DT_BF16)
			dtype_from_f32(p + i * dtype_size(t), &real, 1, t);
		else /* little endian: the low bytes */
			memcpy(p + i * dtype_size(t), &whole, dtype_size(t));
	}
	return p;
}

/* One item: x, and y unless its rank is 0; shapes with the first axis. */
struct moe_items_item {
	const char *name;
	enum dtype xt, yt;
	size_t xrank, xs[4], yrank, ys[4];
	const double *x, *y;
};

HELP struct column
moe_items_column(
	const char *name, enum dtype t, size_t rank, const size_t *shape)
{
	struct column c = { .name = name, .dtype = t, .rank = rank };

	memcpy(c.shape, shape, rank * sizeof(*shape));
	return c;
}

HELP size_t
moe_items_count(size_t rank, const size_t *shape)
{
	size_t n = 1;

	for (size_t i = 0; i < rank; i++)
		n *= shape[i];
	return n;
}

HELP void
moe_items_put(struct output *o, const struct moe_items_item *i)
{
	struct column col[2] = { moe_items_column("x", i->xt, i->xrank, i->xs),
		moe_items_column("y", i->yt, i->yrank, i->ys) };
	void *x = moe_items_as(i->xt, i->x, moe_items_count(i->xrank, i->xs));
	void *y = i->yrank
		? moe_items_as(i->yt, i->y, moe_items_count(i->yrank, i->ys))
		: NULL;
	const void *data[2] = { x, y };
	struct meta m = { 0 };
	struct writer *w;
	struct err e;

	meta_set(&m, "item", i->name);
	w = writer_begin(
		o, FORMAT_RECORD, &m, col, i->yrank ? 2 : 1, i->xs[0], &e);
	assert_non_null(w);
	assert_int_equal(writer_rows(w, data, i->xs[0], &e), 0);
	assert_int_equal(writer_end(w, &e), 0);
	meta_free(&m);
	free(x);
	free(y);
}

/* A file with these items. */
HELP const char *
moe_items_file(const char *file, const struct moe_items_item *i, size_t n)
{
	struct output *o = items_open(file);

	while (n--)
		moe_items_put(o, i++);
	items_close(o);
	return items_path(file);
}

#endif
