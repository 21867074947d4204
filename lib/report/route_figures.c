#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/route_figures.h"
#include "util/mem.h"
#include "util/num.h"

static void
text_or_null(json_t *o, const char *key, const char *text)
{
	json_object_set_new(o, key, text ? json_string(text) : json_null());
}

void
route_figures_layer(json_t *o, const char *layer)
{
	size_t number;

	if (layer && num_size(layer, NUM_DECIMAL, &number) == 0)
		figures_count(o, "layer", number);
	else
		text_or_null(o, "layer", layer);
}

void
route_figures_load(json_t *o, const struct load *l, size_t experts)
{
	struct load_figures f = load_describe(l, experts);

	figures_real(o, "load_cv", f.cv);
	figures_real(o, "max_violation", f.max_violation);
	figures_count(o, "dead_experts", f.dead);
	figures_real(o, "load_entropy", f.entropy);
	figures_real(o, "drop_rate", f.drop_rate);
	figures_real(o, "mean_gate", f.mean_gate);
}

static json_t *
load_table(const struct load *l, size_t experts)
{
	json_t *table = json_array();

	for (size_t e = 0; e < experts; e++) {
		json_t *o = json_object();
		uint64_t n = load_of(l, e);

		figures_count(o, "expert", e);
		figures_count(o, "count", n);
		figures_real(o, "share",
			l->assigned ? (double)n / (double)l->assigned : NAN);
		json_array_append_new(table, o);
	}
	return table;
}

struct pair {
	uint32_t a, b;
	uint64_t n;
};

static int
by_count(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return x->b < y->b ? -1 : x->b > y->b;
}

json_t *
route_figures_pairs(const struct joint *j, const char *a, const char *b,
	uint64_t of, bool different)
{
	struct pair *pair = mem_alloc(j->used, sizeof(*pair));
	json_t *table = json_array();
	size_t count = 0;

	for (size_t i = 0; i < j->used; i++) {
		const uint32_t *key = j->key + 2 * i;

		if (!different || key[0] != key[1])
			pair[count++] =
				(struct pair){ key[0], key[1], j->n[i] };
	}
	qsort(pair, count, sizeof(*pair), by_count);
	for (size_t i = 0; i < count && i < ROUTE_FIGURES_LONGEST; i++) {
		json_t *o = json_object();

		figures_count(o, a, pair[i].a);
		figures_count(o, b, pair[i].b);
		figures_count(o, "count", pair[i].n);
		figures_real(
			o, "share", of ? (double)pair[i].n / (double)of : NAN);
		json_array_append_new(table, o);
	}
	free(pair);
	return table;
}

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* The load of the path that v's path k was held against, of a layer with
 * these paths. */
static const struct load *
load_against(const struct versus *v, size_t k, const struct route_layer *from)
{
	size_t i = from->paths - 1;

	while (i && k < v->paths &&
		strcmp(from->path[i].name, v->from[k].name) != 0)
		i--;
	return &from->load[i];
}

struct origin {
	const char *router, *model, *seed; /* NULL: not said */
};

static bool
same(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

/* true, false or (a model is not said) null. */
static json_t *
one_training(struct origin a, struct origin b)
{
	if (!a.model || !b.model)
		return json_null();
	return json_boolean(same(a.model, b.model) ||
		(same(a.router, b.router) && same(a.seed, b.seed)));
}

/* What a path of --against says; null where it was compared with nothing. */
static void
set_versus(json_t *o, const struct route_layer *l, size_t i,
	const struct due_limits *limits)
{
	const struct versus *v = &l->versus;
	size_t k = versus_find(v, l->path[i].name);
	bool by_code = i > 0 || l->paths == 1, judged;
	double drift = NAN, churn = NAN;

	if (!l->old)
		return;
	versus_figures(o, v, k, l->noise_db ? "noise_flip" : "fluctuation",
		larger(route_layer_experts(l), route_layer_experts(l->old)),
		load_against(v, k, l->old), &l->load[i]);
	json_object_set_new(o, "one_training",
		one_training((struct origin){ l->router, l->model, l->seed },
			(struct origin){
				l->old->router, l->old->model, l->old->seed }));
	if (l->noise_db)
		return;
	judged = limits->asked[0] || limits->asked[1] ||
		json_is_true(json_object_get(o, "one_training"));
	if (judged && k < v->paths)
		drift = agreement_fluctuation(&v->agree[k]);
	if (judged && by_code)
		churn = versus_code_churn(v);
	due_set(o, drift, churn, limits);
}

static json_t *
describe_shadow(const struct route_layer *l, size_t i, size_t experts)
{
	const struct versus *v = &l->shadow;
	size_t k = versus_find(v, l->shadow_path[i].name);
	json_t *o = json_object();

	figures_text(o, "path", l->shadow_path[i].name);
	text_or_null(o, "router", l->shadow_router);
	text_or_null(o, "model", l->shadow_model);
	figures_count(o, "experts", experts);
	route_figures_load(o, &l->shadow_load[i], experts);
	versus_figures(o, v, k, "fluctuation",
		larger(experts, route_layer_experts(l)), load_against(v, k, l),
		&l->shadow_load[i]);
	json_object_set_new(o, "one_training",
		one_training((struct origin){ l->router, l->model, l->seed },
			(struct origin){ l->shadow_router, l->shadow_model,
				l->shadow_seed }));
	return o;
}

/* The second router, path by path. */
static json_t *
describe_shadows(const struct route_layer *l)
{
	size_t last = l->shadow_paths - 1;
	size_t experts = l->shadow_experts
		? l->shadow_experts
		: larger(1, l->shadow_load[last].seen);
	json_t *all = json_array();

	for (size_t i = 0; i <= last; i++)
		json_array_append_new(all, describe_shadow(l, i, experts));
	return all;
}

static json_t *
describe_path(
	const struct route_layer *l, size_t i, const struct due_limits *limits)
{
	size_t experts = route_layer_experts(l);
	const struct load *all = &l->load[l->paths - 1], *load = &l->load[i];
	json_t *o = json_object();

	figures_text(o, "path", l->path[i].name);
	figures_count(o, "tokens", load->tokens);
	figures_count(o, "assigned", load->assigned);
	figures_count(o, "dropped", load->dropped);
	route_figures_load(o, load, experts);
	if (l->paths > 1)
		figures_real(o, "gate_share",
			all->gates > 0 ? load->gates / all->gates : NAN);
	set_versus(o, l, i, limits);
	json_object_set_new(o, "load", load_table(load, experts));
	if (l->path[i].cols > 1)
		json_object_set_new(o, "pairs",
			route_figures_pairs(&l->pairs[i], "expert",
				"other_expert", load->tokens, false));
	return o;
}

static void
set_codes(json_t *o, const struct route_layer *l)
{
	size_t used = audit_used(&l->audit);
	double h = audit_entropy_bits(&l->audit);

	if (l->codes) {
		figures_count(o, "codes", l->codes);
		figures_count(o, "used_codes", used);
		figures_count(
			o, "dead_codes", l->codes > used ? l->codes - used : 0);
	} else {
		json_object_set_new(o, "codes", json_null());
		figures_count(o, "used_codes", used);
		json_object_set_new(o, "dead_codes", json_null());
	}
	figures_real(o, "code_perplexity", exp2(h));
}

static void
set_old(json_t *o, const struct route_layer *l)
{
	if (l->noise_db)
		figures_real(o, "noise_db", strtod(l->noise_db, NULL));
	if (!l->old)
		return;
	text_or_null(o, "against_router", l->old->router);
	text_or_null(o, "against_model", l->old->model);
	if (l->versus.codes)
		figures_real(o, "code_churn", versus_code_churn(&l->versus));
}

json_t *
route_figures(struct route_layer *l, const struct due_limits *limits)
{
	json_t *o = json_object(), *paths = json_array();

	route_figures_layer(o, l->name);
	text_or_null(o, "router", l->router);
	text_or_null(o, "model", l->model);
	figures_count(o, "experts", route_layer_experts(l));
	figures_count(o, "top", l->cols - l->discrete);
	figures_count(o, "discrete", l->discrete);
	figures_count(o, "tokens", l->tokens);
	if (l->coded && !l->audit.full)
		set_codes(o, l);
	if (l->labelled) {
		figures_real(o, "purity", by_label_purity(&l->by_label));
		figures_count(o, "unlabelled", l->by_label.unlabelled);
	}
	set_old(o, l);
	for (size_t i = 0; i < l->paths; i++)
		json_array_append_new(paths, describe_path(l, i, limits));
	json_object_set_new(o, "paths", paths);
	if (l->shadow.paths)
		json_object_set_new(o, "shadow", describe_shadows(l));
	if (l->coded && !l->audit.full)
		json_object_set_new(o, "code_table", audit_table(&l->audit));
	if (l->labelled)
		json_object_set_new(o, "labels", by_label_table(&l->by_label));
	if (l->boundary.limit && l->coded)
		json_object_set_new(
			o, "boundary", boundary_table(&l->boundary));
	return o;
}
