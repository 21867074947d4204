#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/against_text.h"
#include "report/cell.h"
#include "report/clean.h"
#include "report/columns.h"
#include "report/errors_text.h"
#include "report/inputs.h"
#include "report/logs_text.h"
#include "report/model_text.h"
#include "report/prometheus.h"
#include "report/render.h"
#include "report/render_rows.h"
#include "report/route_text.h"
#include "report/summary.h"
#include "report/table.h"
#include "report/trace_text.h"
#include "util/jsontext.h"
#include "util/mem.h"

/* Characters that a table of stages may take before it goes on below. */
#define STAGES_WIDTH 120

static int
put(struct output *o, const char *text, struct err *e)
{
	return output_write(o, text, strlen(text), e);
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
			if (cell_shown(key, v) && cell_in_text(row, key) &&
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
			!cell_in_text(root, key) || repeats(root, key))
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

/* What was found; what comes first behind it begins no paragraph. */
static int
text_inputs(const json_t *root, struct output *o, struct err *e)
{
	const json_t *inputs = json_object_get(root, "inputs");

	if (json_array_size(inputs) < 2)
		return 0;
	if (inputs_text(inputs, o, e) != 0)
		return -1;
	return cell_in_text(root, "item_count") ? put(o, "\n", e) : 0;
}

static const char *
what_of(const json_t *rows, const char *name)
{
	if (strcmp(name, "groups") != 0)
		return name;
	return json_object_get(json_array_get(rows, 0), "part") ? "parts"
								: "labels";
}

/* What --by broke down: some rows, and how many there are. */
static int
text_rows(const json_t *root, const char *name, const struct breakdown_opts *by,
	struct output *o, struct err *e)
{
	const json_t *all = json_object_get(root, name);
	char *more;
	json_t *rows = breakdown_rows(by, all, what_of(all, name), &more);
	json_t *keys = text_keys(rows);
	int status = table_text(rows, keys, NULL, o, e);

	if (status == 0 && more)
		status = put(o, more, e);
	free(more);
	json_decref(keys);
	json_decref(rows);
	return status;
}

static int
render_text(const json_t *root, const struct breakdown_opts *by,
	struct output *o, struct err *e)
{
	const json_t *stages = json_object_get(root, "stages");
	json_t *stage_keys = text_keys(stages);
	int status = -1;

	if (text_inputs(root, o, e) == 0 && summary_head(root, o, e) == 0 &&
		text_pairs(root, stage_keys, o, e) == 0 &&
		table_wrapped(stages, stage_keys, root, STAGES_WIDTH, o, e) ==
			0 &&
		summary_bars(stages, o, e) == 0 &&
		errors_text(stages, o, e) == 0 &&
		text_rows(root, "items", by, o, e) == 0 &&
		text_rows(root, "groups", by, o, e) == 0 &&
		against_text(json_object_get(root, "against"), o, e) == 0 &&
		route_text(json_object_get(root, "routes"), by, o, e) == 0 &&
		trace_text(json_object_get(root, "trace"), o, e) == 0 &&
		model_text(json_object_get(root, "models"), o, e) == 0 &&
		logs_text(json_object_get(root, "training"), o, e) == 0)
		status = text_warnings(json_object_get(root, "warnings"), o, e);
	json_decref(stage_keys);
	return status;
}

static int
render_json(const json_t *root, struct output *o, struct err *e)
{
	char *text = jsontext(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));
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
render_report(const json_t *root, enum render as,
	const struct breakdown_opts *by, struct output *o, struct err *e)
{
	json_t *clean;
	int status;

	if (as == RENDER_JSON)
		return render_json(root, o, e);
	if (as == RENDER_JSON_LINES)
		return render_rows_json(root, o, e);
	if (as == RENDER_PROMETHEUS)
		return prometheus_write(root, o, e);
	clean = clean_tree(root);
	if (as == RENDER_TSV)
		status = render_rows_tsv(clean, o, e);
	else
		status = render_text(clean, by, o, e);
	json_decref(clean);
	return status;
}
