#include <math.h>
#include <stdlib.h>

#include "report/figures.h"
#include "report/plot_make.h"
#include "util/mem.h"

/* "N = 12,345 tokens, k = 1,024": of one stage, or of all alike. */
static char *
subtitle(const json_t *stages)
{
	const json_t *first = json_array_get(stages, 0);
	uint64_t k = plot_count_of(first, "codes");
	size_t n = json_array_size(stages);
	char tokens[PLOT_COUNT_MAX], codes[PLOT_COUNT_MAX];
	char used[PLOT_COUNT_MAX];
	bool same = k != 0;

	for (size_t i = 1; i < n; i++)
		same &= plot_count_of(json_array_get(stages, i), "codes") == k;
	plot_count(plot_count_of(first, "tokens"), tokens);
	plot_count(k, codes);
	plot_count(plot_count_of(first, "used"), used);
	if (!same)
		return mem_printf("N = %s tokens", tokens);
	if (n > 1)
		return mem_printf("N = %s tokens, k = %s in each of %zu stages",
			tokens, codes, n);
	return mem_printf(
		"N = %s tokens, k = %s, %s of them used", tokens, codes, used);
}

static char *
stage_name(const json_t *stages, const json_t *stage)
{
	double gini = figures_get(stage, "gini");
	uint64_t at = plot_count_of(stage, "stage");

	if (json_array_size(stages) == 1)
		return isnan(gini)
			? mem_strdup("these codes")
			: mem_printf("these codes (Gini %.2f)", gini);
	return isnan(gini)
		? mem_printf("stage %zu", (size_t)at)
		: mem_printf("stage %zu (Gini %.2f)", (size_t)at, gini);
}

static struct chart_series *
add_stage(struct chart *c, const json_t *stages, const json_t *stage, size_t n)
{
	char *name = stage_name(stages, stage);
	struct chart_series *s = chart_add(c, name, CHART_LINE, n);

	free(name);
	return s;
}

/* N/k from the first rank to the last. */
static void
add_even(struct chart *c, const json_t *stage)
{
	double k = figures_get(stage, "codes");
	double each = figures_get(stage, "tokens") / k;

	if (k > 0 && each > 0)
		chart_guide(c, "even use, N/k", (double[]){ 1, k },
			(double[]){ each, each });
}

static size_t
finish(struct chart *c, const json_t *stages, const char *title)
{
	if (!chart_any(c)) {
		chart_free(c);
		return 0;
	}
	c->title = mem_strdup(title);
	c->subtitle = subtitle(stages);
	chart_fit(c);
	return 1;
}

/*
 * The curve knows some ranks only: to the last code that is used the line goes
 * by the mean count of those behind the last rank that it knows of.  Ranks
 * without tokens, which have no place, make room for it.
 */
static void
add_last(struct chart_series *s, const json_t *stage, const json_t *curve)
{
	double used = figures_get(stage, "used"), rest;
	size_t n = 0;

	while (n < json_array_size(curve) && s->y[n] > 0)
		n++;
	if (n == 0 || !(used > s->x[n - 1]))
		return;
	rest = 1 - figures_get(json_array_get(curve, n - 1), "share");
	s->x[n] = used;
	s->y[n] = rest * figures_get(stage, "tokens") / (used - s->x[n - 1]);
	s->n = n + 1;
}

size_t
plot_codes_usage(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *stages = json_object_get(root, "stages");
	struct chart *c = to;

	*c = (struct chart){ .x = { .label = "codes, the most used first",
				     .log = true,
				     .exact = true },
		.y = { .label = "tokens of the code", .log = true } };
	for (size_t i = 0; i < json_array_size(stages); i++) {
		const json_t *stage = json_array_get(stages, i);
		const json_t *curve = json_object_get(stage, "curve");
		size_t n = json_array_size(curve);
		struct chart_series *s;

		if (n == 0 || !(s = add_stage(c, stages, stage, n + 1)))
			continue;
		for (size_t j = 0; j < n; j++) {
			const json_t *at = json_array_get(curve, j);

			s->x[j] = figures_get(at, "rank");
			s->y[j] = figures_get(at, "count");
		}
		add_last(s, stage, curve);
	}
	for (size_t i = 0; c->count && i < json_array_size(stages); i++)
		add_even(c, json_array_get(stages, i));
	return finish(c, stages, "How often each code is used");
}

size_t
plot_codes_curve(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *stages = json_object_get(root, "stages");
	struct chart *c = to;

	*c = (struct chart){
		.x = { .label = "share of the codes, the most used "
				"first, %" },
		.y = { .label = "share of the tokens, %" }
	};
	for (size_t i = 0; i < json_array_size(stages); i++) {
		const json_t *stage = json_array_get(stages, i);
		const json_t *curve = json_object_get(stage, "curve");
		size_t n = json_array_size(curve);
		double k = figures_get(stage, "codes");
		struct chart_series *s;

		if (n == 0 || !(k > 0) ||
			!(s = add_stage(c, stages, stage, n + 1)))
			continue;
		for (size_t j = 0; j < n; j++) {
			const json_t *at = json_array_get(curve, j);

			s->x[j + 1] = 100 * figures_get(at, "rank") / k;
			s->y[j + 1] = 100 * figures_get(at, "share");
		}
		if (isfinite(s->y[1]))
			s->x[0] = s->y[0] = 0;
	}
	if (c->count)
		chart_guide(c, "even use", (double[]){ 0, 100 },
			(double[]){ 0, 100 });
	return finish(c, stages, "How many codes do the work");
}
