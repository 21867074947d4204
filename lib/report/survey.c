#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/sniff.h"
#include "report/census.h"
#include "report/coded.h"
#include "report/compare.h"
#include "report/figures.h"
#include "report/match.h"
#include "report/quality.h"
#include "report/reference.h"
#include "report/route_part.h"
#include "report/routes.h"
#include "report/survey.h"
#include "report/trace.h"
#include "report/trace_figures.h"
#include "report/vectors.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/progress.h"

struct survey {
	struct survey_opts o;
	struct census *census;
	struct coded *coded;
	struct routes *routes;
	struct trace trace;
	struct vectors vectors;
	struct quality quality;
	struct reference *reference;
	json_t *items;
	size_t done, failed;
	bool counted; /* codes, at least one part */
};

struct survey *
survey_open(const struct survey_opts *o, struct err *e)
{
	struct survey *s = mem_zalloc(1, sizeof(*s));

	s->o = *o;
	s->items = json_array();
	s->coded = coded_open(o->model);
	s->vectors.drop = o->drop;
	s->vectors.by_item = o->by_item;
	s->census = census_open(o->model, o->codes, o->by_item, e);
	s->routes = s->census ? routes_open(&o->routes, e) : NULL;
	if (!s->routes)
		goto fail;
	if (o->reference)
		s->reference = reference_open(o->reference, o->raw, e);
	if (o->reference && !s->reference)
		goto fail;
	if (!o->trace ||
		trace_read(&s->trace, o->trace, o->routes.experts, e) == 0)
		return s;
	err_wrap(e, "--trace");
fail:
	survey_close(s);
	return NULL;
}

void
survey_close(struct survey *s)
{
	if (!s)
		return;
	census_close(s->census);
	coded_close(s->coded);
	routes_close(s->routes);
	trace_free(&s->trace);
	vectors_free(&s->vectors);
	reference_close(s->reference);
	json_decref(s->items);
	free(s);
}

void
survey_failed(struct survey *s, const char *item, const char *reason)
{
	say_error(item, reason);
	s->failed++;
}

bool
survey_stopped(const struct survey *s)
{
	return s->o.max_errors && s->failed >= s->o.max_errors;
}

size_t
survey_done(const struct survey *s)
{
	return s->done;
}

size_t
survey_failures(const struct survey *s)
{
	return s->failed;
}

/* An item is through; o (or NULL) is what --by item shows of it. */
static void
finish_item(struct survey *s, json_t *o)
{
	s->done++;
	if (o)
		json_array_append_new(s->items, o);
}

/* got is closed.  name: in the report; said: in messages.  False: its stream
 * broke. */
static bool
compare_item(struct survey *s, struct signal *got, const char *name,
	const char *said, const struct reference_key *k)
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
		finish_item(s, item);
	}
	reference_done(s->reference, &ref);
	return signal_close(got);
}

static void
media_file(struct survey *s, struct input *in, enum media kind,
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
	status = kind == MEDIA_IMAGE ? signal_image(&got, in, &e)
				     : signal_audio(&got, in, &e);
	if (status != 0) {
		survey_failed(s, input_name(in), e.msg);
		return;
	}
	/* Decoded names may carry what metadata may not. */
	name = names_escape(strcmp(rel, "-") ? rel : input_name(in));
	compare_item(s, &got, name, input_name(in), &k);
	free(name);
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
		usable = compare_item(s, &got, name, name, &k);
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

/* Only where it is known: it takes a model. */
static void
set_coded(json_t *o, double bits)
{
	if (!isnan(bits))
		figures_real(o, "coded_bits", bits);
}

/* Routes, and the codes that chose them. */
static int
take_routes(
	struct survey *s, const struct part *p, json_t **item, struct err *e)
{
	json_t *of_codes = NULL;

	if (routes_part(s->routes, p, item, e) != 0)
		return -1;
	if (strcmp(p->main->name, "codes") != 0 || s->o.routes.bare ||
		!routes_counts_codes(s->routes, p))
		return 0;
	s->counted = true;
	if (census_part(s->census, p, &of_codes, e) != 0) {
		json_decref(*item);
		return -1;
	}
	if (of_codes) {
		json_object_update_missing(of_codes, *item);
		json_decref(*item);
		*item = of_codes;
	}
	return 0;
}

static int
take_codes(struct survey *s, const struct part *p, json_t **item, struct err *e)
{
	if (census_part(s->census, p, item, e) != 0)
		return -1;
	coded_part(s->coded, p);
	if (*item)
		set_coded(*item, coded_item_bits(s->coded));
	return 0;
}

/* A part to be counted or summed up.  False: its item is refused. */
static bool
take_part(struct survey *s, const struct part *p)
{
	json_t *item = NULL;
	struct err e = { "" };
	int status;

	if (route_part_is(p) || s->o.routes.bare) {
		status = take_routes(s, p, &item, &e);
	} else if (is_codes(s, p)) {
		s->counted = true;
		status = take_codes(s, p, &item, &e);
	} else {
		status = vectors_part(&s->vectors, p, &item, &e);
	}
	if (status != 0)
		survey_failed(s, p->item, e.msg);
	else if (p->last)
		finish_item(s, item);
	return status == 0;
}

static void
tensor_stream(struct survey *s, struct input *in, const char *path)
{
	struct stream *stream = stream_open(in,
		(struct stream_opts){
			.raw = s->o.raw, .packed = coded_reader(s->coded) });
	bool skip = false;
	struct part p;
	struct err e;
	int got = 0;

	while (!survey_stopped(s) && (got = stream_next(stream, &p, &e)) == 1) {
		if (skip && !p.first) {
			continue;
		} else if (p.failed) {
			survey_failed(s, p.item,
				"incomplete: it failed where it was made");
		} else if (s->reference && signal_is(&p)) {
			if (!compare_part(s, stream, &p))
				break;
			skip = true;
		} else {
			skip = !take_part(s, &p);
		}
	}
	if (got < 0)
		survey_failed(s, input_label(path), e.msg);
	stream_close(stream);
}

/* For -v. */
static void
say_kind(const struct input *in, enum media kind)
{
	static const char *const word[] = { [MEDIA_IMAGE] = "an image",
		[MEDIA_AUDIO] = "a sound",
		[MEDIA_TENSOR] = "tensors" };
	uint64_t size;

	if (input_left(in, &size))
		say_verbose("%s: %s, %" PRIu64 " bytes", input_name(in),
			word[kind], size);
	else
		say_verbose("%s: %s", input_name(in), word[kind]);
}

static void
take_input(struct survey *s, struct input *in, enum media kind,
	const char *path, const char *rel)
{
	say_kind(in, kind);
	if (kind == MEDIA_TENSOR)
		tensor_stream(s, in, input_name(in));
	else
		media_file(s, in, kind, path, rel);
}

void
survey_operand(struct survey *s, const char *path, const char *rel)
{
	enum media kind = MEDIA_TENSOR;
	struct err e;
	struct input *in = input_open(path, &e);

	if (!in) {
		survey_failed(s, input_label(path), e.msg);
		return;
	}
	if (!s->o.raw.columns && sniff_media(in, &kind, &e) != 0)
		survey_failed(s, input_name(in), e.msg);
	else if (kind == MEDIA_EMPTY)
		survey_failed(s, input_name(in), "empty input");
	else
		take_input(s, in, kind, path, rel);
	input_close(in);
}

/* The array at the end, where a reader of the JSON looks for the long part. */
static void
move_last(json_t *o, const char *key)
{
	json_t *v = json_incref(json_object_get(o, key));

	json_object_del(o, key);
	json_object_set_new(o, key, v ? v : json_array());
}

json_t *
survey_report(struct survey *s)
{
	json_t *o = json_object(), *warnings = json_array();
	json_t *routes, *trace = NULL;
	struct err e;
	bool others = s->vectors.first_item || s->quality.items ||
		routes_any(s->routes) || s->trace.layers;

	if (s->done && routes_end(s->routes, &e) != 0)
		survey_failed(s, "--routes", e.msg);
	if (s->reference && s->done && !s->quality.items)
		survey_failed(s, s->o.reference,
			"nothing was compared with it: vq-decode comes first");

	figures_count(o, "format", 1);
	figures_count(o, "item_count", s->done);
	figures_count(o, "failed_items", s->failed);
	if (s->counted || !others)
		census_report(s->census, o, warnings);
	set_coded(o, coded_bits(s->coded));
	if (s->vectors.first_item)
		vectors_report(o, &s->vectors);
	if (s->quality.items)
		quality_report(o, &s->quality);
	routes = routes_report(s->routes, warnings);
	if (s->o.trace)
		trace = trace_figures(&s->trace, &s->o.routes.limits, warnings);
	json_object_set_new(o, "warnings", warnings);
	move_last(o, "stages");
	json_object_set(o, "items", s->items);
	json_object_set_new(o, "routes", routes);
	if (s->o.trace)
		json_object_set_new(o, "trace", trace);
	return o;
}

int
survey_finish(struct survey *s, struct err *e)
{
	return routes_finish(s->routes, e);
}
