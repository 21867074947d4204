#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/route_paths.h"
#include "report/route_warnings.h"
#include "report/trace_figures.h"
#include "stats/agreement.h"
#include "stats/load.h"
#include "stats/probes.h"
#include "util/mem.h"

/* The checkpoints of a layer in one layout, and the path that is looked at. */
struct view {
	const struct trace_layer *l;
	size_t experts; /* E */
	size_t cols, discrete;
	uint16_t **expert; /* [checkpoints] of [n, cols] */
	struct probes p;
	struct route_path path;
	bool *there;   /* [checkpoints] */
	size_t *since; /* [checkpoints]: where the router of each began */
};

/* Columns of a path that has not begun are dropped ones. */
static uint16_t *
lay_out(const struct trace_checkpoint *c, size_t cols, size_t discrete)
{
	uint16_t *to = mem_alloc(c->n * cols, sizeof(*to));
	size_t own = c->cols - c->discrete;

	for (size_t i = 0; i < c->n * cols; i++)
		to[i] = LOAD_DROPPED;
	for (size_t i = 0; i < c->n; i++) {
		memcpy(to + i * cols, c->expert + i * c->cols,
			own * sizeof(*to));
		memcpy(to + i * cols + cols - discrete,
			c->expert + i * c->cols + own,
			c->discrete * sizeof(*to));
	}
	return to;
}

static void
open_view(struct view *v, const struct trace_layer *l)
{
	size_t continuous = 0;

	*v = (struct view){ .l = l };
	v->experts = l->experts ? l->experts : l->seen ? l->seen : 1;
	for (size_t i = 0; i < l->checkpoints; i++) {
		const struct trace_checkpoint *c = &l->checkpoint[i];

		if (c->cols - c->discrete > continuous)
			continuous = c->cols - c->discrete;
		if (c->discrete > v->discrete)
			v->discrete = c->discrete;
	}
	v->cols = continuous + v->discrete;
	v->expert = mem_alloc(l->checkpoints, sizeof(*v->expert));
	v->there = mem_zalloc(l->checkpoints, sizeof(*v->there));
	v->since = mem_zalloc(l->checkpoints, sizeof(*v->since));
	for (size_t i = 0; i < l->checkpoints; i++)
		v->expert[i] = lay_out(&l->checkpoint[i], v->cols, v->discrete);
}

static void
close_view(struct view *v)
{
	for (size_t i = 0; i < v->l->checkpoints; i++)
		free(v->expert[i]);
	free(v->expert);
	free(v->there);
	free(v->since);
}

/* True if another router chose at c than at the checkpoint before: one that
 * was frozen meanwhile, or by codes made meanwhile.  A continuous path goes on
 * as it was when codes join it. */
static bool
switched(const struct view *v, size_t c)
{
	const struct trace_checkpoint *a = &v->l->checkpoint[c - 1], *b = a + 1;

	if (a->frozen != b->frozen)
		return true;
	if (strcmp(v->path.name, "continuous") == 0)
		return false;
	return a->discrete != b->discrete || a->cols != b->cols ||
		(a->code != NULL) != (b->code != NULL);
}

static void
choose_path(struct view *v, const struct route_path *path)
{
	v->path = *path;
	v->p = (struct probes){ v->l->checkpoints, v->l->checkpoint[0].n,
		v->cols, path->col, path->cols,
		(const uint16_t *const *)v->expert };
	for (size_t i = 0; i < v->p.checkpoints; i++) {
		v->there[i] = probes_there(&v->p, i);
		v->since[i] = i && !switched(v, i) ? v->since[i - 1] : i;
	}
}

/* The checkpoint before c that is there, of the same router; c itself where
 * there is none. */
static size_t
before(const struct view *v, size_t c)
{
	for (size_t i = c; i > v->since[c]; i--)
		if (v->there[i - 1])
			return i - 1;
	return c;
}

/* What the last checkpoint is judged by: the latest one at or before 0.8 of
 * its step, else the first, since the router began. */
static size_t
judged_from(const struct view *v)
{
	const struct trace_checkpoint *at = v->l->checkpoint;
	size_t last = v->p.checkpoints - 1, from = last;

	for (size_t i = last; i-- > v->since[last];)
		if (v->there[i]) {
			from = i;
			if (10 * at[i].step <= 8 * at[last].step)
				break;
		}
	return from;
}

/* The checkpoints of the router that is there at the end. */
static struct probes
lately(const struct view *v)
{
	struct probes p = v->p;
	size_t from = v->since[p.checkpoints - 1];

	p.checkpoints -= from;
	p.expert += from;
	return p;
}

/* Two checkpoints; nothing where one is not there, they are the same, or of
 * two routers. */
static struct agreement
compare(const struct view *v, size_t a, size_t b)
{
	const struct probes *p = &v->p;
	struct agreement g = { 0 };

	if (a == b || !v->there[a] || !v->there[b] ||
		v->since[a] != v->since[b])
		return g;
	for (size_t i = 0; i < p->n; i++)
		agreement_token(&g,
			agreement_sets(probes_at(p, a, i), p->cols,
				probes_at(p, b, i), p->cols),
			LOAD_DROPPED, LOAD_DROPPED);
	return g;
}

static double
code_churn(const struct trace_checkpoint *a, const struct trace_checkpoint *b)
{
	size_t changes = 0;

	if (a == b || !a->code || !b->code || !a->n)
		return NAN;
	for (size_t i = 0; i < a->n; i++)
		changes += a->code[i] != b->code[i];
	return (double)changes / (double)a->n;
}

static struct load
load_at(const struct view *v, size_t c)
{
	struct load load = { 0 };

	load_add(&load, v->expert[c] + v->path.col, NULL, v->p.n, v->path.cols,
		v->cols);
	return load;
}

/* Experts that are dead at the end, which no step before makes good. */
static void
set_dead(json_t *o, const struct view *v, size_t last, json_t *warnings)
{
	struct load load = load_at(v, last);
	char *where = mem_printf(
		"trace: step %zu, %s%s%s%s: ", v->l->checkpoint[last].step,
		v->l->name ? "layer " : "", v->l->name ? v->l->name : "",
		v->l->name ? ", " : "", v->path.name);

	figures_count(o, "dead_experts", load_describe(&load, v->experts).dead);
	route_warnings_load(&load, v->experts, where, warnings);
	free(where);
	load_free(&load);
}

static void
set_load(json_t *o, const struct view *v, size_t c)
{
	struct load load = load_at(v, c);
	struct load_figures f = load_describe(&load, v->experts);

	figures_real(o, "load_cv", f.cv);
	figures_real(o, "max_violation", f.max_violation);
	figures_count(o, "dead_experts", f.dead);
	load_free(&load);
}

/* changes: tokens that changed here for the last time. */
static json_t *
describe_step(const struct view *v, size_t c, size_t changes)
{
	const struct trace_checkpoint *at = v->l->checkpoint;
	size_t was = before(v, c), last = v->p.checkpoints - 1;
	struct agreement g = compare(v, was, c), end = compare(v, c, last);
	const struct trace_figures *f = &at[c].figures;
	json_t *o = json_object();

	figures_count(o, "step", at[c].step);
	set_load(o, v, c);
	figures_real(o, "fluctuation", agreement_fluctuation(&g));
	figures_real(o, "saturation", agreement_saturation(&g));
	figures_real(o, "saturation_chance", agreement_chance(&g, v->experts));
	figures_real(o, "fluctuation_to_last", agreement_fluctuation(&end));
	figures_real(o, "saturation_to_last", agreement_saturation(&end));
	figures_count(o, "last_changes", changes);
	figures_real(o, "code_churn", code_churn(&at[was], &at[c]));
	figures_real(o, "valid_loss", f->valid_loss);
	figures_real(o, "expert_similarity", f->expert_similarity);
	figures_real(o, "expert_rank", f->expert_rank);
	figures_real(o, "code_rank", f->code_rank);
	return o;
}

static int
compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The distribution of the last change: its quartiles, and by step. */
static json_t *
set_last_changes(json_t *o, const struct view *v)
{
	const struct trace_checkpoint *at = v->l->checkpoint;
	const struct probes late = lately(v);
	size_t since = v->p.checkpoints - late.checkpoints, begin = since;
	size_t n = v->p.n, *last = mem_alloc(n, sizeof(*last));
	size_t *here = mem_zalloc(v->p.checkpoints, sizeof(*here));
	double *step = mem_alloc(n, sizeof(*step));
	json_t *steps = json_array();

	while (begin + 1 < v->p.checkpoints && !v->there[begin])
		begin++;
	probes_last_change(&late, last);
	for (size_t i = 0; i < n; i++) {
		step[i] = (double)at[since + last[i]].step;
		here[since + last[i]]++;
	}
	qsort(step, n, sizeof(*step), compare_numbers);
	figures_real(o, "last_fluctuation", probes_quantile(step, n, 0.5));
	figures_real(o, "last_fluctuation_q1", probes_quantile(step, n, 0.25));
	figures_real(o, "last_fluctuation_q3", probes_quantile(step, n, 0.75));
	figures_real(o, "unchanged", n ? (double)here[begin] / (double)n : NAN);
	here[begin] = 0;
	for (size_t c = 0; c < v->p.checkpoints; c++)
		json_array_append_new(steps, describe_step(v, c, here[c]));
	free(last);
	free(here);
	free(step);
	return steps;
}

static json_t *
set_lifetimes(json_t *o, const struct view *v)
{
	double *life = mem_alloc(v->experts, sizeof(*life));
	const struct probes late = lately(v);
	json_t *lifetimes = json_array();
	size_t count = 0;

	for (size_t e = 0; e < v->experts; e++) {
		json_t *row = json_object();
		size_t tokens;
		double t = probes_lifetime(&late, (uint16_t)e, &tokens);

		figures_count(row, "expert", e);
		figures_count(row, "probes", tokens);
		figures_real(row, "lifetime", t);
		json_array_append_new(lifetimes, row);
		if (tokens)
			life[count++] = t;
	}
	qsort(life, count, sizeof(*life), compare_numbers);
	figures_real(o, "expert_lifetime", probes_quantile(life, count, 0.5));
	free(life);
	return lifetimes;
}

static json_t *
describe_path(
	const struct view *v, const struct due_limits *limits, json_t *warnings)
{
	const struct trace_layer *l = v->l;
	size_t last = v->p.checkpoints - 1, was = judged_from(v);
	struct agreement g = compare(v, was, last);
	bool by_code = strcmp(v->path.name, "continuous") != 0;
	json_t *o = json_object(), *steps, *lifetimes;

	route_figures_layer(o, l->name);
	figures_text(o, "path", v->path.name);
	json_object_set_new(
		o, "router", l->router ? json_string(l->router) : json_null());
	figures_count(o, "experts", v->experts);
	figures_count(o, "probes", v->p.n);
	figures_count(o, "checkpoints", v->p.checkpoints);
	figures_count(o, "first_step", l->checkpoint[0].step);
	figures_count(o, "last_step", l->checkpoint[last].step);
	figures_count(o, "since_step", l->checkpoint[v->since[last]].step);
	set_dead(o, v, last, warnings);
	steps = set_last_changes(o, v);
	lifetimes = set_lifetimes(o, v);
	due_set(o, agreement_fluctuation(&g),
		by_code ? code_churn(&l->checkpoint[was], &l->checkpoint[last])
			: NAN,
		limits);
	if (was == last)
		json_object_set_new(o, "retrain_from_step", json_null());
	else
		figures_count(o, "retrain_from_step", l->checkpoint[was].step);
	json_object_set_new(o, "steps", steps);
	json_object_set_new(o, "lifetimes", lifetimes);
	return o;
}

static void
describe_layer(const struct trace_layer *l, const struct due_limits *limits,
	json_t *all, json_t *warnings)
{
	struct route_path path[ROUTE_PATHS_MAX];
	struct view v;
	size_t paths;

	open_view(&v, l);
	paths = route_paths(v.cols, v.discrete, path);
	for (size_t i = 0; i < paths; i++) {
		choose_path(&v, &path[i]);
		json_array_append_new(all, describe_path(&v, limits, warnings));
	}
	close_view(&v);
}

static void
warn(const struct trace_layer *l, json_t *warnings)
{
	char *text;

	if (l->checkpoints > 1)
		return;
	text = mem_printf("trace: one checkpoint only, step %zu%s%s: there "
			  "is nothing to compare it with",
		l->checkpoint[0].step, l->name ? ", of layer " : "",
		l->name ? l->name : "");
	json_array_append_new(warnings, json_string(text));
	free(text);
}

json_t *
trace_figures(const struct trace *t, const struct due_limits *limits,
	json_t *warnings)
{
	json_t *all = json_array();

	for (size_t i = 0; i < t->layers; i++) {
		describe_layer(&t->layer[i], limits, all, warnings);
		warn(&t->layer[i], warnings);
	}
	return all;
}
