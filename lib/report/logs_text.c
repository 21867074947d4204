#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/logs_text.h"
#include "report/put.h"
#include "report/table.h"
#include "util/mem.h"

static const char *
word(const json_t *log, const char *key, const char *none)
{
	const json_t *v = json_object_get(log, key);

	return json_is_string(v) ? json_string_value(v) : none;
}

static int
title(const json_t *log, struct output *o, struct err *e)
{
	double rate = figures_get(log, "tokens_per_second");
	double skipped = figures_get(log, "skipped");

	if (put_text(o, e, "%straining %s: %s, %.0f line%s, steps %.0f to %.0f",
		    output_offset(o) ? "\n" : "", word(log, "item", "-"),
		    word(log, "program", "unknown program"),
		    figures_get(log, "lines"),
		    figures_get(log, "lines") > 1 ? "s" : "",
		    figures_get(log, "first_step"),
		    figures_get(log, "last_step")) != 0)
		return -1;
	if (!isnan(figures_get(log, "seconds")) &&
		put_text(o, e, ", %.0f s", figures_get(log, "seconds")) != 0)
		return -1;
	if (!isnan(rate) && put_text(o, e, ", %.0f tokens/s", rate) != 0)
		return -1;
	if (skipped > 0 && put_text(o, e, ", %.0f steps skipped", skipped) != 0)
		return -1;
	return put_text(o, e, "\n");
}

static void
copy(json_t *row, const char *to, const json_t *log, const char *which,
	const char *name, const char *tail)
{
	char *key = mem_printf("%s_%s%s", which, name, tail);

	json_object_set(row, to, json_object_get(log, key));
	free(key);
}

json_t *
logs_text_rows(const json_t *log)
{
	static const char best[] = "best_", step[] = "_step";
	json_t *all = json_array(), *v;
	const char *key;

	json_object_foreach((json_t *)log, key, v)
	{
		size_t n = strlen(key), m = strlen(step);
		const char *name = key + strlen(best);
		json_t *row;

		if (strncmp(key, best, strlen(best)) != 0 ||
			strcmp(key + n - m, step) == 0)
			continue;
		row = json_object();
		figures_text(row, "figure", name);
		copy(row, "first", log, "first", name, "");
		copy(row, "last", log, "last", name, "");
		copy(row, "best", log, "best", name, "");
		copy(row, "at_step", log, "best", name, "_step");
		json_array_append_new(all, row);
	}
	return all;
}

int
logs_text(const json_t *all, struct output *o, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < json_array_size(all) && status == 0; i++) {
		const json_t *log = json_array_get(all, i);
		json_t *r = logs_text_rows(log);

		status = title(log, o, e);
		if (status == 0)
			status = table_listed(
				r, "figure first last best at_step", o, e);
		json_decref(r);
	}
	return status;
}
