#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/bars.h"
#include "report/cell.h"
#include "report/conditions.h"
#include "report/figures.h"
#include "report/logs_text.h"
#include "report/page_routes.h"
#include "report/page_section.h"
#include "report/page_table.h"
#include "report/worst.h"
#include "util/mem.h"

/* Rows of a table of many, and of points of a training. */
#define ROWS_MAX 50
#define POINTS_MAX 20

static const json_t *
rows_of(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

static void
conditions(struct markup *m, const json_t *root)
{
	const json_t *rows = rows_of(root, "conditions");

	markup_raw(m, "<ul>\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *c = json_array_get(rows, i);
		bool passed = json_is_false(json_object_get(c, "holds"));
		char *expression = cell_exact(c, "expression");
		char *text = conditions_text(c);

		markup_raw(m, "<li>");
		markup_element(m, "code", expression);
		markup_raw(m, " ");
		markup_element(m,
			passed ? "span class=\"good\"" : "span class=\"bad\"",
			text);
		markup_raw(m, "</li>\n");
		free(expression);
		free(text);
	}
	markup_raw(m, "</ul>\n");
}

static void
inputs(struct markup *m, const json_t *root)
{
	page_table(m,
		&(struct page_table){ .caption = "What was read",
			.titled = true,
			.rows = rows_of(root, "inputs"),
			.most = ROWS_MAX });
}

static void
figures(struct markup *m, const json_t *root)
{
	const json_t *notes = rows_of(root, "notes");
	json_t *not = json_object(), *v;
	const char *key;

	/* The joint figures of one stage are that stage's. */
	json_object_foreach((json_t *)root, key, v)
	{
		if (json_array_size(rows_of(root, "stages")) == 1 &&
			strncmp(key, "joint_", 6) == 0)
			json_object_set_new(not, key, json_true());
	}
	page_table_list(m, root, not );
	json_decref(not );
	if (json_array_size(notes))
		markup_raw(m, "<ul class=\"more\">\n");
	for (size_t i = 0; i < json_array_size(notes); i++)
		markup_element(
			m, "li", json_string_value(json_array_get(notes, i)));
	if (json_array_size(notes))
		markup_raw(m, "</ul>\n");
}

static void
draw_use(struct markup *m, const json_t *stage)
{
	double height[BARS_COLS];
	size_t n = bars_heights(stage, height);

	if (n)
		page_table_bars(
			m, height, n, "codes by use, counts on a log scale");
}

static bool
any_curve(const json_t *stages)
{
	double height[BARS_COLS];

	for (size_t i = 0; i < json_array_size(stages); i++)
		if (bars_heights(json_array_get(stages, i), height))
			return true;
	return false;
}

static void
stages(struct markup *m, const json_t *root)
{
	const json_t *rows = rows_of(root, "stages");

	page_table(m,
		&(struct page_table){ .caption = "Codes of each stage",
			.titled = true,
			.rows = rows,
			/* Of one stage the figures say the rest. */
			.keys = json_array_size(rows) == 1
				? "stage tokens codes used dead perplexity"
				: NULL,
			.picture = any_curve(rows)
				? "codes by use, most first (log scale)"
				: NULL,
			.draw = draw_use });
	markup_raw(m, "<div class=\"side\">\n");
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *stage = json_array_get(rows, i);
		char *caption =
			mem_printf("Stage %zu: codes of the largest error", i);

		page_table(m,
			&(struct page_table){ .caption = caption,
				.rows = rows_of(stage, "errors"),
				.most = ROWS_MAX });
		free(caption);
	}
	markup_raw(m, "</div>\n");
}

static void
ordered(struct markup *m, const json_t *rows, const char *what)
{
	const char *by = NULL;
	json_t *sorted = worst_first(rows, &by);
	char *caption = by ? mem_printf("%s, the worst first by %s", what, by)
			   : mem_strdup(what);

	page_table(m,
		&(struct page_table){ .caption = caption,
			.titled = !by,
			.rows = sorted,
			.most = ROWS_MAX });
	free(caption);
	json_decref(sorted);
}

static void
items(struct markup *m, const json_t *root)
{
	ordered(m, rows_of(root, "items"), "Items");
}

static void
groups(struct markup *m, const json_t *root)
{
	ordered(m, rows_of(root, "groups"), "Groups");
}

/* An object's own figures, then each of its arrays as a table. */
static void
whole(struct markup *m, const json_t *o)
{
	const char *key;
	json_t *v;

	page_table_list(m, o, NULL);
	json_object_foreach((json_t *)o, key, v)
	{
		if (json_is_object(json_array_get(v, 0)))
			page_table(m,
				&(struct page_table){ .caption = key,
					.rows = v,
					.most = ROWS_MAX });
	}
}

static void
heading(struct markup *m, const json_t *o, const char *key)
{
	char *name = cell_exact(o, key);

	if (*name)
		markup_element(m, "h3", name);
	free(name);
}

static void
against(struct markup *m, const json_t *root)
{
	const json_t *o = json_object_get(root, "against");
	const json_t *held = rows_of(o, "models");

	whole(m, o);
	for (size_t i = 0; i < json_array_size(held) && i < ROWS_MAX; i++) {
		const json_t *model = json_array_get(held, i);

		heading(m, model, "item");
		page_table(m,
			&(struct page_table){
				.caption = "Its codes beside the old ones",
				.rows = rows_of(model, "tables"),
				.most = ROWS_MAX });
	}
}

/* Shares of variance, as high as the first of them. */
static void
draw_spectrum(struct markup *m, const json_t *table)
{
	const json_t *shares = json_object_get(table, "spectrum");
	double height[64], most = json_number_value(json_array_get(shares, 0));
	size_t n = json_array_size(shares);

	n = n < 64 ? n : 64;
	for (size_t i = 0; i < n; i++)
		height[i] = json_number_value(json_array_get(shares, i)) / most;
	if (n && most > 0)
		page_table_bars(
			m, height, n, "variance of the principal components");
}

static void
models(struct markup *m, const json_t *root)
{
	const json_t *rows = rows_of(root, "models");

	page_table(m,
		&(struct page_table){ .caption = "Models",
			.titled = true,
			.rows = rows,
			.most = ROWS_MAX });
	for (size_t i = 0; i < json_array_size(rows) && i < ROWS_MAX; i++) {
		const json_t *model = json_array_get(rows, i);

		heading(m, model, "item");
		page_table(m,
			&(struct page_table){ .caption = "Its codebooks",
				.rows = rows_of(model, "tables"),
				.most = ROWS_MAX,
				.picture = "variance by component",
				.draw = draw_spectrum });
	}
}

/* How far it came; then the last points, which say where it goes. */
static void
training(struct markup *m, const json_t *root)
{
	const json_t *rows = rows_of(root, "training");

	for (size_t i = 0; i < json_array_size(rows) && i < ROWS_MAX; i++) {
		const json_t *t = json_array_get(rows, i);
		const json_t *points = rows_of(t, "points");
		size_t n = json_array_size(points);
		size_t shown = n < POINTS_MAX ? n : POINTS_MAX;
		json_t *last = json_array(), *summary = logs_text_rows(t);
		char *caption = shown < n
			? mem_printf("The last %zu of %zu lines: --json has "
				     "them all",
				  shown, n)
			: mem_strdup("Line by line");

		for (size_t p = n - shown; p < n; p++)
			json_array_append(last, json_array_get(points, p));
		heading(m, t, "item");
		page_table(m,
			&(struct page_table){
				.caption = "From the first line to the last",
				.rows = summary });
		page_table(m,
			&(struct page_table){
				.caption = caption, .rows = last });
		free(caption);
		json_decref(summary);
		json_decref(last);
	}
}

const struct page_section page_section_all[] = {
	{ "conditions", "Conditions", "conditions", conditions },
	{ "figures", "Figures", NULL, figures },
	{ "stages", "Codes by stage", "stages", stages },
	{ "pictures", "Pictures", NULL, NULL },
	{ "items", "Items", "items", items },
	{ "groups", "Groups", "groups", groups },
	{ "against", "What changed", "against", against },
	{ "routes", "Routes", "routes", page_routes },
	{ "trace", "Routes over a training", "trace", page_routes_trace },
	{ "models", "Models", "models", models },
	{ "training", "Training", "training", training },
	{ "inputs", "What was read", "inputs", inputs },
	{ 0 },
};
