#include <stdio.h>
#include <string.h>

#include "report/cell.h"
#include "report/figures.h"
#include "report/model_text.h"
#include "report/put.h"
#include "report/table.h"

#define SPECTRA_MOST 8 /* tables whose spectrum has a line */
#define SHARES_MOST 12 /* of a spectrum */

static const char *
word(const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text ? text : "-";
}

static const char *
plural(const char *media)
{
	return strcmp(media, "image") == 0    ? "images"
		: strcmp(media, "audio") == 0 ? "sounds"
					      : media;
}

static int
title(const json_t *m, struct output *o, struct err *e)
{
	if (strcmp(word(m, "type"), "moe") == 0)
		return put_text(o, e,
			"%smodel %s: %s router, %.0f experts, %.0f layer%s, "
			"tensors %s\n",
			output_offset(o) ? "\n" : "", word(m, "item"),
			word(m, "router"), figures_get(m, "experts"),
			figures_get(m, "layers"),
			figures_get(m, "layers") > 1 ? "s" : "",
			word(m, "model"));
	return put_text(o, e,
		"%smodel %s: %s, net %s, for %s, d = %.0f of %.0f numbers, "
		"tensors %s\n",
		output_offset(o) ? "\n" : "", word(m, "item"), word(m, "type"),
		word(m, "net"), plural(word(m, "media")), figures_get(m, "d"),
		figures_get(m, "dim"), word(m, "model"));
}

/* The largest shares of the variance, in per cent. */
static int
spectrum(const json_t *row, const char *key, const char *what, struct output *o,
	struct err *e)
{
	const json_t *all = json_object_get(row, key);
	size_t n = json_array_size(all);
	int status;

	if (n == 0)
		return 0;
	status = put_text(o, e, "%s, variance by direction in %%:", what);
	for (size_t i = 0; i < n && i < SHARES_MOST && status == 0; i++)
		status = put_text(o, e, " %.3g",
			100 * json_number_value(json_array_get(all, i)));
	return status != 0
		? status
		: put_text(o, e, "%s\n", n > SHARES_MOST ? " ..." : "");
}

static int
spectra(const json_t *rows, const char *of, struct output *o, struct err *e)
{
	size_t n = json_array_size(rows);
	char what[64];

	for (size_t i = 0; i < n && i < SPECTRA_MOST; i++) {
		const json_t *row = json_array_get(rows, i);

		snprintf(what, sizeof(what), "%s %zu", of, i);
		if (spectrum(row, "spectrum", n > 1 ? what : of, o, e) != 0 ||
			spectrum(row, "projection_spectrum", "W", o, e) != 0)
			return -1;
	}
	return 0;
}

/* Where there are too many codes to look at all. */
static int
asked(const json_t *tables, struct output *o, struct err *e)
{
	const json_t *t = json_array_get(tables, 0);
	double n = figures_get(t, "distance_codes");

	return n < figures_get(t, "codes")
		? put_text(o, e,
			  "(distances of %.0f codes of a table to all others)\n",
			  n)
		: 0;
}

static int
one(const json_t *m, struct output *o, struct err *e)
{
	const json_t *tables = json_object_get(m, "tables");
	const json_t *gates = json_object_get(m, "gates");

	if (title(m, o, e) != 0 ||
		table_listed(tables,
			"stage group variant layer codes dim lattice "
			"effective_rank projection_rank nearest_distance "
			"median_distance duplicates unreachable least_codes "
			"most_codes codes_cv experts_without_codes",
			o, e) != 0 ||
		asked(tables, o, e) != 0 ||
		spectra(tables, "table", o, e) != 0 ||
		table_listed(gates, "layer experts dim effective_rank", o, e) !=
			0)
		return -1;
	return spectra(gates, "gate", o, e);
}

int
model_text(const json_t *models, struct output *o, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < json_array_size(models) && status == 0; i++)
		status = one(json_array_get(models, i), o, e);
	return status;
}
