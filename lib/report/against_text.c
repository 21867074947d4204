#include <stdlib.h>
#include <string.h>

#include "report/against_text.h"
#include "report/figures.h"
#include "report/put.h"
#include "report/table.h"
#include "util/mem.h"

static int
title(const json_t *a, struct output *o, struct err *e)
{
	const char *old = json_string_value(json_object_get(a, "old"));
	const char *kind = json_string_value(json_object_get(a, "kind"));

	return put_owned(mem_printf("%sagainst %s (%s)",
				 output_offset(o) ? "\n" : "", old, kind),
		o, e);
}

/* Items in both, and those on one side. */
static int
items(const json_t *a, struct output *o, struct err *e)
{
	double both = figures_get(a, "items");
	double new = figures_get(a, "new_items");

	if (!json_object_get(a, "compared"))
		return put_owned(mem_strdup("\n"), o, e);
	return put_owned(
		mem_printf(": %.0f item%s on both sides, N = %.0f, %.0f "
			   "item%s new, %.0f only there\n",
			both, both == 1 ? "" : "s", figures_get(a, "compared"),
			new, new == 1 ? "" : "s", figures_get(a, "old_items")),
		o, e);
}

static int
whole_tokens(
	const json_t *a, const json_t *stages, struct output *o, struct err *e)
{
	if (json_array_size(stages) < 2 ||
		!json_is_number(json_object_get(a, "agreement")))
		return 0;
	return put_owned(
		mem_printf("whole tokens: agreement %.4f, churn %.4f\n",
			figures_get(a, "agreement"), figures_get(a, "churn")),
		o, e);
}

/* A flag as a word. */
static const char *
same(const json_t *m, const char *key)
{
	return json_is_true(json_object_get(m, key)) ? "same" : "another";
}

static int
models(const json_t *all, struct output *o, struct err *e)
{
	int status = put_owned(mem_strdup("\n"), o, e);

	for (size_t i = 0; i < json_array_size(all) && status == 0; i++) {
		const json_t *m = json_array_get(all, i);
		const char *item =
			json_string_value(json_object_get(m, "item"));

		status = put_owned(mem_printf("\n%s: transform %s, encoder %s, "
					      "decoder %s\n",
					   item, same(m, "transform_same"),
					   same(m, "encoder_same"),
					   same(m, "decoder_same")),
			o, e);
		if (status == 0)
			status = table_listed(json_object_get(m, "tables"),
				"stage group variant dim old_codes codes "
				"added_codes matched_distance mutual "
				"moved_distance moved_most same",
				o, e);
	}
	return status;
}

int
against_text(const json_t *a, struct output *o, struct err *e)
{
	const json_t *stages = json_object_get(a, "stages");
	const json_t *all = json_object_get(a, "models");

	if (!a)
		return 0;
	if (all)
		return title(a, o, e) != 0 ? -1 : models(all, o, e);
	if (title(a, o, e) != 0 || items(a, o, e) != 0 ||
		table_listed(stages,
			"stage old_tokens tokens js_distance "
			"population_stability_index "
			"expected_population_stability_index new_codes "
			"vanished_codes agreement churn",
			o, e) != 0)
		return -1;
	return whole_tokens(a, stages, o, e);
}
