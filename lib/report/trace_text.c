#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/due.h"
#include "report/figures.h"
#include "report/table.h"
#include "report/trace_text.h"
#include "util/mem.h"

static int
title(const json_t *t, struct output *o, struct err *e)
{
	char *layer = cell_exact(t, "layer"), *router = cell_exact(t, "router");
	char *item = cell_exact(t, "item");
	char *text = mem_printf("\ntrace%s%s%s%s: %s%s%.0f experts, %.0f probe "
				"tokens, %.0f checkpoints\n",
		*item ? " " : "", item, *layer ? " of layer " : "", layer,
		router, *router ? ", " : "", figures_get(t, "experts"),
		figures_get(t, "probes"), figures_get(t, "checkpoints"));
	int status = output_write(o, text, strlen(text), e);

	free(item);
	free(layer);
	free(router);
	free(text);
	return status;
}

/* Which path the table of steps is of, and where the others are. */
static int
hint(const json_t *last, size_t paths, struct output *o, struct err *e)
{
	char *path = cell_exact(last, "path");
	char *text = paths > 1
		? mem_printf("\nsteps of path %s (the others: --tsv, "
			     "--json):\n",
			  path)
		: mem_strdup("\nsteps (each expert's lifetime: --tsv, "
			     "--json):\n");
	int status = output_write(o, text, strlen(text), e);

	free(path);
	free(text);
	return status;
}

/* The paths of one layer. */
static int
layer(const json_t *paths, struct output *o, struct err *e)
{
	const json_t *last = json_array_get(paths, json_array_size(paths) - 1);

	if (title(last, o, e) != 0 ||
		table_listed(paths,
			"path since_step last_fluctuation last_fluctuation_q1 "
			"last_fluctuation_q3 unchanged expert_lifetime "
			"dead_experts retrain_from_step retrain_due",
			o, e) != 0 ||
		due_text(paths, o, e) != 0)
		return -1;
	if (hint(last, json_array_size(paths), o, e) != 0)
		return -1;
	return table_listed(json_object_get(last, "steps"),
		"step fluctuation saturation saturation_chance "
		"fluctuation_to_last last_changes code_churn load_cv "
		"expert_similarity expert_rank code_rank valid_loss",
		o, e);
}

static bool
alike(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x == y || (x && y && json_equal(x, y));
}

int
trace_text(const json_t *trace, struct output *o, struct err *e)
{
	size_t n = json_array_size(trace), i = 0;
	int status = 0;

	while (i < n && status == 0) {
		const json_t *first = json_array_get(trace, i);
		json_t *paths = json_array();

		for (; i < n; i++) {
			json_t *t = json_array_get(trace, i);

			if (!alike(t, first, "layer") ||
				!alike(t, first, "item"))
				break;
			json_array_append(paths, t);
		}
		status = layer(paths, o, e);
		json_decref(paths);
	}
	return status;
}
