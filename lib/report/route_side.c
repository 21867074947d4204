#include <math.h>
#include <stdlib.h>

#include "report/route_side.h"
#include "stats/load.h"
#include "util/input.h"
#include "util/mem.h"

static void
close_file(struct route_side_file *f)
{
	if (f->stream)
		stream_close(f->stream);
	if (f->in)
		input_close(f->in);
	free(f->row);
	*f = (struct route_side_file){ 0 };
}

void
route_side_close(struct route_side *s)
{
	close_file(&s->probs);
	close_file(&s->labels);
	close_file(&s->dropped);
	*s = (struct route_side){ 0 };
}

/* The next part that has rows; ended where there is none. */
static int
next_part(struct route_side_file *f, struct err *e)
{
	do {
		int got = stream_next(f->stream, &f->part, e);

		if (got < 0 || (got && f->part.failed))
			return got < 0 ? -1 : err_set(e, "incomplete");
		f->ended = got == 0;
		f->at = 0;
	} while (!f->ended && f->part.rows == 0);
	return 0;
}

static int
open_file(struct route_side_file *f, const char *path, bool integer,
	struct err *e)
{
	const struct tensor *t;

	if (!path)
		return 0;
	f->path = path;
	f->integer = integer;
	f->in = input_open(path, e);
	if (!f->in)
		return err_wrap(e, "%s", path);
	f->stream = stream_open(f->in, (struct stream_opts){ 0 });
	if (next_part(f, e) != 0)
		return err_wrap(e, "%s", path);
	t = f->part.main;
	if (f->ended)
		return 0;
	if (t->rank < 1 || t->rank > 2 || (integer && t->dtype < DT_I64))
		return err_set(e, "%s: %s of rank %zu is not [n] or [n, t]%s",
			path, dtype_name(t->dtype), t->rank,
			integer ? " of whole numbers" : "");
	f->cols = tensor_row_elements(t);
	if (f->cols == 0 || f->cols > LOAD_EXPERTS_MAX)
		return err_set(e, "%s: %zu columns", path, f->cols);
	f->row = mem_floats(ROUTE_ROWS_MAX * f->cols);
	return 0;
}

int
route_side_open(
	struct route_side *s, const struct route_side_paths *p, struct err *e)
{
	if (open_file(&s->probs, p->probs, false, e) != 0)
		return err_wrap(e, "--probs");
	if (open_file(&s->labels, p->labels, true, e) != 0)
		return err_wrap(e, "--labels-file");
	if (open_file(&s->dropped, p->dropped, true, e) != 0)
		return err_wrap(e, "--dropped");
	if (s->labels.cols > 1)
		return err_set(e, "--labels-file: %s: %zu columns",
			s->labels.path, s->labels.cols);
	return 0;
}

/* The next n rows, to f->row. */
static int
take(struct route_side_file *f, size_t n, struct err *e)
{
	size_t done = 0;

	while (done < n) {
		const struct tensor *t = f->part.main;
		size_t left, some;

		if (f->ended)
			return err_set(
				e, "%s has fewer rows than the ids", f->path);
		if (f->integer && t->dtype < DT_I64)
			return err_set(e, "%s: %s is not of whole numbers",
				f->path, dtype_name(t->dtype));
		if (tensor_row_elements(t) != f->cols)
			return err_set(e, "%s: %zu columns after %zu", f->path,
				tensor_row_elements(t), f->cols);
		left = f->part.rows - f->at;
		some = n - done < left ? n - done : left;
		dtype_to_f32(f->row + done * f->cols,
			t->data + f->at * f->cols * dtype_size(t->dtype),
			some * f->cols, t->dtype);
		done += some;
		f->at += some;
		if (f->at == f->part.rows && next_part(f, e) != 0)
			return err_wrap(e, "%s", f->path);
	}
	return 0;
}

size_t
route_side_experts(const struct route_side *s, size_t cols)
{
	return s->probs.path && s->probs.cols != cols ? s->probs.cols : 0;
}

static int
refuse(const struct route_side_file *f, const struct route_rows *x, size_t i,
	double v, struct err *e)
{
	return err_set(e, "row %llu: %s has %.9g there",
		(unsigned long long)(x->row0 + i), f->path, v);
}

/* Of each chosen expert its probability: by column, or by number. */
static int
fill_gates(struct route_side_file *f, struct route_rows *x, struct err *e)
{
	size_t t = x->cols, wide = f->cols;

	if (take(f, x->n, e) != 0)
		return -1;
	x->gate = mem_grow(x->gate, ROUTE_ROWS_MAX * t, sizeof(*x->gate));
	for (size_t i = 0; i < x->n * t; i++) {
		uint16_t expert = x->expert[i];
		size_t at = wide == t ? i % t : expert;
		float v;

		x->gate[i] = 0;
		if (expert == LOAD_DROPPED)
			continue;
		if (at >= wide)
			return err_set(e,
				"row %llu: expert %u, but %s has %zu columns",
				(unsigned long long)(x->row0 + i / t), expert,
				f->path, wide);
		v = f->row[i / t * wide + at];
		if (!isfinite(v))
			return refuse(f, x, i / t, v, e);
		x->gate[i] = v;
	}
	return 0;
}

static int
fill_labels(struct route_side_file *f, struct route_rows *x, struct err *e)
{
	if (take(f, x->n, e) != 0)
		return -1;
	x->label = mem_grow(x->label, ROUTE_ROWS_MAX, sizeof(*x->label));
	for (size_t i = 0; i < x->n; i++) {
		float v = f->row[i];

		if (v >= (float)ROUTE_ROWS_LABELS_MAX)
			return refuse(f, x, i, v, e);
		x->label[i] = v < 0 ? ROUTE_ROWS_NO_LABEL : (uint32_t)v;
	}
	return 0;
}

static int
drop(struct route_side_file *f, struct route_rows *x, struct err *e)
{
	size_t t = x->cols;

	if (f->cols != 1 && f->cols != t)
		return err_set(e, "%s has %zu columns for ids of %zu", f->path,
			f->cols, t);
	if (take(f, x->n, e) != 0)
		return -1;
	for (size_t i = 0; i < x->n * t; i++)
		if (f->row[f->cols == 1 ? i / t : i] != 0)
			x->expert[i] = LOAD_DROPPED;
	return 0;
}

int
route_side_fill(struct route_side *s, struct route_rows *x, struct err *e)
{
	bool any = s->probs.path || s->labels.path || s->dropped.path;

	if (any && s->lost)
		return err_set(e,
			"an item before it failed: rows of --probs, --labels-file and "
			"--dropped no longer belong to ids");
	if ((s->dropped.path && drop(&s->dropped, x, e) != 0) ||
		(s->probs.path && fill_gates(&s->probs, x, e) != 0) ||
		(s->labels.path && fill_labels(&s->labels, x, e) != 0))
		return -1;
	return 0;
}

int
route_side_end(struct route_side *s, struct err *e)
{
	const struct route_side_file *f[] = { &s->probs, &s->labels,
		&s->dropped };

	for (size_t i = 0; !s->lost && i < sizeof(f) / sizeof(f[0]); i++)
		if (f[i]->path && !f[i]->ended)
			return err_set(
				e, "%s has more rows than the ids", f[i]->path);
	return 0;
}
