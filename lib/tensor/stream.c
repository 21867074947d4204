#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/doc.h"
#include "tensor/stream.h"
#include "util/mem.h"
#include "util/names.h"

/* Where a record stands in its item, by its metadata. */
struct place {
	size_t part;
	bool last, failed;
};

struct stream {
	struct input *in;
	struct stream_opts opts;
	struct doc doc;   /* what is being given out, if open */
	void *packed;     /* state of opts.packed; NULL: none came yet */
	bool open, begun; /* begun: a part of it was given out */
	bool unpacked;    /* it came packed */
	uint64_t start;   /* where it began in the input */
	struct place place;
	struct record part;  /* given out last */
	char *item;          /* the item it belongs to ... */
	bool unfinished;     /* ... whose last part has not come yet */
	size_t next, rows;   /* the part that is due, rows given out */
	struct tensor shape; /* of its main tensor */
	bool ended, broken;
	struct err why;
};

struct stream *
stream_open(struct input *in, struct stream_opts o)
{
	struct stream *s = mem_zalloc(1, sizeof(*s));

	s->in = in;
	s->opts = o;
	return s;
}

void
stream_close(struct stream *s)
{
	if (!s)
		return;
	doc_close(&s->doc);
	if (s->packed)
		s->opts.packed->close(s->packed);
	record_free(&s->part);
	free(s->item);
	free(s);
}

static void
begin_item(struct stream *s, const char *name)
{
	free(s->item);
	s->item = name ? mem_strdup(name) : names_escape(input_name(s->in));
	s->unfinished = true;
	s->next = 0;
	s->rows = 0;
}

/* A record that does not say is a whole item. */
static int
read_place(const struct meta *m, struct place *p, struct err *e)
{
	const char *last = meta_get(m, "last");
	int parts;

	*p = (struct place){ .part = 0 };
	parts = meta_size(m, "part", &p->part);
	if (parts < 0)
		return err_set(e, "metadata key \"part\": not a number");
	p->failed = last && strcmp(last, "failed") == 0;
	if (last && !p->failed && strcmp(last, "1") != 0)
		return err_set(
			e, "metadata key \"last\": neither 1 nor failed");
	p->last = last || parts == 0;
	return 0;
}

static bool
same_row_shape(const struct tensor *a, const struct tensor *b)
{
	size_t rest = sizeof(a->shape) - sizeof(a->shape[0]);

	return a->rank == b->rank &&
		memcmp(a->shape + 1, b->shape + 1, rest) == 0;
}

/* A part that is not the first: of the item at hand, and the next one. */
static int
continue_item(struct stream *s, struct err *e)
{
	const struct tensor *main = &s->doc.head.tensor[s->doc.main];
	const char *name = meta_get(&s->doc.head.meta, "item");
	size_t part = s->place.part;

	if (!s->unfinished)
		return err_set(e, "part %zu without the parts before", part);
	if (name && strcmp(name, s->item) != 0)
		return err_set(e,
			"part %zu of \"%.200s\" follows \"%.200s\", part %zu",
			part, name, s->item, s->next - 1);
	if (part != s->next)
		return err_set(
			e, "part %zu where part %zu is due", part, s->next);
	if (!same_row_shape(main, &s->shape))
		return err_set(e,
			"part %zu of \"%.200s\" has rows of another shape",
			part, s->item);
	return 0;
}

/* Packed codes, unpacked. */
static int
open_packed(struct stream *s, struct err *e)
{
	const struct packed_reader *p = s->opts.packed;
	struct record r = { 0 };

	if (!p)
		return err_set(e,
			"packed codes: vq-decode and vq-stats read them, with "
			"the model that they were packed with (-m)");
	if (!s->packed)
		s->packed = p->open(p->arg);
	if (p->read(s->packed, s->in, &r, e) != 0)
		return -1;
	return doc_hold(&s->doc, &r, e);
}

static int
open_doc(struct stream *s, struct err *e)
{
	s->start = input_offset(s->in);
	s->unpacked = packed_next(s->in);
	if (s->unpacked) {
		if (open_packed(s, e) != 0)
			return -1;
	} else if (doc_open(&s->doc, s->in, s->opts.tensor, e) != 0)
		return -1;
	s->open = true;
	s->begun = false;
	return read_place(&s->doc.head.meta, &s->place, e);
}

/* The item that ended without its last part. */
static int
give_failed(struct stream *s, struct part *p)
{
	*p = (struct part){
		.item = s->item, .last = true, .failed = true, .row0 = s->rows
	};
	s->unfinished = false;
	return 1;
}

/* Count s->part, whose main tensor is named so, and hand it out. */
static void
give(struct stream *s, struct part *p, const char *main)
{
	p->rec = s->part;
	p->main = record_find(&p->rec, main);
	p->item = s->item;
	p->packed = s->unpacked;
	p->rows = p->main->shape[0];
	p->row0 = s->rows;
	s->rows += p->rows;
	s->unfinished = !p->last;
}

static int
give_rows(struct stream *s, struct part *p, struct err *e)
{
	struct doc *d = &s->doc;
	const struct tensor *main = &d->head.tensor[d->main];
	bool done;

	*p = (struct part){ .first = s->next == 0 && !s->begun };
	if (doc_part(d, &s->part, e) != 0)
		return -1;
	done = doc_done(d);
	p->last = done && s->place.last;
	p->failed = done && s->place.failed;
	s->begun = true;
	s->shape = *main;
	give(s, p, main->name);
	if (done) {
		doc_close(d);
		s->open = false;
		s->next++;
	}
	return 1;
}

/* The first part of a record: it begins or continues an item. */
static int
give_first(struct stream *s, struct part *p, struct err *e)
{
	if (s->place.part > 0) {
		if (continue_item(s, e) != 0)
			return -1;
	} else if (s->unfinished) {
		return give_failed(s, p);
	} else {
		begin_item(s, meta_get(&s->doc.head.meta, "item"));
	}
	return give_rows(s, p, e);
}

static int
next_of_records(struct stream *s, struct part *p, struct err *e)
{
	int status;

	if (!s->open && s->ended)
		return s->unfinished ? give_failed(s, p) : 0;
	status = s->open ? 0 : open_doc(s, e);
	if (status == 0)
		status = s->begun ? give_rows(s, p, e) : give_first(s, p, e);
	if (status < 0)
		err_wrap(e, "record at byte %" PRIu64, s->start);
	return status;
}

static int
next_of_raw(struct stream *s, struct part *p, struct err *e)
{
	if (s->ended && !s->unfinished)
		return 0;
	*p = (struct part){ .first = !s->item };
	if (raw_next(s->in, &s->opts.raw, &s->part, &p->last, e) != 0)
		return -1;
	if (!s->item)
		begin_item(s, NULL);
	give(s, p, "x");
	return 1;
}

/* Is the input at its end?  From the first byte on that is an error. */
static int
look_for_end(struct stream *s, struct err *e)
{
	const unsigned char *p;
	ptrdiff_t n = input_peek(s->in, 1, &p, e);

	if (n < 0)
		return -1;
	s->ended = n == 0;
	if (s->ended && input_offset(s->in) == 0)
		return err_set(e, "empty input");
	return 0;
}

int
stream_next(struct stream *s, struct part *p, struct err *e)
{
	int status = -1;

	if (s->broken) {
		*e = s->why;
		return -1;
	}
	record_free(&s->part);
	if (look_for_end(s, e) == 0)
		status = s->opts.raw.columns ? next_of_raw(s, p, e)
					     : next_of_records(s, p, e);
	if (status < 0) {
		s->broken = true;
		s->why = *e;
	}
	return status;
}

void
stream_keep(struct stream *s, struct part *p)
{
	p->rec = s->part;
	s->part = (struct record){ 0 };
}
