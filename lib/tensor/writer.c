#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/cut.h"
#include "tensor/le.h"
#include "tensor/npy_out.h"
#include "tensor/raw_out.h"
#include "tensor/writer.h"
#include "util/mem.h"
#include "util/names.h"

struct writer {
	struct output *o;
	enum format format;
	struct meta meta;
	struct column *col;
	char **name;             /* [cols], owned; col borrows them */
	size_t cols, *row_bytes; /* [cols] */
	unsigned char **buf;     /* [cols], room for `room` rows */
	size_t room, fill, part_rows;
	size_t part;         /* number of the next */
	size_t rows;         /* written or held */
	enum dtype raw_type; /* FORMAT_RAW */
	struct writer_extra extra;
	struct npy_out *npy; /* FORMAT_NPY */
	void *turned;        /* rows of the main column, little endian */
};

static size_t
row_elements(const struct column *c)
{
	size_t n = 1;

	for (size_t i = 1; i < c->rank; i++)
		n *= c->shape[i];
	return n;
}

/* A header holds a name once, but the data of both would be written. */
static bool
names_differ(const struct column *col, size_t cols)
{
	struct names_set *seen = names_set_open();
	bool differ = true;

	for (size_t i = 0; i < cols && differ; i++)
		differ = names_set_add(seen, col[i].name);
	names_set_close(seen);
	return differ;
}

static void
set_columns(struct writer *w, const struct column *col, size_t cols)
{
	size_t all = 0;

	w->cols = cols;
	w->col = mem_alloc(cols, sizeof(*col));
	w->name = mem_alloc(cols, sizeof(*w->name));
	w->row_bytes = mem_alloc(cols, sizeof(*w->row_bytes));
	w->buf = mem_zalloc(cols, sizeof(*w->buf));
	for (size_t i = 0; i < cols; i++) {
		w->col[i] = col[i];
		w->col[i].name = w->name[i] = mem_strdup(col[i].name);
		w->row_bytes[i] =
			row_elements(&col[i]) * dtype_size(col[i].dtype);
		all += w->row_bytes[i];
	}
	w->part_rows = cut_rows(w->row_bytes[0], all);
	w->raw_type = col->dtype;
}

static void
set_meta(struct writer *w, const struct meta *meta)
{
	if (meta)
		meta_copy(&w->meta, meta);
	/* What came with the input speaks of other parts. */
	meta_del(&w->meta, "part");
	meta_del(&w->meta, "last");
	meta_del(&w->meta, "crc32");
}

static void
release(struct writer *w)
{
	for (size_t i = 0; i < w->cols; i++) {
		free(w->buf[i]);
		free(w->name[i]);
	}
	free(w->buf);
	free(w->turned);
	free(w->name);
	free(w->row_bytes);
	free(w->col);
	meta_free(&w->meta);
	free(w);
}

struct writer *
writer_begin(struct output *o, enum format f, const struct meta *meta,
	const struct column *col, size_t cols, size_t rows, struct err *e)
{
	struct writer *w = mem_zalloc(1, sizeof(*w));

	assert(names_differ(col, cols));
	w->o = o;
	w->format = f;
	set_columns(w, col, cols);
	set_meta(w, meta);
	if (f == FORMAT_NPY) {
		w->npy = npy_out_begin(
			o, col->dtype, col->rank, col->shape, rows, e);
		if (!w->npy) {
			release(w);
			return NULL;
		}
	}
	return w;
}

void
writer_raw_type(struct writer *w, enum dtype t)
{
	w->raw_type = t;
}

void
writer_set_extra(struct writer *w, struct writer_extra x)
{
	w->extra = x;
}

static void
free_extra(const struct writer *w, const struct record *r)
{
	for (size_t i = w->cols; i < r->count; i++) {
		free(r->tensor[i].name);
		free(r->tensor[i].data);
	}
}

/* Write the rows held as one part; last is the metadata's value, or NULL. */
static int
flush(struct writer *w, const char *last, struct err *e)
{
	struct record r = { .count = w->cols };
	struct tensor *t;
	int status;

	meta_copy(&r.meta, &w->meta);
	meta_setf(&r.meta, "part", "%zu", w->part++);
	if (last)
		meta_set(&r.meta, "last", last);
	r.tensor = mem_zalloc(w->cols, sizeof(*r.tensor));
	for (size_t i = 0; i < w->cols; i++) {
		t = &r.tensor[i];
		*t = (struct tensor){ .dtype = w->col[i].dtype,
			.rank = w->col[i].rank,
			.data = w->buf[i],
			.bytes = w->fill * w->row_bytes[i] };
		t->name = w->name[i];
		memcpy(t->shape, w->col[i].shape, sizeof(t->shape));
		t->shape[0] = w->fill;
	}
	if (w->extra.add)
		w->extra.add(w->extra.arg, &r);
	status = record_write(&r, w->o, e);
	free_extra(w, &r);
	free(r.tensor);
	meta_free(&r.meta);
	w->fill = 0;
	return status;
}

static void
make_room(struct writer *w, size_t rows)
{
	if (rows <= w->room)
		return;
	if (rows < 2 * w->room)
		rows = 2 * w->room;
	if (rows > w->part_rows)
		rows = w->part_rows;
	for (size_t i = 0; i < w->cols; i++)
		w->buf[i] = mem_grow(w->buf[i], rows, w->row_bytes[i]);
	w->room = rows;
}

/* Hold as many of n rows as the part takes, the first being row `from`. */
static size_t
hold(struct writer *w, const void *const *data, size_t from, size_t n)
{
	const unsigned char *src;
	unsigned char *to;
	size_t size;

	if (n > w->part_rows - w->fill)
		n = w->part_rows - w->fill;
	make_room(w, w->fill + n);
	for (size_t i = 0; i < w->cols; i++) {
		size = w->row_bytes[i];
		src = data[i];
		to = w->buf[i] + w->fill * size;
		memcpy(to, src + from * size, n * size);
		if (w->col[i].native)
			le_turn(to, n * row_elements(&w->col[i]),
				dtype_size(w->col[i].dtype));
	}
	w->fill += n;
	return n;
}

/* A full part waits for the next row: the last one must say that it is. */
static int
record_rows(struct writer *w, const void *const *data, size_t n, struct err *e)
{
	for (size_t i = 0; i < n;) {
		if (w->fill == w->part_rows && flush(w, NULL, e) != 0)
			return -1;
		i += hold(w, data, i, n - i);
	}
	return 0;
}

/* n rows of the main column as they are written. */
static const void *
main_rows(struct writer *w, const void *data, size_t n)
{
	const struct column *c = &w->col[0];

	if (LE_HERE || !c->native)
		return data;
	w->turned = mem_grow(w->turned, n, w->row_bytes[0]);
	memcpy(w->turned, data, n * w->row_bytes[0]);
	le_turn(w->turned, n * row_elements(c), dtype_size(c->dtype));
	return w->turned;
}

int
writer_rows(struct writer *w, const void *const *data, size_t n, struct err *e)
{
	w->rows += n;
	switch (w->format) {
	case FORMAT_NPY:
		return npy_out_rows(w->npy, main_rows(w, data[0], n), n, e);
	case FORMAT_RAW:
		return raw_out_write(w->o, main_rows(w, data[0], n),
			n * row_elements(&w->col[0]), w->col[0].dtype,
			w->raw_type, e);
	default: return record_rows(w, data, n, e);
	}
}

int
writer_end(struct writer *w, struct err *e)
{
	int status = 0;

	if (w->format == FORMAT_NPY)
		status = npy_out_end(w->npy, e);
	else if (w->format == FORMAT_RECORD)
		status = flush(w, "1", e);
	release(w);
	return status;
}

int
writer_fail(struct writer *w, struct err *e)
{
	int status = 0;

	if (!w)
		return 0;
	if (w->format == FORMAT_NPY) {
		status = npy_out_fail(w->npy, e);
	} else if (w->format == FORMAT_RAW && w->rows) {
		status = err_set(
			e, "the output is cut short after row %zu", w->rows);
	} else if (w->part) {
		w->fill = 0;
		status = flush(w, "failed", e);
	}
	release(w);
	return status;
}
