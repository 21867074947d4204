#include <stdlib.h>
#include <string.h>

#include "media/sniff.h"
#include "model/corpus.h"
#include "model/corpus_ranks.h"
#include "model/corpus_survey.h"
#include "model/stretch.h"
#include "model/weight.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/progress.h"

/* A device may have no end: what nobody can read is not copied first. */
static int
spool(struct corpus *c, struct input *in, struct err *e)
{
	struct input_region unused;
	enum media kind;

	if (!c->source.stream.raw.columns && sniff_media(in, &kind, e) != 0)
		return -1;
	return input_spool(in, &unused, e);
}

/* Open an input by its place in the list; what cannot be read twice (stdin, a
 * pipe) from its spooled copy. */
static struct input *
open_path(struct corpus *c, size_t i, struct err *e)
{
	struct input *in;

	if (c->kept[i])
		return input_again(c->kept[i], e);
	in = input_open(c->paths.item[i], e);
	if (!in || (input_is_regular(in) && strcmp(c->paths.item[i], "-")))
		return in;
	if (spool(c, in, e) != 0) {
		input_close(in);
		return NULL;
	}
	c->kept[i] = in;
	return input_again(in, e);
}

struct source *
corpus_source(struct corpus *c, size_t i, struct err *e)
{
	struct input *in = open_path(c, i, e);

	return in ? source_open(in, c->source, e) : NULL;
}

void
corpus_free(struct corpus *c)
{
	for (size_t i = 0; c->kept && i < c->paths.count; i++)
		input_close(c->kept[i]);
	free(c->kept);
	corpus_ranks_free(c);
	strlist_free(&c->paths);
	free(c->first);
	free(c->broken);
	free(c->lost);
	*c = (struct corpus){ 0 };
}

struct corpus_pass {
	struct corpus *c;
	struct corpus_cut cut;
	size_t *order, inputs, at; /* of the inputs */
	bool described;            /* segments come from corpus_ranks.h */
	size_t path;               /* the input that is open, by its place */
	struct source *s;          /* the input that is open */
	struct item_info info;
	bool in_item;
	size_t next, item;      /* numbers of the next item and of this one */
	size_t piece;           /* pieces read of this item */
	size_t rows;            /* rows a piece */
	size_t row;             /* rows read of this item */
	struct stretch stretch; /* sounds */
};

struct corpus_pass *
corpus_begin_some(
	struct corpus *c, struct corpus_cut cut, size_t first, size_t step)
{
	struct corpus_pass *p = mem_zalloc(1, sizeof(*p));

	p->c = c;
	p->cut = cut;
	p->cut.tell = cut.tell && !c->told;
	p->order = mem_alloc(c->paths.count + 1, sizeof(*p->order));
	for (size_t i = first; i < c->paths.count; i += step)
		p->order[p->inputs++] = i;
	if (cut.shuffle)
		rng_shuffle(cut.shuffle, p->order, p->inputs);
	return p;
}

struct corpus_pass *
corpus_begin(struct corpus *c, struct corpus_cut cut)
{
	struct corpus_pass *p;

	corpus_ranks_scan(c, &cut);
	p = corpus_begin_some(c, cut, 0, 1);
	p->described = c->ranks != NULL;
	return p;
}

size_t
corpus_path(const struct corpus_pass *p)
{
	return p->path;
}

static void
close_item(struct corpus_pass *p)
{
	stretch_free(&p->stretch);
	p->piece = 0;
	p->in_item = false;
}

void
corpus_end(struct corpus_pass *p)
{
	close_item(p);
	if (p->s)
		source_close(p->s);
	p->c->told = p->c->told || p->cut.tell;
	free(p->order);
	free(p);
}

/* True the first time that this item is found to fail, in any pass. */
static bool
is_news(struct corpus_pass *p)
{
	size_t item = p->in_item ? p->item : p->next;
	bool *lost = &p->c->broken[p->path];

	if (*lost || p->cut.hush)
		return false;
	if (item < p->c->items) /* more than were there are the input's fault */
		lost = &p->c->lost[item];
	if (*lost)
		return false;
	*lost = true;
	return true;
}

static void
item_failed(struct corpus_pass *p, const struct err *e)
{
	if (is_news(p)) {
		say_error(p->info.item, e->msg);
		p->c->errors++;
	}
	p->c->failed += p->cut.tell;
	close_item(p);
}

/* Rows of a piece: whole token rows, few enough for `most`, small enough for
 * `pieces`. */
static size_t
piece_rows(const struct corpus_pass *p)
{
	size_t unit = p->cut.transform->patch ? p->cut.transform->patch : 1;
	size_t rows = p->cut.most / p->info.cols / unit * unit;
	size_t all = p->info.rows;

	if (all == SOURCE_UNKNOWN) /* the survey counted: the mean */
		all = p->c->rows_total / p->c->items;
	if (p->cut.pieces) {
		size_t small = all / p->cut.pieces / unit * unit;

		rows = small < rows ? small : rows;
	}
	if (rows > p->info.rows) /* SOURCE_UNKNOWN is more than any */
		rows = p->info.rows;
	return rows < unit ? unit : rows;
}

/* An item that can be read: its number and how it is cut. */
static void
begin_item(struct corpus_pass *p)
{
	p->in_item = true;
	p->item = p->next++;
	p->rows = piece_rows(p);
	p->row = 0;
}

/* The survey has reported inputs that did not open then, or ended early. */
static void
input_gone(struct corpus_pass *p, const struct err *e)
{
	struct corpus *c = p->c;

	if (c->broken[p->path] || p->cut.hush)
		return;
	say_error(input_label(c->paths.item[p->path]), e->msg);
	c->errors++;
	c->broken[p->path] = true;
}

/* What the survey could not read is no part of any pass, also if it could now. */
static int
next_of_input(struct corpus_pass *p)
{
	struct err e;
	int got;

	if (p->c->broken[p->path] && p->next >= p->c->first[p->path + 1])
		return 0;
	got = source_next(p->s, &p->info, &e);
	if (got < 0)
		input_gone(p, &e);
	return got == 1;
}

/* Open inputs until one has an item: 1, or 0 at the end of all. */
static int
next_item(struct corpus_pass *p)
{
	struct err e;

	while (p->s || p->at < p->inputs) {
		if (!p->s) {
			p->path = p->order[p->at++];
			p->next = p->c->first[p->path];
			p->s = corpus_source(p->c, p->path, &e);
			if (!p->s)
				input_gone(p, &e);
		} else if (!next_of_input(p)) {
			source_close(p->s);
			p->s = NULL;
		} else if (p->info.fault) {
			continue; /* reported by the survey, too */
		} else if (corpus_survey_fits(p->c, &p->info, &e) != 0) {
			err_set(&e, "has changed while it was used");
			item_failed(p, &e);
		} else {
			begin_item(p);
			return 1;
		}
	}
	return 0;
}

/* What the rows of a block count, if they say so. */
static int
read_weights(struct corpus_pass *p, struct segment *s, struct err *e)
{
	if (!p->cut.weights || p->info.kind != ITEM_ROWS)
		return 0;
	if (weight_read(p->s, s->rows, p->row, &s->w, e) != 0)
		return -1;
	if (s->w)
		s->sum = weight_sums(s->w, s->rows);
	return 0;
}

/* A band of image rows or a block of vectors. */
static int
read_rows(struct corpus_pass *p, struct segment *s, struct err *e)
{
	float *x = mem_floats(p->rows * p->info.cols);
	ptrdiff_t n = source_read(p->s, x, p->rows, e);

	if (n <= 0) {
		free(x);
		return (int)n;
	}
	*s = (struct segment){
		.x = x, .rows = (size_t)n, .cols = p->info.cols
	};
	if (s->rows < p->rows) { /* it may stay for long: no more than it is */
		s->x = mem_floats(s->rows * s->cols);
		memcpy(s->x, x, s->rows * s->cols * sizeof(*x));
		free(x);
	}
	if (read_weights(p, s, e) != 0) {
		segment_free(s);
		return -1;
	}
	p->row += s->rows;
	if (p->cut.transform->kind == ITEM_IMAGE)
		s->cols /= p->cut.transform->channels;
	return 1;
}

/* row: segments given of the input, whose place is at. */
static int
next_described(
	struct corpus_pass *p, struct segment *s, size_t *item, size_t *piece)
{
	for (; p->at < p->inputs; p->at++, p->row = 0) {
		p->path = p->order[p->at];
		if (corpus_ranks_segment(
			    p->c, p->path, p->row, s, item, piece)) {
			p->row++;
			return 1;
		}
	}
	return 0;
}

int
corpus_next(
	struct corpus_pass *p, struct segment *s, size_t *item, size_t *piece)
{
	struct err e;
	int got;

	if (p->described)
		return next_described(p, s, item, piece);
	while (p->in_item || next_item(p)) {
		struct stretch_cut cut = { p->info.cols, p->rows,
			p->cut.transform->patch };

		if (p->info.kind == ITEM_AUDIO)
			got = stretch_channel(&p->stretch, p->s, &cut, s, &e);
		else
			got = read_rows(p, s, &e);
		if (got == 1) {
			segment_count(s, p->cut.transform);
			*item = p->item;
			*piece = p->piece;
			p->piece += p->stretch.channel == 0;
			return 1;
		}
		if (got < 0)
			item_failed(p, &e);
		close_item(p);
	}
	return 0;
}
