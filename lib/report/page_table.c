#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/figures.h"
#include "report/page_table.h"
#include "report/page_words.h"
#include "util/mem.h"

/* A name to be read: blanks between words. */
static void
name(struct markup *m, const char *key)
{
	char *text = mem_strdup(key);

	for (char *p = text; (p = strchr(p, '_'));)
		*p = ' ';
	markup_text(m, text);
	free(text);
}

static bool
shown(const json_t *o, const char *key)
{
	return cell_shown(key, json_object_get(o, key)) && cell_in_text(o, key);
}

bool
page_table_any(const json_t *o)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)o, key, v)
	{
		if (shown(o, key))
			return true;
	}
	return false;
}

static void
add_keys(json_t *set, const json_t *row, const char *only)
{
	json_t *v;
	const char *key;

	json_object_foreach((json_t *)row, key, v)
	{
		if ((!only || strcmp(only, key) == 0) && shown(row, key))
			json_object_set_new(set, key, json_true());
	}
}

/* The columns: an object whose keys are in order. */
static json_t *
columns(const struct page_table *t)
{
	char *list = mem_strdup(t->keys ? t->keys : ""), *rest = list, *key;
	json_t *set = json_object();
	size_t n = json_array_size(t->rows);

	if (!t->keys)
		for (size_t i = 0; i < n; i++)
			add_keys(set, json_array_get(t->rows, i), NULL);
	while (t->keys && (key = strsep(&rest, " ")))
		for (size_t i = 0; i < n; i++)
			add_keys(set, json_array_get(t->rows, i), key);
	free(list);
	return set;
}

void
page_table_bars(
	struct markup *m, const double *height, size_t n, const char *what)
{
	markup_raw(m, "<svg class=\"bars\" role=\"img\" aria-label=\"");
	markup_text(m, what);
	markup_format(m,
		"\" viewBox=\"0 0 %zu 16\" preserveAspectRatio=\"none\">",
		4 * (n ? n : 1));
	for (size_t i = 0; i < n; i++) {
		double h = height[i] > 1 ? 16 : 16 * height[i];

		/* What is nothing is a line: a dead code is seen too. */
		h = h > 0.5 ? h : 0.5;
		markup_format(m,
			"<rect x=\"%zu\" y=\"%.2f\" width=\"3.4\" "
			"height=\"%.2f\"/>",
			4 * i, 16 - h, h);
	}
	markup_raw(m, "</svg>");
}

/* A share as a bar, as long as it is of the largest one. */
static void
share(struct markup *m, const struct page_table *t, const json_t *row)
{
	double x = figures_get(row, t->bar), most = 0;

	for (size_t i = 0; i < json_array_size(t->rows); i++)
		most = fmax(
			most, figures_get(json_array_get(t->rows, i), t->bar));
	x = x > 0 ? x / most : 0;
	markup_format(m,
		"<svg class=\"share\" aria-hidden=\"true\" viewBox=\"0 0 100 8\" "
		"preserveAspectRatio=\"none\"><rect width=\"%.2f\" "
		"height=\"8\"/></svg>",
		100 * x);
}

static void
cell(struct markup *m, const struct page_table *t, const json_t *row,
	const char *key, bool first)
{
	const char *tag = first ? "th" : "td";
	char *text = cell_short(row, key);
	bool words = json_is_string(json_object_get(row, key));

	markup_format(m, "<%s%s%s>", tag, first ? " scope=\"row\"" : "",
		words ? " class=\"words\"" : "");
	if (t->bar && strcmp(t->bar, key) == 0)
		share(m, t, row);
	if (words)
		markup_element(m, "bdi", text);
	else
		markup_text(m, text);
	markup_format(m, "</%s>", tag);
	free(text);
}

/* A column of words: they begin at the left edge, and may break. */
static bool
is_words(const struct page_table *t, const char *key)
{
	for (size_t i = 0; i < json_array_size(t->rows); i++)
		if (json_is_string(
			    json_object_get(json_array_get(t->rows, i), key)))
			return true;
	return false;
}

static void
head(struct markup *m, const struct page_table *t, const json_t *keys)
{
	const char *key, *meaning;
	bool first = true;
	json_t *v;

	markup_raw(m, "<thead><tr>");
	json_object_foreach((json_t *)keys, key, v)
	{
		meaning = page_words(key);
		markup_raw(m, "<th scope=\"col\"");
		markup_raw(m, is_words(t, key) ? " class=\"words\"" : "");
		if (meaning) {
			markup_raw(m, " title=\"");
			markup_text(m, meaning);
			markup_raw(m, "\"");
		}
		markup_raw(m, ">");
		name(m, key);
		markup_raw(m, "</th>");
		if (first && t->picture)
			markup_element(m, "th scope=\"col\"", t->picture);
		first = false;
	}
	markup_raw(m, "</tr></thead>\n");
}

static void
line(struct markup *m, const struct page_table *t, const json_t *keys,
	const json_t *row)
{
	const char *key;
	bool first = true;
	json_t *v;

	markup_raw(m, "<tr>");
	json_object_foreach((json_t *)keys, key, v)
	{
		cell(m, t, row, key, first);
		if (first && t->picture) {
			markup_raw(m, "<td>");
			t->draw(m, row);
			markup_raw(m, "</td>");
		}
		first = false;
	}
	markup_raw(m, "</tr>\n");
}

void
page_table(struct markup *m, const struct page_table *t)
{
	size_t rows = json_array_size(t->rows);
	size_t n = t->most && t->most < rows ? t->most : rows;
	json_t *keys = columns(t);

	if (json_object_size(keys)) {
		/* It scrolls by itself where it is wide, by keys too. */
		markup_raw(m,
			"<div class=\"scroll\" role=\"region\" "
			"tabindex=\"0\" aria-label=\"");
		markup_text(m, t->caption);
		markup_raw(m, "\"><table>");
		markup_element(m,
			t->titled ? "caption class=\"heard\"" : "caption",
			t->caption);
		head(m, t, keys);
		markup_raw(m, "<tbody>\n");
		for (size_t i = 0; i < n; i++)
			line(m, t, keys, json_array_get(t->rows, i));
		markup_raw(m, "</tbody></table>\n");
		if (n < rows)
			markup_format(m,
				"<p class=\"more\">and %zu more: --json has "
				"them all</p>\n",
				rows - n);
		markup_raw(m, "</div>\n");
	}
	json_decref(keys);
}

void
page_table_list(struct markup *m, const json_t *o, const json_t * not )
{
	const char *key, *meaning;
	json_t *v;
	bool any = false;

	json_object_foreach((json_t *)o, key, v)
	{
		char *value;

		if (!shown(o, key) || json_object_get(not, key))
			continue;
		markup_raw(m, any ? "" : "<dl class=\"figures\">\n");
		any = true;
		markup_raw(m, "<div><dt>");
		name(m, key);
		markup_raw(m,
			json_is_string(v) ? "</dt><dd class=\"words\">"
					  : "</dt><dd>");
		value = json_is_string(v) ? cell_short(o, key)
					  : cell_grouped(o, key);
		markup_element(m, "bdi", value);
		free(value);
		markup_raw(m, "</dd>");
		meaning = page_words(key);
		if (meaning)
			markup_element(m, "dd class=\"meaning\"", meaning);
		markup_raw(m, "</div>\n");
	}
	if (any)
		markup_raw(m, "</dl>\n");
}
