#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/follow_line.h"
#include "stats/entropy.h"
#include "util/mem.h"

void
follow_line_free(struct follow_line *l)
{
	for (size_t i = 0; i < l->cols; i++)
		window_free(&l->col[i]);
	for (size_t i = 0; i < l->layers; i++)
		window_free(&l->load[i]);
	free(l->col);
	free(l->load);
	*l = (struct follow_line){ 0 };
}

static void
reach(struct window **w, size_t *have, size_t n)
{
	if (n <= *have)
		return;
	*w = mem_grow(*w, n, sizeof(**w));
	memset(*w + *have, 0, (n - *have) * sizeof(**w));
	*have = n;
}

/* How a column is used, or all of them together. */
struct use {
	size_t codes, used, window_used;
	double bits, window_bits;
};

static void
set_use(json_t *o, const struct use *u, size_t cols)
{
	double k = u->codes ? (double)u->codes : NAN;
	double n = (double)cols;
	bool came = !isnan(u->window_bits);

	figures_real(o, "utilization", (double)u->used / k);
	figures_real(o, "window_utilization",
		came ? (double)u->window_used / k : NAN);
	figures_real(o, "perplexity", exp2(u->bits / n));
	figures_real(o, "window_perplexity", exp2(u->window_bits / n));
}

static struct use
look(struct window *w, const struct counts *c, size_t k)
{
	struct use u = { .codes = k, .used = c->used };

	if (!k && c->used) /* nobody said it */
		u.codes = (size_t)c->max + 1;
	window_step(w, c->n, c->used ? (size_t)c->max + 1 : 0);
	for (size_t i = 0; i < c->used; i++)
		u.window_used += w->added[c->hit[i]] != 0;
	u.bits = counts_entropy_bits(c);
	u.window_bits = entropy_bits(w->added, c->hit, c->used, w->total);
	return u;
}

void
follow_line_codes(struct follow_line *l, const struct census *c, json_t *o)
{
	const struct tally *t = census_tally(c);
	const size_t *k = census_k(c);
	json_t *stages = json_array();
	struct use all = { 0 };

	reach(&l->col, &l->cols, t->cols);
	for (size_t i = 0; i < t->cols; i++) {
		struct use u = look(&l->col[i], &t->col[i], k[i]);
		json_t *stage = json_object();

		figures_count(stage, "stage", i);
		set_use(stage, &u, 1);
		json_array_append_new(stages, stage);
		all.codes += u.codes;
		all.used += u.used;
		all.window_used += u.window_used;
		all.bits += u.bits;
		all.window_bits += u.window_bits;
	}
	set_use(o, &all, t->cols);
	json_object_set_new(o, "stages", stages);
}

/* Since the line before; what its gates were is not known. */
static struct load_figures
since(struct window *w, const struct load *l, size_t experts)
{
	struct load added = { .room = l->room, .seen = l->seen };

	window_step(w, l->n, l->seen);
	added.n = w->added;
	added.assigned = w->total;
	return load_describe(&added, experts);
}

static double
larger(double a, double b)
{
	return a > b || isnan(b) ? a : b;
}

static void
set_load(json_t *o, double cv, double window_cv, size_t dead)
{
	figures_real(o, "load_cv", cv);
	figures_real(o, "window_load_cv", window_cv);
	figures_count(o, "dead_experts", dead);
}

void
follow_line_routes(struct follow_line *l, const struct routes *r, json_t *o)
{
	const struct route_layer *layer;
	json_t *routes = json_array();
	double cv = NAN, window_cv = NAN;
	size_t dead = 0;

	for (size_t i = 0; (layer = routes_layer(r, i)); i++) {
		/* The last path has all columns. */
		const struct load *load = &layer->load[layer->paths - 1];
		size_t experts = route_layer_experts(layer);
		struct load_figures all = load_describe(load, experts), new;
		json_t *row = json_object();

		reach(&l->load, &l->layers, i + 1);
		new = since(&l->load[i], load, experts);
		route_figures_layer(row, layer->name);
		figures_count(row, "tokens", layer->tokens);
		set_load(row, all.cv, new.cv, all.dead);
		json_array_append_new(routes, row);
		cv = larger(all.cv, cv);
		window_cv = larger(new.cv, window_cv);
		dead += all.dead;
	}
	set_load(o, cv, window_cv, dead);
	json_object_set_new(o, "routes", routes);
}
