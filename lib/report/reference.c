#include <stdlib.h>

#include "media/sniff.h"
#include "report/match.h"
#include "report/reference.h"
#include "util/mem.h"

struct reference {
	struct match *match;
	struct raw_format raw;
	struct limit limit;
	bool in_order; /* one tensor file, whose stream stays open */
	struct input *in;
	struct stream *stream;
	struct part part;
	bool inside;      /* parts of the item at hand are still to come */
	const char *name; /* of the one at hand, or NULL */
};

static int
open_input(
	struct reference *r, const char *path, enum media *kind, struct err *e)
{
	*kind = MEDIA_TENSOR;
	r->in = input_open(path, e);
	if (!r->in || (!r->raw.columns && sniff_media(r->in, kind, e) != 0))
		return -1;
	if (*kind == MEDIA_EMPTY)
		return err_set(e, "empty");
	if (*kind == MEDIA_TENSOR)
		r->stream = stream_open(
			r->in, (struct stream_opts){ .raw = r->raw });
	return 0;
}

static void
close_input(struct reference *r)
{
	if (r->stream)
		stream_close(r->stream);
	if (r->in)
		input_close(r->in);
	r->stream = NULL;
	r->in = NULL;
	r->inside = false;
}

struct reference *
reference_open(const char *path, struct raw_format raw, struct limit limit,
	struct err *e)
{
	struct reference *r = mem_zalloc(1, sizeof(*r));
	enum media kind;

	r->raw = raw;
	r->limit = limit;
	r->match = match_open(path, e);
	if (!r->match)
		goto fail;
	if (!match_only(r->match))
		return r;
	if (open_input(r, path, &kind, e) != 0) {
		err_wrap(e, "%s", path);
		goto fail;
	}
	r->in_order = kind == MEDIA_TENSOR;
	if (!r->in_order)
		close_input(r);
	return r;
fail:
	reference_close(r);
	return NULL;
}

void
reference_close(struct reference *r)
{
	if (!r)
		return;
	close_input(r);
	match_close(r->match);
	free(r);
}

/* The first part of the next item of the stream. */
static int
next_item(struct reference *r, struct err *e)
{
	int got;

	do {
		bool inside = r->inside;

		got = stream_next(r->stream, &r->part, e);
		if (got == 0)
			err_set(e, "there is no reference for it any more");
		if (got != 1)
			return -1;
		r->inside = !r->part.last;
		if (!inside)
			break;
	} while (true);
	return r->part.failed ? err_set(e, "incomplete") : 0;
}

static int
open_item(struct reference *r, const struct reference_key *k, struct signal *s,
	struct err *e)
{
	const char *name;

	if (next_item(r, e) != 0)
		return -1;
	r->name = r->part.item;
	name = meta_get(&r->part.rec.meta, "item");
	if (k->named && name && !match_same(k->whole, name))
		return err_set(e, "the reference at its place is %s", name);
	return signal_item(s, r->stream, &r->part, e);
}

static int
open_file(struct reference *r, const struct reference_key *k, struct signal *s,
	struct err *e)
{
	const char *path = k->only ? match_only(r->match) : NULL;
	enum media kind;
	int status;

	if (!path)
		path = match_find(r->match, k->rel, k->whole, e);
	if (!path)
		return -1;
	r->name = path;
	status = open_input(r, path, &kind, e);
	if (status == 0 && kind == MEDIA_IMAGE)
		status = signal_image(s, r->in, &r->limit, e);
	else if (status == 0 && kind == MEDIA_AUDIO)
		status = signal_audio(s, r->in, &r->limit, e);
	else if (status == 0 && (status = next_item(r, e)) == 0)
		status = signal_item(s, r->stream, &r->part, e);
	return status;
}

int
reference_get(struct reference *r, const struct reference_key *k,
	struct signal *s, struct err *e)
{
	*s = (struct signal){ 0 };
	r->name = NULL;
	return r->in_order ? open_item(r, k, s, e) : open_file(r, k, s, e);
}

const char *
reference_name(const struct reference *r)
{
	return r->name;
}

void
reference_done(struct reference *r, struct signal *s)
{
	signal_close(s);
	if (r->in_order)
		r->inside = r->part.item && !r->part.last;
	else
		close_input(r);
}
