#include <math.h>
#include <string.h>

#include "report/figures.h"
#include "report/route_figures.h"
#include "report/versus.h"
#include "stats/contingency.h"

void
versus_free(struct versus *v)
{
	for (size_t i = 0; i < v->paths; i++)
		agreement_free(&v->agree[i]);
	*v = (struct versus){ .paths = 0 };
}

static void
choose_paths(struct versus *v, const struct versus_side *from,
	const struct versus_side *to)
{
	size_t paths = route_paths(from->cols, from->discrete, v->from);

	v->paths = route_paths(to->cols, to->discrete, v->to);
	if (from->cols == to->cols && from->discrete == to->discrete)
		return;
	v->from[0] = v->from[paths - 1];
	v->to[0] = v->to[v->paths - 1];
	v->from[0].joined = v->to[0].joined = true;
	v->paths = 1;
}

static bool
knows_largest(const struct versus_side *s)
{
	return s->first || s->cols == 1;
}

static uint16_t
first(const struct versus_side *s, size_t col, size_t i, bool largest)
{
	return largest && s->first ? s->first[i] : s->expert[i * s->cols + col];
}

/* Path k of n tokens. */
static void
compare_path(struct versus *v, size_t k, const struct versus_side *from,
	const struct versus_side *to, size_t n, bool *flipped)
{
	const struct route_path *p = &v->from[k], *q = &v->to[k];
	bool largest = p->joined && knows_largest(from) && knows_largest(to);

	for (size_t i = 0; i < n; i++) {
		bool flip = agreement_token(&v->agree[k],
			agreement_sets(from->expert + i * from->cols + p->col,
				p->cols, to->expert + i * to->cols + q->col,
				q->cols),
			first(from, p->col, i, largest),
			first(to, q->col, i, largest));

		if (flipped && k + 1 == v->paths)
			flipped[i] = flip;
	}
}

void
versus_rows(struct versus *v, const struct versus_side *from,
	const struct versus_side *to, size_t n, bool *flipped)
{
	if (!v->paths)
		choose_paths(v, from, to);
	for (size_t k = 0; k < v->paths; k++)
		compare_path(v, k, from, to, n, flipped);
}

void
versus_codes(
	struct versus *v, const uint32_t *from, const uint32_t *to, size_t n)
{
	v->codes += n;
	for (size_t i = 0; i < n; i++)
		v->code_changes += from[i] != to[i];
}

size_t
versus_find(const struct versus *v, const char *path)
{
	size_t i = 0;

	while (i < v->paths && strcmp(v->to[i].name, path) != 0)
		i++;
	return i;
}

/* Half the sum of |share - share|: what part of the load went elsewhere. */
static double
load_distance(const struct load *a, const struct load *b)
{
	size_t experts = a->seen > b->seen ? a->seen : b->seen;
	double sum = 0;

	if (!a->assigned || !b->assigned)
		return NAN;
	for (size_t e = 0; e < experts; e++)
		sum += fabs((double)load_of(a, e) / (double)a->assigned -
			(double)load_of(b, e) / (double)b->assigned);
	return sum / 2;
}

void
versus_figures(json_t *o, const struct versus *v, size_t i, const char *flip,
	size_t experts, const struct load *from, const struct load *to)
{
	static const struct agreement none;
	bool there = i < v->paths;
	const struct agreement *g = there ? &v->agree[i] : &none;

	json_object_set_new(o, "against_path",
		there ? json_string(v->from[i].name) : json_null());
	figures_count(o, "compared", g->tokens);
	figures_real(o, flip, agreement_fluctuation(g));
	figures_real(o, "saturation", agreement_saturation(g));
	figures_real(o, "saturation_chance", agreement_chance(g, experts));
	figures_real(o, "adjusted_rand_index",
		there ? contingency_rand(&g->first) : NAN);
	figures_real(o, "adjusted_mutual_information",
		there ? contingency_mutual(&g->first) : NAN);
	figures_count(o, "agreement_tokens", g->first.tokens);
	figures_real(o, "load_distance", there ? load_distance(from, to) : NAN);
	json_object_set_new(o, "flows",
		route_figures_pairs(&g->first, "from_expert", "to_expert",
			g->first.tokens, true));
}

double
versus_code_churn(const struct versus *v)
{
	return v->codes ? (double)v->code_changes / (double)v->codes : NAN;
}
