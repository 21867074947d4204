#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/against_text.h"
#include "report/cell.h"
#include "report/columns.h"
#include "report/render.h"
#include "report/route_text.h"
#include "report/summary.h"
#include "report/table.h"
#include "report/trace_text.h"
#include "report/tree.h"
#include "util/mem.h"

/* Characters that a table of stages may take before it goes on below. */
#define STAGES_WIDTH 100

/* Keys in the order of their first appearance: an object used as a set. */
static void
add_keys(json_t *set, const json_t *o)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)o, key, v)
	{
		if (cell_shown(key, v))
			json_object_set_new(set, key, json_true());
	}
}

static void
add_rows_keys(json_t *set, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		add_keys(set, json_array_get(rows, i));
}

static int
put(struct output *o, const char *text, struct err *e)
{
	return output_write(o, text, strlen(text), e);
}

/* Not in text: what only a program wants, and what is not known. */
static bool
in_text(const char *key, const json_t *o)
{
	bool known = !json_is_null(json_object_get(o, key));
	char *infinite = mem_printf("%s_infinite", key);

	known = known || json_object_get(o, infinite);
	free(infinite);
	/* A trace is no item. */
	if (json_object_get(o, "trace") &&
		(strcmp(key, "item_count") == 0 ||
			strcmp(key, "failed_items") == 0))
		known = json_integer_value(json_object_get(o, key)) > 0;
	if (strncmp(key, "entropy_given", 13) == 0)
		known = json_is_true(json_object_get(o, "enough_neighbours"));
	return known && strcmp(key, "format") != 0 &&
		strcmp(key, "enough_neighbours") != 0 &&
		!strstr(key, "bias_bits");
}

/* The joint figures of one stage are that stage's. */
static bool
repeats(const json_t *o, const char *key)
{
	return json_array_size(json_object_get(o, "stages")) == 1 &&
		strncmp(key, "joint_", 6) == 0;
}

/* Columns of a table in text: what some row of it has. */
static json_t *
text_keys(const json_t *rows)
{
	json_t *set = json_object(), *row, *v;
	const char *key;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		row = json_array_get(rows, i);
		json_object_foreach(row, key, v)
		{
			if (cell_shown(key, v) && in_text(key, row) &&
				!repeats(row, key))
				json_object_set_new(set, key, json_true());
		}
	}
	return set;
}

/* Lines "key  value" of the members of root that `not` does not have. */
static int
text_pairs(
	const json_t *root, const json_t * not, struct output *o, struct err *e)
{
	struct columns g = { .cols = 2 };
	const char *key;
	json_t *v;
	int status;

	json_object_foreach((json_t *)root, key, v)
	{
		if (!cell_shown(key, v) || json_object_get(not, key) ||
			!in_text(key, root) || repeats(root, key))
			continue;
		columns_add(&g, mem_strdup(key));
		columns_add(&g, cell_short(root, key));
	}
	status = columns_aligned(&g, 1, o, e);
	columns_free(&g);
	return status;
}

static int
text_warnings(const json_t *warnings, struct output *o, struct err *e)
{
	for (size_t i = 0; i < json_array_size(warnings); i++) {
		const json_t *w = json_array_get(warnings, i);

		if (put(o, i ? "warning: " : "\nwarning: ", e) != 0 ||
			put(o, json_string_value(w), e) != 0 ||
			put(o, "\n", e) != 0)
			return -1;
	}
	return 0;
}

static int
render_text(const json_t *root, struct output *o, struct err *e)
{
	const json_t *stages = json_object_get(root, "stages");
	const json_t *items = json_object_get(root, "items");
	json_t *stage_keys = text_keys(stages), *item_keys = text_keys(items);
	int status = -1;

	if (summary_head(root, o, e) == 0 &&
		text_pairs(root, stage_keys, o, e) == 0 &&
		table_wrapped(stages, stage_keys, root, STAGES_WIDTH, o, e) ==
			0 &&
		summary_bars(stages, o, e) == 0 &&
		table_text(items, item_keys, NULL, o, e) == 0 &&
		against_text(json_object_get(root, "against"), o, e) == 0 &&
		route_text(json_object_get(root, "routes"), o, e) == 0 &&
		trace_text(json_object_get(root, "trace"), o, e) == 0)
		status = text_warnings(json_object_get(root, "warnings"), o, e);
	json_decref(stage_keys);
	json_decref(item_keys);
	return status;
}

/* item: of a stage within it, or NULL. */
static void
tsv_row(struct columns *g, const json_t *keys, const char *scope,
	const json_t *row, const json_t *item)
{
	const char *key;
	json_t *v;

	columns_add(g, mem_strdup(scope));
	json_object_foreach((json_t *)keys, key, v)
	{
		const json_t *from =
			item && strcmp(key, "item") == 0 ? item : row;

		columns_add(g, cell_exact(from, key));
	}
}

static void
tsv_stages(struct columns *g, const json_t *keys, const char *scope,
	const json_t *o, const json_t *item)
{
	const json_t *stages = json_object_get(o, "stages");

	for (size_t i = 0; i < json_array_size(stages); i++)
		tsv_row(g, keys, scope, json_array_get(stages, i), item);
}

static json_t *
tsv_keys(const json_t *root, const json_t *items)
{
	const json_t *against = json_object_get(root, "against");
	json_t *keys = json_object();

	json_object_set_new(keys, "item", json_true());
	json_object_set_new(keys, "stage", json_true());
	add_keys(keys, root);
	add_rows_keys(keys, json_object_get(root, "stages"));
	add_rows_keys(keys, items);
	add_keys(keys, against);
	add_rows_keys(keys, json_object_get(against, "stages"));
	tree_keys(keys, json_object_get(root, "routes"));
	tree_keys(keys, json_object_get(root, "trace"));
	tree_keys(keys, json_object_get(root, "conditions"));
	json_object_del(keys, "format");
	return keys;
}

static int
render_tsv(const json_t *root, struct output *o, struct err *e)
{
	const json_t *items = json_object_get(root, "items");
	const json_t *against = json_object_get(root, "against");
	json_t *keys = tsv_keys(root, items), *v;
	struct columns g = { .cols = json_object_size(keys) + 1 };
	const char *key;
	int status;

	columns_add(&g, mem_strdup("scope"));
	json_object_foreach(keys, key, v)
	{
		columns_add(&g, mem_strdup(key));
	}
	tsv_row(&g, keys, "total", root, NULL);
	tsv_stages(&g, keys, "stage", root, NULL);
	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);

		tsv_row(&g, keys, "item", item, NULL);
		tsv_stages(&g, keys, "stage", item, item);
	}
	if (against)
		tsv_row(&g, keys, "against", against, NULL);
	tsv_stages(&g, keys, "against_stage", against, NULL);
	tree_rows(&g, keys, "routes", json_object_get(root, "routes"));
	tree_rows(&g, keys, "trace", json_object_get(root, "trace"));
	tree_rows(&g, keys, "conditions", json_object_get(root, "conditions"));
	status = columns_tabbed(&g, o, e);
	columns_free(&g);
	json_decref(keys);
	return status;
}

static int
render_json(const json_t *root, struct output *o, struct err *e)
{
	char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
	int status;

	if (!text)
		return err_set(e, "the report is not JSON");
	status = put(o, text, e);
	if (status == 0)
		status = put(o, "\n", e);
	free(text);
	return status;
}

int
render_report(
	const json_t *root, enum render as, struct output *o, struct err *e)
{
	switch (as) {
	case RENDER_TSV: return render_tsv(root, o, e);
	case RENDER_JSON: return render_json(root, o, e);
	default: return render_text(root, o, e);
	}
}
