#include <stdlib.h>
#include <string.h>

#include "model/moe_sets.h"
#include "util/mem.h"
#include "util/progress.h"

#define BYTE_VALUES ((size_t)256)
#define CONTEXT ((size_t)16)

static int
read_list(struct moe_rows *r, const struct strlist *l,
	const struct moe_sets_opts *o, struct err *e)
{
	struct moe_rows_opts rows = o->rows;

	rows.text = o->bytes;
	for (size_t i = 0; i < l->count; i++) {
		if (moe_rows_read(r, l->item[i], &rows, e) != 0)
			return -1;
		if (o->max_errors && r->errors >= o->max_errors)
			return err_set(
				e, "stopped: %zu items failed", r->errors);
	}
	return 0;
}

/* Rows beside those that are learned from.  A probe needs no target. */
static int
read_beside(struct moe_sets *s, struct moe_rows *r, const struct strlist *l,
	bool target, const struct moe_sets_opts *o, struct err *e)
{
	struct moe_shape want = s->rows.is;
	char one[128], two[128];

	if (l->count == 0)
		return 0;
	if (read_list(r, l, o, e) != 0)
		return -1;
	s->errors += r->errors;
	if (r->n == 0)
		return err_set(e, "no rows in %s", l->item[0]);
	if (!target) {
		want.target = r->is.target;
		want.outputs = r->is.outputs;
	}
	if (moe_shape_same(&want, &r->is))
		return 0;
	return err_set(e, "%s has %s, the training rows are %s",
		r->item[0].name, moe_shape_describe(&r->is, one, sizeof(one)),
		moe_shape_describe(&s->rows.is, two, sizeof(two)));
}

/* What is learned from may have its targets in a file. */
static int
read_inputs(struct moe_sets *s, const struct moe_sets_opts *o, struct err *e)
{
	struct moe_sets_opts with = *o;
	struct moe_target target;
	int status = moe_target_open(&target, o->rows.target, e);

	with.rows.beside = &target;
	if (status == 0)
		status = read_list(&s->rows, &o->inputs, &with, e);
	moe_target_close(&target);
	return status;
}

int
moe_sets_read(struct moe_sets *s, const struct moe_sets_opts *o, struct err *e)
{
	char *name = (char *)(uintptr_t)o->probe;
	struct strlist probe = { .item = &name, .count = o->probe != NULL };

	s->bytes = o->bytes;
	s->target = o->rows.target;
	if (read_inputs(s, o, e) != 0)
		return -1;
	s->errors = s->rows.errors;
	if (s->rows.n == 0)
		return err_set(e, "no rows to learn from");
	say_verbose("%zu rows of %zu items, %.1f MB in memory", s->rows.n,
		s->rows.items, (double)moe_rows_bytes(&s->rows) / 1048576);
	if (read_beside(s, &s->valid_rows, &o->valid, true, o, e) != 0)
		return err_wrap(e, "--valid");
	if (read_beside(s, &s->probe_rows, &probe, false, o, e) != 0)
		return err_wrap(e, "--probe");
	return 0;
}

void
moe_sets_free(struct moe_sets *s)
{
	moe_data_free(&s->train);
	moe_data_free(&s->held);
	moe_data_free(&s->probe);
	moe_rows_free(&s->rows);
	moe_rows_free(&s->valid_rows);
	moe_rows_free(&s->probe_rows);
	*s = (struct moe_sets){ 0 };
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t
vocab(const struct moe_sets *s)
{
	size_t v = most(
		s->rows.vocab, most(s->valid_rows.vocab, s->probe_rows.vocab));

	return s->bytes ? most(v, BYTE_VALUES) : v;
}

int
moe_sets_describe(const struct moe_sets *s, struct moe_opts *o, struct err *e)
{
	const struct moe_shape *is = &s->rows.is;

	o->input = is->tokens ? MOE_EMBEDDING : MOE_LINEAR;
	o->columns = is->columns;
	if (!is->tokens && o->context > 1)
		return err_set(e, "only tokens have a --context");
	o->vocab = is->tokens ? vocab(s) : 0;
	if (o->context == 0)
		o->context = is->tokens && is->columns == 1 ? CONTEXT : 1;
	o->head = is->target == MOE_SHAPE_REAL ? MOE_REAL : MOE_CLASSES;
	switch (is->target) {
	case MOE_SHAPE_CLASS:
		o->outputs = most(s->rows.classes, s->valid_rows.classes);
		break;
	case MOE_SHAPE_REAL: o->outputs = is->outputs; break;
	case MOE_SHAPE_BARE:
		if (!is->tokens)
			return err_set(e,
				"%s: rows without a target: no tensor \"%s\" "
				"(there: %s), nor a file of that name "
				"(--target)",
				s->rows.item[0].name, s->target,
				s->rows.tensors);
		if (is->columns > 1)
			return err_set(e,
				"%s: rows of %zu tokens have no next token: "
				"they need a target",
				s->rows.item[0].name, is->columns);
		o->outputs = o->vocab;
	}
	return 0;
}

/* What a model of this input and head learns from. */
static const char *
wanted(const struct moe_opts *o)
{
	switch (o->head) {
	case MOE_CLASSES:
		return o->input == MOE_EMBEDDING ? "tokens"
						 : "floats and classes";
	case MOE_REAL:
		return o->input == MOE_EMBEDDING ? "tokens and real targets"
						 : "floats and real targets";
	default: return "floats and real targets of the same width";
	}
}

static bool
alike(const struct moe_shape *is, const struct moe_opts *o)
{
	if (is->tokens != (o->input == MOE_EMBEDDING))
		return false;
	if (o->head == MOE_CLASSES)
		return is->target == MOE_SHAPE_CLASS ||
			(is->tokens && is->target == MOE_SHAPE_BARE &&
				o->outputs == o->vocab);
	return is->target == MOE_SHAPE_REAL;
}

int
moe_sets_fit(const struct moe_sets *s, const struct moe_opts *o, struct err *e)
{
	const struct moe_shape *is = &s->rows.is;
	size_t outputs = o->head == MOE_BARE ? o->width : o->outputs;
	char what[128];

	if (!alike(is, o))
		return err_set(e, "it learns from %s, not from %s", wanted(o),
			moe_shape_describe(is, what, sizeof(what)));
	if (is->columns != o->columns)
		return err_set(e, "it takes rows of %zu %s, these have %zu",
			o->columns, is->tokens ? "tokens" : "numbers",
			is->columns);
	if (is->tokens && vocab(s) > o->vocab)
		return err_set(e, "its tokens are below %zu, here is %zu",
			o->vocab, vocab(s) - 1);
	if (is->target == MOE_SHAPE_REAL && is->outputs != outputs)
		return err_set(e, "it gives %zu numbers, the targets have %zu",
			outputs, is->outputs);
	return 0;
}

int
moe_sets_divide(struct moe_sets *s, const struct moe_opts *o, struct err *e)
{
	struct moe_data_form form = { s->rows.is.target == MOE_SHAPE_BARE,
		o->context };
	struct moe_data_form probe = { false, o->context };

	if (s->valid_rows.n) {
		moe_data_all(&s->train, &s->rows, form);
		moe_data_all(&s->held, &s->valid_rows, form);
	} else {
		moe_data_split(&s->train, &s->held, &s->rows, form);
	}
	moe_data_all(&s->probe, &s->probe_rows, probe);
	if (s->train.count == 0)
		return err_set(e, "no rows to learn from");
	if (s->held.count == 0)
		say_note("too few rows to hold any back: there is no "
			 "validation");
	else
		say_note("%zu examples to learn from, %zu held back",
			s->train.count, s->held.count);
	return 0;
}
