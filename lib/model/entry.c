#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/entry.h"
#include "util/mem.h"
#include "util/progress.h"

static struct column *
copy_columns(const struct column *from, size_t n)
{
	struct column *to = mem_alloc(n, sizeof(*to));

	for (size_t i = 0; i < n; i++) {
		to[i] = from[i];
		to[i].name = mem_strdup(from[i].name);
	}
	return to;
}

struct entry *
entry_new(const char *item, const struct sink_item *head)
{
	struct entry *n = mem_zalloc(1, sizeof(*n));

	n->item = mem_strdup(item);
	if (!head)
		return n;
	n->head = *head;
	n->place = mem_strdup(head->place ? head->place : item);
	n->head.meta = (struct meta){ 0 };
	meta_copy(&n->head.meta, &head->meta);
	n->head.col = copy_columns(head->col, head->cols);
	n->held = mem_zalloc(head->cols, sizeof(*n->held));
	return n;
}

void
entry_free(struct entry *n)
{
	struct err unused;

	if (!n)
		return;
	sink_fail(n->sink, &unused);
	output_abort(n->file);
	for (size_t i = 0; i < n->head.cols; i++) {
		free((char *)n->head.col[i].name);
		free(n->held[i]);
	}
	free((struct column *)n->head.col);
	free(n->held);
	meta_free(&n->head.meta);
	free(n->item);
	free(n->place);
	free(n->reason);
	free(n->path);
	free(n);
}

size_t
entry_hold(struct entry *n, const void *const *data, size_t rows)
{
	size_t bytes = 0, need = n->held_rows + rows;

	if (need > n->room)
		n->room = need + need / 2;
	for (size_t i = 0; i < n->head.cols; i++) {
		size_t b = beside_bytes(&n->head.col[i]);

		n->held[i] = mem_grow(n->held[i], n->room, b);
		memcpy(n->held[i] + n->held_rows * b, data[i], rows * b);
		bytes += rows * b;
	}
	n->held_rows = need;
	return bytes;
}

static void
say_state(const struct entry *n)
{
	static const char *const words[LEDGER_STATES] = { [LEDGER_DONE] =
								  "done before",
		[LEDGER_MISSING] = "is missing",
		[LEDGER_DAMAGED] = "is damaged",
		[LEDGER_INPUT] = "of another input",
		[LEDGER_OPTIONS] = "made with other options",
		[LEDGER_MODEL] = "made with another model" };

	if (words[n->was])
		say_verbose("%s: %s", n->path, words[n->was]);
}

int
entry_begin_file(struct entry *n, struct outlet *o, struct err *e)
{
	struct outform form = outlet_options(o)->form;

	n->path = outlet_path(o, n->place, sink_form(form.kind, &n->head));
	n->was = outlet_state(o, n->path, n->stamp);
	say_state(n);
	if (n->was == LEDGER_DONE)
		return 1;
	n->file = outlet_file(o, n->path, n->was, e);
	if (!n->file)
		return -1;
	n->sink = sink_begin(n->file, form, &n->head, e);
	return n->sink ? 0 : -1;
}

int
entry_begin_shared(struct entry *n, struct outlet *o, struct err *e)
{
	struct outform form = outlet_options(o)->form;
	struct output *out = outlet_shared(o);
	size_t rows = n->held_rows;

	n->offset = output_offset(out);
	if (outlet_admit(o, sink_form(form.kind, &n->head), e) != 0)
		return -1;
	n->sink = sink_begin(out, form, &n->head, e);
	if (!n->sink)
		return -1;
	n->held_rows = 0;
	if (rows == 0)
		return 0;
	return sink_rows(n->sink, (const void *const *)n->held, rows, e);
}

static int
note(const struct entry *n, struct outlet *o, struct err *e)
{
	const struct column *c = &n->head.col[0];
	char shape[24 * TENSOR_RANK_MAX];
	int at = snprintf(shape, sizeof(shape), "%zu", n->rows);

	for (size_t i = 1; i < c->rank; i++)
		at += snprintf(shape + at, sizeof(shape) - (size_t)at, ",%zu",
			c->shape[i]);
	return outlet_note(o, n->item, n->offset, shape, e);
}

/* A whole item: through its sink, to its place. */
static int
finish(struct entry *n, struct outlet *o, struct err *e)
{
	struct sink *s;
	struct output *file = n->file;

	if (!n->path && !n->sink && entry_begin_shared(n, o, e) != 0)
		return -1;
	s = n->sink;
	n->sink = NULL;
	if (s && sink_end(s, e) != 0)
		return -1;
	if (n->path && outlet_claim(o, n->path, e) != 0)
		return -1;
	n->file = NULL;
	if (outlet_done(o, file, n->path, e) != 0 ||
		(n->path && outlet_list(o, n->path, n->stamp, n->was, e) != 0))
		return -1;
	return note(n, o, e);
}

/* What went out of an item that failed; held rows go the way that they would
 * have gone with the turn. */
static void
give_up(struct entry *n, struct outlet *o)
{
	struct err e;
	struct sink *s;
	int status = 0;

	if (!n->sink && !n->path && n->held_rows > 0)
		status = entry_begin_shared(n, o, &e);
	s = n->sink;
	n->sink = NULL;
	if (sink_fail(s, &e) != 0)
		status = -1;
	if (status != 0 && !n->path && outlet_torn(o, n->offset))
		outlet_break(o);
}

/* A file that could not be opened because an earlier item made it: the same
 * words whether or not that one had been committed by then. */
static const char *
why(struct entry *n, struct outlet *o, struct err *e)
{
	if (n->path && !n->file && outlet_claim(o, n->path, e) != 0)
		return e->msg;
	return n->reason;
}

void
entry_settle(struct entry *n, struct outlet *o)
{
	struct err e;

	if (n->state == ENTRY_WHOLE && finish(n, o, &e) != 0) {
		outlet_failed(o, n->item, e.msg);
		if (!n->path && outlet_torn(o, n->offset))
			outlet_break(o);
	} else if (n->state == ENTRY_BEFORE) {
		if (outlet_claim(o, n->path, &e) != 0)
			outlet_failed(o, n->item, e.msg);
		else
			outlet_skip(o);
	} else if (n->state == ENTRY_FAILED) {
		give_up(n, o);
		outlet_failed(o, n->item, why(n, o, &e));
	}
}
