#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_find.h"
#include "report/compare.h"
#include "report/figures.h"
#include "report/match.h"
#include "report/route_part.h"
#include "report/state_file.h"
#include "report/subject.h"
#include "report/survey_codes.h"
#include "report/survey_errors.h"
#include "report/survey_other.h"
#include "report/survey_state.h"
#include "report/survey_sum.h"
#include "report/survey_take.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/progress.h"

/* An item is through; o (or NULL) is what --by item shows of it. */
static void
finish_item(struct survey *s, enum inputs_kind kind, json_t *o)
{
	s->done++;
	inputs_item(&s->inputs, kind);
	if (o)
		json_array_append_new(s->items, o);
}

/* got is closed.  name: in the report; said: in messages.  False: its stream
 * broke. */
static bool
compare_item(struct survey *s, struct signal *got, const char *name,
	const char *said, const struct reference_key *k, enum inputs_kind kind)
{
	struct compare_opts o = { s->o.low_hz, s->o.high_hz };
	struct compare_result r;
	struct signal ref;
	json_t *item = NULL;
	struct err e;

	if (reference_get(s->reference, k, &ref, &e) != 0 ||
		compare_signals(got, &ref, o, &r, &e) != 0) {
		if (reference_name(s->reference))
			err_wrap(
				&e, "against %s", reference_name(s->reference));
		survey_failed(s, said, e.msg);
	} else {
		quality_add(&s->quality, &r);
		if (s->o.by_item) {
			item = json_object();
			figures_text(item, "item", name);
			quality_set(item, &r);
		}
		finish_item(s, kind, item);
	}
	reference_done(s->reference, &ref);
	return signal_close(got);
}

static void
media_file(struct survey *s, struct input *in, enum subject kind,
	const char *path, const char *rel)
{
	const struct reference_key k = { rel, path, s->o.operands == 1, false };
	struct signal got;
	struct err e;
	char *name;
	int status;

	if (!s->reference) {
		survey_failed(
			s, path, "media: -R names what to hold it against");
		return;
	}
	status = kind == SUBJECT_IMAGE
		? signal_image(&got, in, &s->o.limit, &e)
		: signal_audio(&got, in, &s->o.limit, &e);
	if (status != 0) {
		survey_failed(s, input_name(in), e.msg);
		return;
	}
	/* Decoded names may carry what metadata may not. */
	name = names_escape(strcmp(rel, "-") ? rel : input_name(in));
	compare_item(s, &got, name, input_name(in), &k,
		kind == SUBJECT_IMAGE ? INPUTS_IMAGE : INPUTS_SOUND);
	free(name);
}

static enum inputs_kind
kind_of_signal(const struct part *p)
{
	return strcmp(p->main->name, "image") == 0    ? INPUTS_IMAGE
		: strcmp(p->main->name, "audio") == 0 ? INPUTS_SOUND
						      : INPUTS_VECTORS;
}

static bool
compare_part(struct survey *s, struct stream *stream, struct part *p)
{
	const char *own = meta_get(&p->rec.meta, "item");
	char *name = mem_strdup(p->item), *whole = names_unescape(name);
	const struct reference_key k = { whole, whole,
		s->o.operands == 1 && p->first && p->last, own != NULL };
	struct signal got = { 0 };
	bool usable = true;
	struct err e;

	if (signal_item(&got, stream, p, &e) == 0)
		usable = compare_item(
			s, &got, name, name, &k, kind_of_signal(p));
	else
		survey_failed(s, name, e.msg);
	free(name);
	free(whole);
	return usable;
}

static bool
is_codes(const struct survey *s, const struct part *p)
{
	return !signal_is(p) && !(s->o.raw.columns && p->main->dtype == DT_I16);
}

/* The last axis of codes and vectors are columns of a token. */
static uint64_t
tokens_of(const struct part *p, enum inputs_kind kind)
{
	const struct tensor *t = p->main;
	size_t cols = t->rank > 1 ? t->shape[t->rank - 1] : 1;

	if (kind == INPUTS_ROUTES)
		return p->rows;
	return cols ? tensor_elements(t) / cols : 0;
}

/* A part to be counted or summed up.  False: its item is refused. */
static bool
take_part(struct survey *s, const struct part *p)
{
	bool routes = route_part_is(p) || s->o.routes.bare;
	const char *refused = survey_sum_refuses(s, routes);
	json_t *item = NULL;
	enum inputs_kind kind;
	struct err e = { "" };
	int status;

	if (refused) {
		kind = routes ? INPUTS_ROUTES : INPUTS_CODES;
		status = err_set(&e, "%s", refused);
	} else if (routes) {
		kind = INPUTS_ROUTES;
		status = survey_codes_routes(s, p, &item, &e);
	} else if (is_codes(s, p)) {
		kind = p->packed ? INPUTS_PACKED : INPUTS_CODES;
		status = survey_codes_take(s, p, &item, &e);
	} else {
		kind = INPUTS_VECTORS;
		status = vectors_part(&s->vectors, p, &item, &e);
	}
	inputs_tokens(&s->inputs, tokens_of(p, kind));
	if (status != 0)
		survey_failed(s, p->item, e.msg);
	else if (p->last)
		finish_item(s, kind, item);
	if (status == 0 && p->last && meta_get(&p->rec.meta, "item") &&
		(kind == INPUTS_CODES || kind == INPUTS_PACKED))
		repeats_item(&s->repeats, p->item);
	if (status != 0) {
		inputs_failed(&s->inputs);
		code_labels_lost(s->labels);
	}
	return status == 0;
}

/* What is not whole then is no error. */
static bool
stopped(const struct survey *s)
{
	return s->o.follow && follow_stopped(s->o.follow);
}

/* The parts of a stream, as they go by. */
struct taking {
	struct survey *survey;
	bool skip; /* the rest of the item */
};

static void
take_next(void *arg, const struct part *p)
{
	struct taking *t = arg;

	if (t->skip && !p->first)
		return;
	if (p->failed && stopped(t->survey))
		return;
	if (p->failed) {
		code_labels_lost(t->survey->labels);
		survey_failed(t->survey, p->item,
			"incomplete: it failed where it was made");
	} else {
		t->skip = !take_part(t->survey, p);
	}
}

static void
tensor_stream(struct survey *s, struct input *in, const char *path)
{
	struct stream *stream = stream_open(in,
		(struct stream_opts){
			.raw = s->o.raw, .packed = coded_reader(s->coded) });
	struct taking t = { s, false };
	struct part p;
	struct err e;
	int got = 0;

	while (!survey_stopped(s) && (got = stream_next(stream, &p, &e)) == 1) {
		if (s->reference && !p.failed && signal_is(&p) &&
			(p.first || !t.skip)) {
			if (!compare_part(s, stream, &p))
				break;
			t.skip = true;
		} else {
			relay_part(s->relay, stream, &p, take_next, &t);
		}
		/* Reading and counting them needs the same model. */
		if (packed_next(in))
			relay_wait(s->relay);
	}
	relay_wait(s->relay);
	if (got < 0 && !stopped(s))
		survey_failed(s, input_label(path), e.msg);
	stream_close(stream);
}

/* For -v. */
static void
say_subject(const struct input *in, enum subject kind)
{
	const char *what = subject_name(kind);
	uint64_t size;

	if (input_left(in, &size))
		say_verbose("%s: %s, %" PRIu64 " bytes", input_name(in), what,
			size);
	else
		say_verbose("%s: %s", input_name(in), what);
}

static void
take_input(struct survey *s, struct input *in, enum subject kind,
	const char *path, const char *rel)
{
	say_subject(in, kind);
	if (kind == SUBJECT_STREAM && state_file_next(in)) {
		survey_sum_take(s, in);
		inputs_end(&s->inputs, input_name(in));
		return;
	}
	if (s->o.sum.merge) {
		survey_failed(s, input_name(in), survey_sum_refuses(s, false));
		return;
	}
	switch (kind) {
	case SUBJECT_STREAM: tensor_stream(s, in, input_name(in)); break;
	case SUBJECT_IMAGE:
	case SUBJECT_SOUND: media_file(s, in, kind, path, rel); break;
	default: survey_other(s, in, kind);
	}
	inputs_end(&s->inputs, input_name(in));
}

/* A file, or a model by its name. */
static struct input *
open_operand(const char *path, struct err *e)
{
	char *found = model_find(path, e);
	struct input *in = found ? input_open(found, e) : NULL;

	free(found);
	return in;
}

/* --raw has no head, and with --routes every array is of ids. */
static int
look(const struct survey *s, struct input *in, enum subject *kind,
	struct err *e)
{
	*kind = SUBJECT_STREAM;
	if (s->o.raw.columns)
		return 0;
	if (s->o.follow && follow_is_log(in)) {
		*kind = SUBJECT_LOG;
		return 0;
	}
	if (subject_find(in, kind, e) != 0)
		return -1;
	if (s->o.routes.bare && *kind == SUBJECT_TRACE)
		*kind = SUBJECT_STREAM;
	if (s->o.follow && *kind == SUBJECT_TRACE)
		return err_set(e,
			"a trace, which --follow does not go with: its figures "
			"are of all its steps");
	if (*kind == SUBJECT_NOTHING && !stopped(s))
		return err_set(e, "empty input");
	return 0;
}

void
survey_take(struct survey *s, const char *path, const char *rel)
{
	enum subject kind;
	struct err e;
	struct input *in = open_operand(path, &e);

	if (!in) {
		survey_failed(s, input_label(path), e.msg);
		return;
	}
	if (s->o.follow)
		input_watch(in, follow_watch(s->o.follow, path));
	if (look(s, in, &kind, &e) != 0)
		survey_failed(s, input_name(in), e.msg);
	else if (survey_errors_wants(s, kind)) {
		say_subject(in, kind);
		survey_errors(s, in);
		in = NULL;
	} else if (kind != SUBJECT_NOTHING)
		take_input(s, in, kind, path, rel);
	input_close(in);
}
