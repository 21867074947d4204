#include <stdlib.h>

#include "report/figures.h"
#include "report/survey_codes.h"
#include "report/survey_other.h"
#include "report/survey_state.h"
#include "report/survey_sum.h"
#include "report/survey_take.h"
#include "util/mem.h"
#include "util/progress.h"

static int
open_against(struct survey *s, struct err *e)
{
	struct routes_opts *r = &s->o.routes;
	const struct against_opts o = { r->against, r->bare, r->experts,
		coded_reader(s->coded) };

	if (against_open(&s->against, &o, e) != 0)
		return -1;
	r->old = s->against.routes;
	return 0;
}

static int
open_errors(struct survey *s, struct err *e)
{
	const struct code_errors_opts o = { .model = s->o.model,
		.raw = s->o.raw,
		.limit = s->o.limit,
		.drop = s->o.drop,
		.threads = s->o.threads };

	if (!s->o.errors)
		return 0;
	s->errors = code_errors_open(&o, e);
	return s->errors ? 0 : -1;
}

struct survey *
survey_open(const struct survey_opts *o, struct err *e)
{
	const struct census_opts of_codes = { .model = o->model,
		.codes = o->codes,
		.by_item = o->by_item,
		.by_part = o->by_part,
		.joint_keys = o->health.joint_limit,

		.one_model = o->sum.path || o->sum.merge };
	struct survey *s = mem_zalloc(1, sizeof(*s));

	s->o = *o;
	s->items = json_array();
	s->groups = json_array();
	s->traces = json_array();
	s->models = json_array();
	s->logs = json_array();
	s->warnings = json_array();
	s->coded = coded_open(o->model);
	if (o->follow)
		follow_survey(o->follow, s);
	/* What is compared reads on by itself, and whether to stop is to be
	 * known at once. */
	if (!o->reference && !o->max_errors)
		s->relay = relay_open(o->threads);
	s->vectors.drop = o->drop;
	s->vectors.by_item = o->by_item;
	s->census = census_open(&of_codes, e);
	if (!s->census || open_errors(s, e) != 0 ||
		survey_sum_open(s, e) != 0 || open_against(s, e) != 0)
		goto fail;
	s->routes = routes_open(&s->o.routes, e);
	if (!s->routes)
		goto fail;
	if (o->by_label)
		s->labels =
			code_labels_open(o->labels, o->health.joint_limit, e);
	if (o->by_label && !s->labels)
		goto fail;
	if (o->reference)
		s->reference =
			reference_open(o->reference, o->raw, o->limit, e);
	if (o->reference && !s->reference)
		goto fail;
	if (!o->trace || survey_other_trace(s, o->trace, e) == 0)
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
	accumulate_abort(&s->sum.next);
	relay_close(s->relay);
	census_close(s->census);
	census_close(s->routed);
	code_labels_close(s->labels);
	coded_close(s->coded);
	code_errors_close(s->errors);
	routes_close(s->routes);
	against_close(&s->against);
	vectors_free(&s->vectors);
	reference_close(s->reference);
	inputs_free(&s->inputs);
	repeats_free(&s->repeats);
	pool_close(s->pool);
	json_decref(s->items);
	json_decref(s->groups);
	json_decref(s->traces);
	json_decref(s->models);
	json_decref(s->logs);
	json_decref(s->warnings);
	free(s);
}

int
survey_restart(struct survey *s, struct err *e)
{
	struct survey *new = survey_open(&s->o, e), old = *s;

	/* What is shown is s in any case. */
	if (s->o.follow)
		follow_survey(s->o.follow, s);
	if (!new)
		return -1;
	*s = *new;
	*new = old;
	survey_close(new);
	return 0;
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
	return s->done + s->others;
}

size_t
survey_failures(const struct survey *s)
{
	return s->failed;
}

void
survey_operand(struct survey *s, const char *path, const char *rel)
{
	survey_take(s, path, rel);
}

/* The array at the end, where a reader of the JSON looks for the long part. */
static void
move_last(json_t *o, const char *key)
{
	json_t *v = json_incref(json_object_get(o, key));

	json_object_del(o, key);
	json_object_set_new(o, key, v ? v : json_array());
}

/* Of what is not there always. */
static void
set_found(json_t *o, const char *key, json_t *rows)
{
	if (json_array_size(rows))
		json_object_set(o, key, rows);
}

/* What --by broke codes down to. */
static void
set_groups(const struct survey *s, json_t *o, json_t *warnings)
{
	bool labels = s->labels && code_labels_any(s->labels);

	set_found(o, "groups", s->groups);
	if (labels)
		code_labels_report(s->labels, census_k(s->census), o, warnings);
	else if (s->o.by_label && !routes_any(s->routes))
		json_array_append_new(warnings,
			json_string("--by label: no codes or routes with a "
				    "tensor y of whole numbers"));
	if (s->o.by_part && !json_array_size(s->groups))
		json_array_append_new(warnings,
			json_string("--by part: no codes, which alone have "
				    "parts"));
}

static void
say_repeats(const struct survey *s)
{
	size_t n = s->repeats.found;

	if (n)
		say_note("%zu item%s of codes came before, by the name, and "
			 "count%s again",
			n, n == 1 ? "" : "s", n == 1 ? "s" : "");
}

json_t *
survey_report(struct survey *s)
{
	json_t *o = json_object(), *warnings = json_array();
	json_t *routes, *against;
	const char *idle;
	struct err e;
	bool others = s->vectors.first_item || s->quality.items ||
		routes_any(s->routes) || s->others;

	if (s->done && routes_end(s->routes, &e) != 0)
		survey_failed(s, "--routes", e.msg);
	if (s->done && s->o.labels && code_labels_end(s->labels, &e) != 0)
		survey_failed(s, "--labels-file", e.msg);
	if (s->reference && s->done && !s->quality.items)
		survey_failed(s, s->o.reference,
			"nothing was compared with it: vq-decode comes first");
	idle = against_idle(
		&s->against, survey_codes_any(s), routes_any(s->routes));
	if ((s->done || json_array_size(s->models)) && idle)
		survey_failed(s, s->against.path, idle);

	say_repeats(s);
	figures_count(o, "format", 1);
	survey_sum_figures(s, o);
	if (survey_codes_any(s) || !others)
		census_report(survey_codes_census(s), o, warnings);
	coded_set(o, s->coded);
	if (s->errors)
		code_errors_report(o, s->errors);
	coded_warn(warnings, s->coded);
	if (s->vectors.first_item)
		vectors_report(o, &s->vectors);
	if (s->quality.items)
		quality_report(o, &s->quality);
	routes = routes_report(s->routes, warnings);
	if (s->o.routes.experts && !routes_any(s->routes) &&
		survey_codes_any(s))
		json_array_append_new(warnings,
			json_sprintf("-E %zu: no routes, which alone have "
				     "experts (--routes takes arrays for some)",
				s->o.routes.experts));
	against = against_report(&s->against,
		survey_codes_any(s) ? survey_codes_census(s) : NULL, warnings);
	json_array_extend(warnings, s->warnings);
	json_object_set_new(o, "warnings", warnings);
	move_last(o, "stages");
	json_object_set(o, "items", s->items);
	set_groups(s, o, warnings);
	json_object_set_new(o, "routes", routes);
	json_object_set_new(o, "inputs", inputs_report(&s->inputs));
	set_found(o, "trace", s->traces);
	set_found(o, "models", s->models);
	set_found(o, "training", s->logs);
	if (against)
		json_object_set_new(o, "against", against);
	return o;
}

const struct counts *
survey_counts(const struct survey *s, size_t column)
{
	return census_counts(survey_codes_census(s), column);
}

int
survey_add_up(struct survey *s, struct err *e)
{
	return survey_sum_add(s, e);
}

int
survey_settle(struct survey *s, int status, struct err *e)
{
	return survey_sum_settle(s, status, e);
}

int
survey_finish(struct survey *s, struct err *e)
{
	return routes_finish(s->routes, e);
}
