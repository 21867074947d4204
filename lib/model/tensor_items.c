#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/tensor_items.h"
#include "model/tensor_layout.h"
#include "tensor/le.h"
#include "util/mem.h"

struct tensor_items {
	struct stream *stream;
	bool drop_nan, named;
	const char *taken; /* no companion may have this name; NULL: any */
	struct part part;
	bool open;   /* part belongs to an item that was announced */
	bool broken; /* the stream cannot go on */
	size_t used; /* rows of the part given out */

	/* the item */
	char *item;
	struct meta meta;
	struct err fault; /* msg empty: none */
	struct tensor_layout is;
	size_t seen; /* rows of the item, dropped ones too */

	struct column *col;   /* [companions] */
	unsigned char **side; /* their rows of the last read */
	size_t companions, room;
};

struct tensor_items *
tensor_items_open(struct input *in, const struct source_opts *o)
{
	struct tensor_items *t = mem_zalloc(1, sizeof(*t));

	t->stream = stream_open(in, o->stream);
	t->drop_nan = o->drop_nan;
	t->named = o->stream.tensor != NULL;
	t->taken = o->taken;
	return t;
}

static void
forget_item(struct tensor_items *t)
{
	for (size_t i = 0; i < t->companions; i++) {
		free((char *)t->col[i].name);
		free(t->side[i]);
	}
	free(t->col);
	free(t->side);
	free(t->item);
	meta_free(&t->meta);
	t->col = NULL;
	t->side = NULL;
	t->item = NULL;
	t->companions = t->room = t->used = t->seen = 0;
	t->fault.msg[0] = '\0';
}

void
tensor_items_close(struct tensor_items *t)
{
	if (!t)
		return;
	forget_item(t);
	stream_close(t->stream);
	free(t);
}

static void
add_companion(struct tensor_items *t, struct column c)
{
	size_t n = t->companions++;

	t->col = mem_grow(t->col, n + 1, sizeof(*t->col));
	t->side = mem_grow(t->side, n + 1, sizeof(*t->side));
	c.name = mem_strdup(c.name);
	t->col[n] = c;
	t->side[n] = NULL;
}

/* Tensors cut along with the main one. */
static void
find_companions(struct tensor_items *t)
{
	const struct record *r = &t->part.rec;
	struct column c;

	for (size_t i = 0; i < r->count; i++)
		if (beside_goes(&t->part, &r->tensor[i], t->taken, &c) &&
			!(t->drop_nan && strcmp(c.name, "kept") == 0))
			add_companion(t, c);
	if (t->drop_nan)
		add_companion(t,
			(struct column){
				.name = "kept", .dtype = DT_U64, .rank = 1 });
}

/* To the first part of the next item. */
static int
next_part(struct tensor_items *t, struct err *e)
{
	int got;

	while (t->open && !t->part.last) {
		got = stream_next(t->stream, &t->part, e);
		if (got <= 0)
			return got;
	}
	t->open = false;
	return stream_next(t->stream, &t->part, e);
}

int
tensor_items_next(struct tensor_items *t, struct item_info *info, struct err *e)
{
	int got;

	if (t->broken)
		return 0;
	got = next_part(t, e);
	if (got <= 0) {
		t->broken = true;
		return got;
	}
	forget_item(t);
	t->open = true;
	t->item = mem_strdup(t->part.item);
	meta_copy(&t->meta, &t->part.rec.meta);
	*info = (struct item_info){ .meta = &t->meta };
	if (tensor_layout_find(&t->is, &t->part, t->named, info, &t->fault) !=
		0)
		*info = (struct item_info){ .kind = ITEM_ROWS,
			.fault = t->fault.msg };
	else if (t->is.kind == ITEM_ROWS)
		find_companions(t);
	if (t->drop_nan && info->kind == ITEM_ROWS)
		info->rows = SOURCE_UNKNOWN;
	info->item = t->item;
	return 1;
}

/* Each companion must be there in every part as it was in the first. */
static int
check_companions(struct tensor_items *t, struct err *e)
{
	for (size_t i = 0; i < t->companions - t->drop_nan; i++) {
		const struct column *c = &t->col[i];
		const struct tensor *x = record_find(&t->part.rec, c->name);

		if (!x || x->dtype != c->dtype || x->rank != c->rank ||
			x->shape[0] != t->part.rows ||
			memcmp(x->shape + 1, c->shape + 1,
				(c->rank - 1) * sizeof(*c->shape)) != 0)
			return err_set(e,
				"tensor \"%s\" is not the same in every part",
				c->name);
	}
	return 0;
}

/* 1: the part has rows to give, 0: the item is complete. */
static int
advance(struct tensor_items *t, struct err *e)
{
	while (t->used == t->part.rows * t->is.fold) {
		int got;

		if (t->part.last)
			break;
		got = stream_next(t->stream, &t->part, e);
		t->used = 0;
		if (got <= 0) {
			t->broken = true;
			return got < 0 ? -1 : err_set(e, "ends within an item");
		}
		if (t->part.failed || !t->part.main)
			return err_set(e, TENSOR_LAYOUT_CUT);
		if (!tensor_layout_same(&t->is, t->part.main))
			return err_set(e,
				"tensor \"%s\" changes its shape or dtype "
				"between parts",
				t->part.main->name);
		if (t->is.kind == ITEM_ROWS && check_companions(t, e) != 0)
			return -1;
	}
	return t->used < t->part.rows * t->is.fold;
}

/* Row `from` of the part becomes row `to` of what is given out. */
static void
take_companions(struct tensor_items *t, size_t from, size_t to)
{
	size_t ours = t->companions - t->drop_nan;

	for (size_t i = 0; i < ours; i++) {
		size_t n = beside_bytes(&t->col[i]);
		const struct tensor *x =
			record_find(&t->part.rec, t->col[i].name);

		memcpy(t->side[i] + to * n, x->data + from / t->is.fold * n, n);
	}
	if (t->drop_nan)
		le_put64(t->side[ours] + to * 8, t->seen);
}

/* Rows from the part at hand: how many were kept. */
static ptrdiff_t
take(struct tensor_items *t, float *out, size_t n, size_t at, struct err *e)
{
	const struct tensor *x = t->part.main;
	size_t kept = 0, first = t->used * t->is.cols;
	bool drop = t->drop_nan && t->is.kind == ITEM_ROWS;

	dtype_to_f32(out, x->data + first * dtype_size(x->dtype),
		n * t->is.cols, x->dtype);
	for (size_t i = 0; t->is.full != 0 && i < n * t->is.cols; i++)
		out[i] /= t->is.full;
	for (size_t r = 0; r < n; r++, t->used++, t->seen++) {
		float *row = out + r * t->is.cols;
		size_t bad = dtype_find_nonfinite(row, t->is.cols);

		if (bad < t->is.cols && !drop)
			return err_set(e,
				"row %zu holds %s (column %zu, both counted "
				"from 0)",
				t->seen,
				dtype_nonfinite_words(x->data,
					first + r * t->is.cols + bad, x->dtype),
				bad);
		if (bad < t->is.cols)
			continue;
		if (kept != r)
			memcpy(out + kept * t->is.cols, row,
				t->is.cols * sizeof(*out));
		if (t->companions)
			take_companions(t, t->used, at + kept);
		kept++;
	}
	return (ptrdiff_t)kept;
}

static void
make_room(struct tensor_items *t, size_t n)
{
	if (n <= t->room)
		return;
	for (size_t i = 0; i < t->companions; i++)
		t->side[i] = mem_grow(t->side[i], n, beside_bytes(&t->col[i]));
	t->room = n;
}

ptrdiff_t
tensor_items_read(struct tensor_items *t, float *out, size_t n, struct err *e)
{
	size_t got = 0;
	int more = 0;

	if (t->fault.msg[0])
		return err_set(e, "%s", t->fault.msg);
	make_room(t, n);
	while (got < n && (more = advance(t, e)) == 1) {
		size_t left = t->part.rows * t->is.fold - t->used;
		ptrdiff_t kept = take(t, out + got * t->is.cols,
			left < n - got ? left : n - got, got, e);

		if (kept < 0)
			return -1;
		got += (size_t)kept;
	}
	if (more < 0)
		return -1;
	if (got < n && t->is.declared != SOURCE_UNKNOWN &&
		t->seen != t->is.declared * t->is.fold)
		return err_set(e, "has %zu rows, its metadata says %zu",
			t->seen / t->is.fold, t->is.declared);
	return (ptrdiff_t)got;
}

size_t
tensor_items_companions(const struct tensor_items *t, const struct column **c)
{
	*c = t->col;
	return t->companions;
}

const void *
tensor_items_companion(const struct tensor_items *t, size_t i)
{
	return t->side[i];
}

size_t
tensor_items_loose(const struct tensor_items *t, const char *name)
{
	const struct tensor *x = record_find(&t->part.rec, name);

	if (!x || x == t->part.main)
		return SOURCE_UNKNOWN;
	for (size_t i = 0; i < t->companions; i++)
		if (strcmp(t->col[i].name, name) == 0)
			return SOURCE_UNKNOWN;
	return x->rank ? x->shape[0] : 1;
}
