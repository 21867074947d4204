#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/due.h"
#include "report/figures.h"
#include "report/put.h"
#include "report/route_text.h"
#include "report/table.h"
#include "util/mem.h"

/* Rows of a table in text; of experts all up to so many, else the ones with
 * most and with least load. */
#define ROWS_MAX 10
#define LABELS_MAX 20
#define EXPERTS_MAX 16
#define EXPERTS_MOST 8
#define EXPERTS_LEAST 4

static int
title(const json_t *l, struct output *o, struct err *e)
{
	char *layer = cell_exact(l, "layer"), *router = cell_exact(l, "router");
	char *model = cell_exact(l, "model");
	double discrete = figures_get(l, "discrete");
	char *text = mem_printf("\nroutes%s%s: %s%s%.0f experts, top %.0f%s%s%s"
				", N = %.0f\n",
		*layer ? " of layer " : "", layer, router, *router ? ", " : "",
		figures_get(l, "experts"), figures_get(l, "top"),
		discrete > 0 ? " and by code" : "", *model ? ", model " : "",
		model, figures_get(l, "tokens"));

	free(layer);
	free(router);
	free(model);
	return put_owned(text, o, e);
}

/* The first `most` rows, and how many more there are. */
static int
head(const json_t *rows, size_t most, const char *keys, const char *what,
	struct output *o, struct err *e)
{
	size_t n = json_array_size(rows);
	json_t *some = json_array();
	int status;

	for (size_t i = 0; i < n && i < most; i++)
		json_array_append(some, json_array_get(rows, i));
	status = table_listed(some, keys, o, e);
	json_decref(some);
	if (status != 0 || n <= most)
		return status;
	return put_owned(mem_printf("... and %zu more %s (--tsv, --json)\n",
				 n - most, what),
		o, e);
}

/* A row for each expert: its count on each path, its share of them all. */
static json_t *
load_rows(const json_t *paths)
{
	size_t n = json_array_size(paths);
	const json_t *all = json_array_get(paths, n - 1), *row;
	json_t *rows = json_array();

	for (size_t e = 0; e < json_array_size(json_object_get(all, "load"));
		e++) {
		json_t *o = json_object();

		figures_count(o, "expert", e);
		for (size_t i = 0; i < n; i++) {
			const json_t *p = json_array_get(paths, i);

			row = json_array_get(json_object_get(p, "load"), e);
			json_object_set(o,
				n > 1 ? json_string_value(
						json_object_get(p, "path"))
				      : "count",
				json_object_get(row, "count"));
			if (i + 1 == n)
				json_object_set(o, "share",
					json_object_get(row, "share"));
		}
		json_array_append_new(rows, o);
	}
	return rows;
}

static int
by_share(const void *a, const void *b)
{
	const json_t *const *x = a, *const *y = b;
	double sx = figures_get(*x, "share"), sy = figures_get(*y, "share");
	double ex = figures_get(*x, "expert"), ey = figures_get(*y, "expert");

	if (sx != sy)
		return sx < sy ? 1 : -1;
	return ex < ey ? -1 : 1;
}

/* Many experts: those with the most load, and those with the least. */
static json_t *
extremes(const json_t *rows)
{
	size_t n = json_array_size(rows);
	json_t **row = mem_alloc(n, sizeof(json_t *)), *some = json_array();
	json_t *gap;

	for (size_t i = 0; i < n; i++)
		row[i] = json_array_get(rows, i);
	qsort(row, n, sizeof(*row), by_share);
	for (size_t i = 0; i < EXPERTS_MOST; i++)
		json_array_append(some, row[i]);
	gap = json_object();
	figures_text(gap, "expert", "...");
	json_array_append_new(some, gap);
	for (size_t i = n - EXPERTS_LEAST; i < n; i++)
		json_array_append(some, row[i]);
	free(row);
	return some;
}

static int
load_table(const json_t *paths, struct output *o, struct err *e)
{
	json_t *rows = load_rows(paths), *some;
	int status;

	if (json_array_size(rows) > EXPERTS_MAX) {
		some = extremes(rows);
		json_decref(rows);
		rows = some;
	}
	status = table_listed(
		rows, "expert count continuous discrete union share", o, e);
	json_decref(rows);
	return status;
}

/* Of one row or more that were held against others. */
#define COMPARED \
	"fluctuation noise_flip saturation saturation_chance " \
	"adjusted_rand_index adjusted_mutual_information load_distance " \
	"retrain_due"

/* Numbers of experts are arbitrary. */
static int
two_trainings(const json_t *row, struct output *o, struct err *e)
{
	if (!json_is_false(json_object_get(row, "one_training")))
		return 0;
	return put_owned(
		mem_strdup("two models: unless they share their experts, "
			   "read rand and mutual, not fluctuation\n"),
		o, e);
}

/* What is said of two routers, and where tokens went from and to. */
static int
compared(const json_t *rows, const char *keys, struct output *o, struct err *e)
{
	const json_t *last = json_array_get(rows, json_array_size(rows) - 1);
	const json_t *path = json_object_get(last, "against_path");
	char *all;
	int status;

	if (!json_object_get(last, "compared"))
		return 0;
	all = mem_printf("path %s%s" COMPARED,
		json_equal(path, json_object_get(last, "path"))
			? ""
			: "against_path ",
		keys);
	status = table_listed(rows, all, o, e);
	free(all);
	if (status != 0 || due_text(rows, o, e) != 0 ||
		two_trainings(last, o, e) != 0)
		return -1;
	return head(json_object_get(last, "flows"), ROWS_MAX,
		"from_expert to_expert count share", "flows", o, e);
}

/* Of all columns together. */
static int
pairs(const json_t *paths, struct output *o, struct err *e)
{
	const json_t *all = json_array_get(paths, json_array_size(paths) - 1);

	return head(json_object_get(all, "pairs"), ROWS_MAX,
		"expert other_expert count share", "pairs", o, e);
}

/* A second router: its paths under a heading of their own. */
static int
shadow(const json_t *rows, struct output *o, struct err *e)
{
	if (json_array_size(rows) == 0)
		return 0;
	if (output_write(o, "\nshadow:\n", 9, e) != 0)
		return -1;
	return compared(rows, "router experts load_cv dead_experts ", o, e);
}

/* By their numbers, unless something else is asked for. */
static int
labels(const json_t *rows, const struct breakdown_opts *by, struct output *o,
	struct err *e)
{
	const char *keys = "label tokens drop_rate top_expert purity "
			   "label_experts error loss flip_rate";
	struct breakdown_opts how = *by;
	json_t *some;
	char *more;
	int status;

	if (!by->sort && !by->top_given)
		return head(rows, LABELS_MAX, keys, "labels", o, e);
	how.sort = by->sort ? by->sort : "label";
	some = breakdown_rows(&how, rows, "labels", &more);
	status = table_listed(some, keys, o, e);
	json_decref(some);
	if (more && status == 0)
		return put_owned(more, o, e);
	free(more);
	return status;
}

static int
layer(const json_t *l, const struct breakdown_opts *by, struct output *o,
	struct err *e)
{
	const json_t *paths = json_object_get(l, "paths");
	json_t *own = json_pack("[O]", l);
	int status = -1;

	if (title(l, o, e) == 0 &&
		table_listed(paths,
			"path load_cv max_violation dead_experts load_entropy "
			"drop_rate mean_gate gate_share",
			o, e) == 0 &&
		load_table(paths, o, e) == 0 && pairs(paths, o, e) == 0 &&
		compared(paths, "", o, e) == 0 &&
		table_listed(own,
			"against_router against_model noise_db code_churn", o,
			e) == 0 &&
		shadow(json_object_get(l, "shadow"), o, e) == 0 &&
		table_listed(own, "used_codes codes dead_codes code_perplexity",
			o, e) == 0 &&
		head(json_object_get(l, "code_table"), ROWS_MAX,
			"code count share expert expert_share experts "
			"code_dropped mean_margin least_margin",
			"codes", o, e) == 0 &&
		table_listed(own, "purity unlabelled", o, e) == 0 &&
		labels(json_object_get(l, "labels"), by, o, e) == 0)
		status = table_listed(json_object_get(l, "boundary"),
			"item row code expert margin", o, e);
	json_decref(own);
	return status;
}

int
route_text(const json_t *routes, const struct breakdown_opts *by,
	struct output *o, struct err *e)
{
	for (size_t i = 0; i < json_array_size(routes); i++)
		if (layer(json_array_get(routes, i), by, o, e) != 0)
			return -1;
	return 0;
}
