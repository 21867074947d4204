#include <stdlib.h>
#include <string.h>

#include "model/model_find.h"
#include "report/against.h"
#include "report/code_drift.h"
#include "report/figures.h"
#include "report/route_part.h"
#include "report/signal.h"
#include "report/sizes.h"
#include "report/state_file.h"
#include "report/subject.h"
#include "util/input.h"
#include "util/mem.h"

static int
read_codes(struct against *a, struct stream *s, struct part *p, struct err *e)
{
	a->kind = AGAINST_CODES;
	a->codes = code_old_open(s, p, e);
	a->compare = (struct code_compare){ .path = a->path, .old = a->codes };
	return a->codes ? 0 : -1;
}

static int
read_routes(struct against *a, const struct against_opts *o, struct stream *s,
	struct part *p, struct err *e)
{
	a->kind = AGAINST_ROUTES;
	a->routes = route_old_open(s, p, o->bare, o->experts, e);
	return a->routes ? 0 : -1;
}

/* What the first part is, they all are. */
static int
read_stream(struct against *a, const struct against_opts *o, struct input *in,
	struct err *e)
{
	struct stream *s =
		stream_open(in, (struct stream_opts){ .packed = o->packed });
	struct part p;
	int status = stream_next(s, &p, e);

	if (status == 0)
		status = err_set(e, "holds no records");
	else if (status < 0)
		status = -1;
	else if (p.failed)
		status = err_set(e, "%s: incomplete", p.item);
	else if (o->bare || route_part_is(&p))
		status = read_routes(a, o, s, &p, e);
	else if (signal_is(&p))
		status = err_set(e,
			"%s: no codes and no routes (-R holds decoded items "
			"against their originals)",
			p.item);
	else
		status = read_codes(a, s, &p, e);
	stream_close(s);
	return status;
}

static int
read_state(struct against *a, struct input *in, struct err *e)
{
	struct err unused;
	const unsigned char *p;

	a->kind = AGAINST_STATE;
	if (state_file_read(&a->state, in, e) != 0)
		return -1;
	if (input_peek(in, 1, &p, &unused) != 0)
		return err_set(e, "several states: --merge joins them");
	return 0;
}

static int
read_model(struct against *a, struct input *in, struct err *e)
{
	a->kind = AGAINST_MODEL;
	a->model = model_old_open(in, a->path, e);
	return a->model ? 0 : -1;
}

static int
read_old(struct against *a, const struct against_opts *o, struct input *in,
	struct err *e)
{
	enum subject kind;
	struct err unused;

	if (state_file_next(in))
		return read_state(a, in, e);
	if (subject_find(in, &kind, &unused) != 0)
		kind = SUBJECT_STREAM; /* whoever reads it says why */
	if (kind == SUBJECT_MODEL)
		return read_model(a, in, e);
	if (kind == SUBJECT_MOE)
		return err_set(e,
			"a model of experts: hold its routes against "
			"those of another");
	return read_stream(a, o, in, e);
}

/* A file, or a model by its name. */
static struct input *
open_old(const char *path, struct err *e)
{
	char *found = model_find(path, e);
	struct input *in = found ? input_open(found, e) : NULL;

	free(found);
	return in;
}

int
against_open(struct against *a, const struct against_opts *o, struct err *e)
{
	struct input *in;
	int status;

	*a = (struct against){ .path = o->path };
	if (!o->path)
		return 0;
	in = open_old(o->path, e);
	status = in ? read_old(a, o, in, e) : -1;
	input_close(in);
	if (status == 0)
		return 0;
	err_wrap(e, "%s", input_label(o->path));
	return err_wrap(e, "--against");
}

void
against_close(struct against *a)
{
	route_old_close(a->routes);
	code_old_close(a->codes);
	code_compare_free(&a->compare);
	state_free(&a->state);
	model_old_close(a->model);
	*a = (struct against){ .kind = AGAINST_NOTHING };
}

static int
check_columns(const struct against *a, const struct part *p, struct err *e)
{
	size_t rank = p->main->rank;
	size_t cols = rank > 1 ? p->main->shape[rank - 1] : 1;

	if (cols == a->state.tally.cols)
		return 0;
	return err_set(e, "%zu columns of codes, but %s has %zu", cols, a->path,
		a->state.tally.cols);
}

int
against_codes(struct against *a, const struct part *p, struct err *e)
{
	int status = 0;

	if (a->kind == AGAINST_CODES)
		status = code_compare_part(&a->compare, p, e);
	if (a->kind == AGAINST_STATE && p->first)
		status = check_columns(a, p, e);
	return status == 0 ? 0 : err_wrap(e, "against %s", a->path);
}

const char *
against_idle(const struct against *a, bool codes, bool routes)
{
	switch (a->kind) {
	case AGAINST_CODES:
	case AGAINST_STATE:
		if (codes)
			return NULL;
		return routes ? "--against: these are codes, and routes came "
				"(--routes: arrays are ids)"
			      : "--against: these are codes, and none came to "
				"be held against them";
	case AGAINST_ROUTES:
		return routes ? NULL
			      : "--against: these are routes, and none came to "
				"be held against them";
	case AGAINST_MODEL:
		return json_array_size(a->model->models)
			? NULL
			: "--against: this is a model, and none came to be "
			  "held against it";
	default: return NULL;
	}
}

/* Figures of the same items. */
static void
report_items(
	const struct against *a, json_t *o, json_t *stages, json_t *warnings)
{
	code_compare_total(o, &a->compare);
	for (size_t i = 0; i < json_array_size(stages); i++)
		code_compare_stage(json_array_get(stages, i), &a->compare, i);
	code_compare_warn(&a->compare, warnings);
}

/* k of the columns of the state; 0 where it is not known. */
static size_t *
state_sizes(const struct state *s)
{
	size_t *k = mem_zalloc(s->tally.cols, sizeof(*k));
	struct sizes got = { 0 };
	struct err unused;

	if (s->codes && sizes_parse(&got, s->codes, &unused) == 0)
		for (size_t i = 0; i < s->tally.cols; i++)
			k[i] = sizes_at(&got, i);
	sizes_free(&got);
	return k;
}

static json_t *
report_usage(const struct against *a, json_t *o, const struct census *now,
	json_t *warnings)
{
	const struct code_drift_side is = { census_tally(now), census_k(now) };
	struct code_drift_side was = { &a->state.tally, NULL };
	size_t *k = NULL;
	json_t *stages;

	if (a->kind == AGAINST_CODES)
		was = (struct code_drift_side){ census_tally(code_old_census(
							a->codes)),
			census_k(code_old_census(a->codes)) };
	else
		was.k = k = state_sizes(&a->state);
	stages = was.tally->cols == is.tally->cols
		? code_drift_stages(o, &was, &is, warnings)
		: json_array();
	free(k);
	return stages;
}

static json_t *
report_models(const struct against *a)
{
	json_t *o;

	if (json_array_size(a->model->models) == 0)
		return NULL;
	o = json_object();
	figures_text(o, "old", a->path);
	figures_text(o, "kind", "model");
	json_object_set(o, "models", a->model->models);
	return o;
}

/* Numbers of codes are arbitrary. */
static void
warn_models(const struct against *a, const struct census *now, json_t *warnings)
{
	const char *is = census_model(now);
	const char *was = a->kind == AGAINST_CODES
		? census_model(code_old_census(a->codes))
		: a->state.model;
	char *text;

	if (!is || !was || strcmp(is, was) == 0)
		return;
	text = mem_printf("codes of model %s against those of %s: churn and "
			  "drift mean little, unless one was trained on from "
			  "the other",
		is, was);
	json_array_append_new(warnings, json_string(text));
	free(text);
}

json_t *
against_report(
	const struct against *a, const struct census *now, json_t *warnings)
{
	json_t *o, *stages;

	if (a->kind == AGAINST_MODEL)
		return report_models(a);
	if (!now || (a->kind != AGAINST_CODES && a->kind != AGAINST_STATE))
		return NULL;
	o = json_object();
	figures_text(o, "old", a->path);
	figures_text(o, "kind", a->kind == AGAINST_CODES ? "codes" : "state");
	warn_models(a, now, warnings);
	stages = report_usage(a, o, now, warnings);
	if (a->kind == AGAINST_CODES)
		report_items(a, o, stages, warnings);
	json_object_set_new(o, "stages", stages);
	return o;
}
