#include <stdlib.h>

#include "model/foreign.h"
#include "report/figures.h"
#include "report/logs.h"
#include "report/model_figures.h"
#include "report/moe_figures.h"
#include "report/survey_other.h"
#include "report/survey_state.h"
#include "report/trace.h"
#include "report/trace_figures.h"
#include "util/names.h"

/* Routes at the steps of a training. */
static int
take_trace(struct survey *s, struct input *in, const char *item, struct err *e)
{
	struct trace t;
	json_t *rows;
	char *name;

	if (trace_read_input(&t, in, s->o.routes.experts, e) != 0)
		return -1;
	rows = trace_figures(&t, &s->o.routes.limits, s->warnings);
	name = item ? names_escape(item) : NULL;
	for (size_t i = 0; name && i < json_array_size(rows); i++)
		figures_text(json_array_get(rows, i), "item", name);
	json_array_extend(s->traces, rows);
	json_decref(rows);
	trace_free(&t);
	free(name);
	return 0;
}

int
survey_other_trace(struct survey *s, const char *path, struct err *e)
{
	struct input *in = input_open(path, e);
	int status = in ? take_trace(s, in, NULL, e) : -1;

	if (in)
		input_close(in);
	if (status != 0)
		return err_wrap(e, "%s", input_label(path));
	s->others++;
	return 0;
}

static json_t *
describe(struct survey *s, const struct model *m, const struct record *r,
	const char *name, struct err *e)
{
	if (s->against.model &&
		model_old_compare(s->against.model, m, r, name, s->pool,
			s->warnings, e) != 0)
		return NULL;
	return model_figures(m, r, name, s->pool);
}

static json_t *
tokenizer(struct survey *s, struct input *in, const char *name, struct err *e)
{
	struct record r = { 0 };
	struct model m;
	json_t *o = NULL;

	if (foreign_read(&r, in, e) != 0)
		return NULL;
	if (model_from_record(&m, &r, e) == 0) {
		o = describe(s, &m, &r, name, e);
		model_free(&m);
	}
	record_free(&r);
	return o;
}

static json_t *
experts(struct survey *s, struct input *in, const char *name, struct err *e)
{
	if (!s->against.model)
		return moe_figures(in, name, s->pool, e);
	err_set(e, "against %s: a model of experts, but OLD is a tokenizer",
		s->against.path);
	return NULL;
}

static int
take_model(struct survey *s, struct input *in, bool of_experts, struct err *e)
{
	const char *name = input_name(in);
	json_t *o;

	if (!s->pool)
		s->pool = pool_open(s->o.threads);
	o = of_experts ? experts(s, in, name, e) : tokenizer(s, in, name, e);
	if (!o)
		return -1;
	json_array_append_new(s->models, o);
	return 0;
}

/* What came before an error counts where it was followed. */
static int
take_log(struct survey *s, struct input *in, struct err *e)
{
	json_t *log;
	int status = s->o.follow
		? follow_log(s->o.follow, in, &log, s->warnings, e)
		: logs_read(in, input_name(in), &log, s->warnings, e);

	if (!log)
		return status;
	if (status != 0)
		survey_failed(s, input_name(in), e->msg);
	json_array_append_new(s->logs, log);
	return 0;
}

void
survey_other(struct survey *s, struct input *in, enum subject kind)
{
	static const enum inputs_kind found[] = {
		[SUBJECT_MODEL] = INPUTS_MODEL,
		[SUBJECT_MOE] = INPUTS_MODEL,
		[SUBJECT_TRACE] = INPUTS_TRACE,
		[SUBJECT_LOG] = INPUTS_LOG,
	};
	struct err e;
	int status;

	if (kind == SUBJECT_TRACE)
		status = take_trace(s, in, input_name(in), &e);
	else if (kind == SUBJECT_LOG)
		status = take_log(s, in, &e);
	else
		status = take_model(s, in, kind == SUBJECT_MOE, &e);
	if (status != 0) {
		survey_failed(s, input_name(in), e.msg);
		return;
	}
	s->others++;
	inputs_item(&s->inputs, found[kind]);
}
