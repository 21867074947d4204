#include <stdlib.h>
#include <string.h>

#include "tensor/cut.h"
#include "tensor/doc.h"
#include "tensor/npy.h"
#include "util/mem.h"
#include "util/names.h"

/* "a, b, c", as many as fit. */
static int
ambiguous(const struct record *r, struct err *e)
{
	const char *kind = meta_get(&r->meta, "kind");
	char list[400] = "", *name;
	size_t used = 0;

	if (kind && (strcmp(kind, "model") == 0 || strcmp(kind, "moe") == 0))
		return err_set(e,
			"a model, not data (vq-stats --list shows what it "
			"holds)");
	if (!r->count)
		return err_set(e, "no tensor in the record");
	for (size_t i = 0; i < r->count && used < sizeof(list); i++) {
		name = names_escape(r->tensor[i].name);
		used += (size_t)snprintf(list + used, sizeof(list) - used,
			"%s%s", i ? ", " : "", name);
		free(name);
	}
	return err_set(e, "which tensor is meant? there are %s", list);
}

static int
choose_main(struct doc *d, const char *name, struct err *e)
{
	static const char *const usual[] = { "codes", "x", "image", "audio",
		"experts" };
	const struct record *r = &d->head;
	const struct tensor *t = name ? record_find(r, name) : NULL;

	for (size_t i = 0; !name && !t && i < 5; i++)
		t = record_find(r, usual[i]);
	if (!name && !t && r->count == 1)
		t = r->tensor;
	if (name && !t) {
		ambiguous(r, e);
		return err_wrap(e, "no tensor \"%.200s\"", name);
	}
	if (!t)
		return ambiguous(r, e);
	d->main = (size_t)(t - r->tensor);
	return 0;
}

/* Cut along with the main tensor? */
static bool
in_rows(const struct doc *d, const struct tensor *t)
{
	return t->rank && t->shape[0] == d->rows;
}

static size_t
row_bytes(const struct tensor *t)
{
	return tensor_row_elements(t) * dtype_size(t->dtype);
}

/* The most that is held at once, at every size that the header claims. */
static int
check_sizes(const struct doc *d, size_t *row, struct err *e)
{
	size_t whole = 0, n;
	bool along;

	*row = 0;
	for (size_t i = 0; i < d->head.count; i++) {
		const struct tensor *t = &d->head.tensor[i];

		along = in_rows(d, t);
		n = along ? row_bytes(t) : t->bytes;
		if (n > PART_BYTES_ALL - (along ? *row : whole))
			return err_set(e,
				"tensor \"%.200s\": %s of %zu bytes is more "
				"than can be held at once (%zu)",
				t->name, along ? "a row" : "all", n,
				PART_BYTES_ALL);
		*(along ? row : &whole) += n;
	}
	return 0;
}

/* Rows, and how many make a part. */
static int
plan(struct doc *d, struct err *e)
{
	const struct tensor *t = &d->head.tensor[d->main];
	size_t all;

	if (!t->rank)
		return err_set(
			e, "tensor \"%.200s\" is a scalar, no rows", t->name);
	d->rows = t->shape[0];
	if (d->rows && !row_bytes(t))
		return err_set(
			e, "tensor \"%.200s\": rows of no elements", t->name);
	if (check_sizes(d, &all, e) != 0)
		return -1;
	d->part_rows = cut_rows(row_bytes(t), all);
	/* Where there is a checksum, a part waits for it. */
	if (d->head.count == 1 && !meta_get(&d->head.meta, "crc32"))
		d->part_rows = cut_passing(row_bytes(t));
	return 0;
}

static int
open_data(struct doc *d, struct input *in, uint64_t total, struct err *e)
{
	bool one = d->rows <= d->part_rows || d->head.count == 1;
	uint32_t crc;
	int known = safetensors_crc(&d->head.meta, &crc, e);

	if (known < 0)
		return -1;
	return section_open(&d->data, in, total, one && !d->fortran,
		known ? &crc : NULL, e);
}

/* One tensor `x`, without data. */
static int
open_npy(struct doc *d, struct input *in, uint64_t *total, struct err *e)
{
	struct tensor *t;
	struct npy h;

	if (npy_read(in, &h, e) != 0)
		return -1;
	t = mem_zalloc(1, sizeof(*t));
	t->name = mem_strdup("x");
	t->dtype = h.dtype;
	t->rank = h.rank;
	memcpy(t->shape, h.shape, sizeof(t->shape));
	t->bytes = (size_t)h.bytes;
	d->head.tensor = t;
	d->head.count = 1;
	d->ext = mem_zalloc(1, sizeof(*d->ext));
	d->ext->end = h.bytes;
	d->big_endian = h.big_endian;
	d->fortran = h.fortran && h.rank > 1;
	*total = h.bytes;
	return 0;
}

int
doc_open(struct doc *d, struct input *in, const char *name, struct err *e)
{
	const unsigned char *p;
	ptrdiff_t n = input_peek(in, NPY_MAGIC_SIZE, &p, e);
	uint64_t total = 0;
	int status;

	*d = (struct doc){ 0 };
	if (n < 0)
		return -1;
	if (n == NPY_MAGIC_SIZE && memcmp(p, NPY_MAGIC, (size_t)n) == 0) {
		status = open_npy(d, in, &total, e);
		name = NULL;
	} else {
		status = safetensors_read(in, &d->head, &d->ext, &total, e);
	}
	if (status == 0 && choose_main(d, name, e) == 0 && plan(d, e) == 0 &&
		open_data(d, in, total, e) == 0)
		return 0;
	doc_close(d);
	return -1;
}

int
doc_hold(struct doc *d, struct record *r, struct err *e)
{
	struct tensor *t = r->tensor;

	*d = (struct doc){ .head = *r };
	*r = (struct record){ 0 };
	d->data =
		(struct section){ .bytes = t->bytes, .mem = t->data, .fd = -1 };
	t->data = NULL;
	d->ext = mem_zalloc(1, sizeof(*d->ext));
	d->ext->end = t->bytes;
	if (plan(d, e) == 0)
		return 0;
	doc_close(d);
	return -1;
}

void
doc_close(struct doc *d)
{
	record_free(&d->head);
	free(d->ext);
	section_close(&d->data);
	*d = (struct doc){ 0 };
}

bool
doc_done(const struct doc *d)
{
	return d->row == d->rows;
}

/* Where the column with Fortran's number f stands in a row of C order. */
static size_t
column_in_c(const struct tensor *t, size_t f)
{
	size_t stride = tensor_row_elements(t), at = 0;

	for (size_t i = 1; i < t->rank; i++) {
		stride /= t->shape[i];
		at += f % t->shape[i] * stride;
		f /= t->shape[i];
	}
	return at;
}

/* Rows of a Fortran array: each column lies together, first axis fastest. */
static void *
gather(struct doc *d, const struct tensor *t, size_t rows, struct err *e)
{
	size_t size = dtype_size(t->dtype), cols = tensor_row_elements(t), f, i;
	unsigned char *out = mem_alloc(rows * cols, size), *to;
	unsigned char *column = mem_alloc(rows, size);

	for (f = 0; f < cols && rows; f++) {
		if (section_copy(&d->data, (f * d->rows + d->row) * size,
			    column, rows * size, e) != 0) {
			free(out);
			out = NULL;
			break;
		}
		to = out + column_in_c(t, f) * size;
		for (i = 0; i < rows; i++)
			memcpy(to + i * cols * size, column + i * size, size);
	}
	free(column);
	return out;
}

static void
swap_bytes(unsigned char *p, size_t n, size_t size)
{
	unsigned char c;

	for (; n >= size; p += size, n -= size)
		for (size_t i = 0; i < size / 2; i++) {
			c = p[i];
			p[i] = p[size - 1 - i];
			p[size - 1 - i] = c;
		}
}

/* Tensor i of a part of so many rows. */
static int
add_tensor(
	struct doc *d, size_t i, size_t rows, struct record *r, struct err *e)
{
	const struct tensor *t = &d->head.tensor[i];
	size_t shape[TENSOR_RANK_MAX], n = t->bytes;
	uint64_t at = d->ext[i].begin;
	unsigned char *data;

	memcpy(shape, t->shape, sizeof(shape));
	if (in_rows(d, t)) {
		shape[0] = rows;
		n = rows * row_bytes(t);
		at += d->row * row_bytes(t);
	} else if (d->row) {
		return 0;
	}
	data = d->fortran ? gather(d, t, rows, e)
			  : section_take(&d->data, at, n, e);
	if (!data)
		return err_wrap(e, "tensor \"%.200s\"", t->name);
	if (d->big_endian)
		swap_bytes(data, n, dtype_size(t->dtype));
	record_add(r, t->name, t->dtype, t->rank, shape, data);
	return 0;
}

int
doc_part(struct doc *d, struct record *r, struct err *e)
{
	size_t left = d->rows - d->row;
	size_t rows = left < d->part_rows ? left : d->part_rows;

	for (size_t i = 0; i < d->head.count; i++)
		if (add_tensor(d, i, rows, r, e) != 0)
			return -1;
	d->row += rows;
	if (doc_done(d)) { /* the last user */
		r->meta = d->head.meta;
		d->head.meta = (struct meta){ 0 };
	} else {
		meta_copy(&r->meta, &d->head.meta);
	}
	return 0;
}
