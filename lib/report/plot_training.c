#include <math.h>
#include <stdlib.h>

#include "report/figures.h"
#include "report/plot_make.h"
#include "util/mem.h"

/* What logs of vq-train and moe-train call the error of what is learnt from
 * and of what was held back. */
static const struct pair {
	const char *train, *held;
} pairs[] = { { "recon", "held_error" }, { "task", "valid_loss" },
	{ "loss", "valid_loss" } };

static bool
has(const json_t *points, const char *key)
{
	for (size_t i = 0; i < json_array_size(points); i++)
		if (!isnan(figures_get(json_array_get(points, i), key)))
			return true;
	return false;
}

/* A series of what stands under key at each step. */
static struct chart_series *
add(struct chart *c, const char *item, const json_t *points, const char *key,
	double scale)
{
	size_t n = json_array_size(points), filled = 0;
	char *name = item ? mem_printf("%s, %s", key, item) : mem_strdup(key);
	struct chart_series *s = chart_add(c, name, CHART_LINE, n);

	free(name);
	for (size_t i = 0; s && i < n; i++) {
		const json_t *at = json_array_get(points, i);
		double y = figures_get(at, key);

		/* What was not measured at a step is no gap. */
		if (isnan(y))
			continue;
		s->x[filled] = figures_get(at, "step");
		s->y[filled++] = scale * y;
	}
	if (s)
		s->n = filled;
	return s;
}

static void
add_losses(struct chart *c, const char *item, const json_t *points)
{
	const struct pair *p = pairs;
	struct chart_series *held;
	bool first;

	while (p < pairs + 2 && !has(points, p->train))
		p++;
	first = has(points, p->train);
	if (first)
		add(c, item, points, p->train, 1);
	if (!has(points, p->held))
		return;
	held = add(c, item, points, p->held, 1);
	if (held)
		held->paired = first;
}

/* The spread of loads, a series a layer. */
static void
add_loads(struct chart *c, const char *item, const json_t *points)
{
	size_t layers = json_array_size(
		json_object_get(json_array_get(points, 0), "layers"));

	for (size_t l = 0; l < layers; l++) {
		size_t n = json_array_size(points);
		char *name = mem_printf(
			"layer %zu%s%s", l, item ? ", " : "", item ? item : "");
		struct chart_series *s = chart_add(c, name, CHART_LINE, n);

		free(name);
		for (size_t i = 0; s && i < n; i++) {
			const json_t *at = json_array_get(points, i);

			s->x[i] = figures_get(at, "step");
			s->y[i] = figures_get(
				json_array_get(
					json_object_get(at, "layers"), l),
				"load_cv");
		}
	}
}

/* Losses that fall by more than that are shown on a logarithmic axis. */
#define WIDE 20

static bool
is_wide(const struct chart *c)
{
	double low = INFINITY, high = 0;

	for (size_t i = 0; i < c->count; i++)
		for (size_t j = 0; j < c->series[i].n; j++) {
			double y = c->series[i].y[j];

			if (isnan(y))
				continue;
			low = fmin(low, y);
			high = fmax(high, y);
		}
	return low > 0 && high > WIDE * low;
}

static size_t
finish(struct chart *c, const char *title, const char *label)
{
	if (!chart_any(c)) {
		chart_free(c);
		return 0;
	}
	c->title = mem_strdup(title);
	c->x = (struct axis){ .label = "training step",
		.whole = true,
		.exact = true,
		.zero = true };
	c->y.label = label;
	c->y.zero = true;
	chart_fit(c);
	return 1;
}

size_t
plot_training(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *all = json_object_get(root, "training");
	struct chart loss = { 0 }, use = { 0 }, load = { 0 };
	size_t count = json_array_size(all), n = 0;

	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(all, i);
		const json_t *points = json_object_get(one, "points");
		const char *item = count == 1
			? NULL
			: json_string_value(json_object_get(one, "item"));

		add_losses(&loss, item, points);
		if (has(points, "utilization"))
			add(&use, item, points, "utilization", 100);
		else
			add_loads(&load, item, points);
	}
	loss.y.log = is_wide(&loss);
	if (finish(&loss, "Error while it trains", "error"))
		to[n++] = loss;
	if (finish(&use, "Codes in use while it trains",
		    "codes used since the last line, %"))
		to[n++] = use;
	if (finish(&load, "Balance of experts while it trains",
		    "load_cv (0 is even)"))
		to[n++] = load;
	return n;
}
