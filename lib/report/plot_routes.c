#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/plot_make.h"
#include "util/mem.h"

/* More experts than that are sorted, and a line. */
#define BARS_MAX 64

/* A union of paths repeats them, where there are others. */
static bool
is_union(const json_t *path)
{
	const char *name = json_string_value(json_object_get(path, "path"));

	return name && strcmp(name, "union") == 0;
}

/* "layer 3, discrete"; as much of it as is known. */
static char *
path_name(const json_t *layer, const json_t *path)
{
	const json_t *at = json_object_get(layer, "layer");
	const char *name = json_string_value(json_object_get(path, "path"));
	char *where = json_is_integer(at)
		? mem_printf("layer %zu", (size_t)json_integer_value(at))
		: mem_strdup(
			  json_is_string(at) ? json_string_value(at) : "load");
	char *whole;

	if (!name || strcmp(name, "all") == 0)
		return where;
	whole = mem_printf("%s, %s", where, name);
	free(where);
	return whole;
}

static int
by_load(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x < y) - (x > y);
}

static void
add_load(struct chart *c, const json_t *layer, const json_t *path, bool bars)
{
	const json_t *load = json_object_get(path, "load");
	size_t n = json_array_size(load);
	char *name = path_name(layer, path);
	struct chart_series *s =
		chart_add(c, name, bars ? CHART_BARS : CHART_LINE, n);

	free(name);
	for (size_t i = 0; s && i < n; i++) {
		const json_t *at = json_array_get(load, i);

		s->x[i] = bars ? figures_get(at, "expert") : (double)(i + 1);
		s->y[i] = 100 * figures_get(at, "share");
	}
	if (s && !bars)
		qsort(s->y, n, sizeof(*s->y), by_load);
}

static void
add_even(struct chart *c, double experts, bool bars)
{
	double share = 100 / experts;

	chart_guide(c, "even load, 1/E",
		(double[]){ bars ? -0.6 : 1, bars ? experts - 0.4 : experts },
		(double[]){ share, share });
}

/* The experts of each layer; 0 where layers differ. */
static double
same_experts(const json_t *layers, double *most)
{
	double first = figures_get(json_array_get(layers, 0), "experts");
	bool same = true;

	*most = 0;
	for (size_t i = 0; i < json_array_size(layers); i++) {
		double e = figures_get(json_array_get(layers, i), "experts");

		same &= e == first;
		*most = fmax(*most, e);
	}
	return same ? first : 0;
}

size_t
plot_routes_load(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *layers = json_object_get(root, "routes");
	char tokens[PLOT_COUNT_MAX];
	double most, same = same_experts(layers, &most);
	bool bars = most <= BARS_MAX;
	struct chart *c = to;

	*c = (struct chart){ .x = { .label = bars ? "expert"
						  : "experts, by their load",
				     .whole = true,
				     .exact = true },
		.y = { .label = "share of the assignments, %", .zero = true } };
	for (size_t i = 0; i < json_array_size(layers); i++) {
		const json_t *layer = json_array_get(layers, i);
		const json_t *paths = json_object_get(layer, "paths");
		size_t n = json_array_size(paths);

		for (size_t j = 0; j < n; j++)
			if (n == 1 || !is_union(json_array_get(paths, j)))
				add_load(c, layer, json_array_get(paths, j),
					bars);
	}
	if (!chart_any(c)) {
		chart_free(c);
		return 0;
	}
	if (same > 0)
		add_even(c, same, bars);
	c->title = mem_strdup("How tokens are shared among experts");
	plot_count(plot_count_of(json_array_get(layers, 0), "tokens"), tokens);
	c->subtitle = same > 0
		? mem_printf("N = %s tokens, E = %g experts", tokens, same)
		: mem_printf("N = %s tokens", tokens);
	chart_fit(c);
	return 1;
}

static struct chart_series *
add_steps(
	struct chart *c, const char *name, const json_t *steps, const char *key)
{
	size_t n = json_array_size(steps);
	struct chart_series *s = chart_add(c, name, CHART_LINE, n);

	for (size_t i = 0; s && i < n; i++) {
		const json_t *at = json_array_get(steps, i);

		s->x[i] = figures_get(at, "step");
		s->y[i] = 100 * figures_get(at, key);
	}
	return s;
}

/* Both figures where that stays readable, else the first. */
#define BOTH_MAX 3

size_t
plot_routes_fluctuation(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *all = json_object_get(root, "trace");
	size_t count = json_array_size(all);
	char probes[PLOT_COUNT_MAX];
	struct chart *c = to;

	*c = (struct chart){
		.x = { .label = "training step", .log = true, .exact = true },
		.y = { .label = "tokens with other experts, %", .zero = true }
	};
	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(all, i);
		const json_t *steps = json_object_get(one, "steps");
		struct chart_series *s;
		char *name;

		if (count > 1 && is_union(one))
			continue;
		name = path_name(one, one);
		add_steps(c, name, steps, "fluctuation");
		free(name);
		if (count > BOTH_MAX)
			continue;
		s = add_steps(c, NULL, steps, "fluctuation_to_last");
		if (s)
			s->paired = true;
	}
	if (!chart_any(c)) {
		chart_free(c);
		return 0;
	}
	c->title = mem_strdup("How routes change while a router trains");
	plot_count(plot_count_of(json_array_get(all, 0), "probes"), probes);
	c->subtitle = mem_printf("N = %s probe tokens, since the checkpoint "
				 "before%s",
		probes, count > BOTH_MAX ? "" : "; dashed: to the last one");
	chart_fit(c);
	return 1;
}
