#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/columns.h"
#include "report/table.h"
#include "util/mem.h"

static void
add_row(struct columns *g, const json_t *keys, const json_t *row)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)keys, key, v)
	{
		columns_add(g, cell_short(row, key));
	}
}

int
table_text(const json_t *rows, const json_t *keys, const json_t *total,
	struct output *o, struct err *e)
{
	struct columns g = { .cols = json_object_size(keys) };
	const char *key;
	json_t *v;
	int status;

	if (json_array_size(rows) == 0)
		return 0;
	json_object_foreach((json_t *)keys, key, v)
	{
		columns_add(&g, mem_strdup(cell_heading(key)));
	}
	for (size_t i = 0; i < json_array_size(rows); i++)
		add_row(&g, keys, json_array_get(rows, i));
	if (total && json_array_size(rows) > 1) {
		add_row(&g, keys, total);
		free(g.cell[g.cells - g.cols]);
		g.cell[g.cells - g.cols] = mem_strdup("total");
	}
	status = output_write(o, "\n", 1, e);
	if (status == 0)
		status = columns_aligned(&g, 1, o, e);
	columns_free(&g);
	return status;
}

/* Characters of a column, with the gap before it; figures are ASCII. */
static size_t
room(const json_t *rows, const json_t *total, const char *key)
{
	size_t most = strlen(cell_heading(key));

	for (size_t i = 0; i <= json_array_size(rows); i++) {
		const json_t *row = i < json_array_size(rows)
			? json_array_get(rows, i)
			: total;
		char *cell = cell_short(row, key);

		if (strlen(cell) > most)
			most = strlen(cell);
		free(cell);
	}
	return most + 2;
}

int
table_wrapped(const json_t *rows, const json_t *keys, const json_t *total,
	size_t width, struct output *o, struct err *e)
{
	json_t *some = json_object(), *v;
	const char *key, *first = NULL;
	size_t filled = 0, each;
	int status = 0;

	json_object_foreach((json_t *)keys, key, v)
	{
		first = first ? first : key;
		each = room(rows, total, key);
		if (json_object_size(some) > 1 && filled + each > width) {
			status = status ? status
					: table_text(rows, some, total, o, e);
			json_object_clear(some);
			json_object_set_new(some, first, json_true());
			filled = room(rows, total, first);
		}
		json_object_set_new(some, key, json_true());
		filled += each;
	}
	if (status == 0)
		status = table_text(rows, some, total, o, e);
	json_decref(some);
	return status;
}

/* True if some row has a figure of that name. */
static bool
known(const json_t *rows, const char *key)
{
	char *infinite = mem_printf("%s_infinite", key);
	bool found = false;

	for (size_t i = 0; i < json_array_size(rows) && !found; i++) {
		const json_t *row = json_array_get(rows, i);
		const json_t *v = json_object_get(row, key);

		found = (v && !json_is_null(v)) ||
			json_object_get(row, infinite);
	}
	free(infinite);
	return found;
}

int
table_listed(
	const json_t *rows, const char *keys, struct output *o, struct err *e)
{
	json_t *set = json_object();
	char *list = mem_strdup(keys), *rest = list, *key;
	int status;

	while ((key = strsep(&rest, " ")))
		if (known(rows, key))
			json_object_set_new(set, key, json_true());
	status = json_object_size(set) ? table_text(rows, set, NULL, o, e) : 0;
	json_decref(set);
	free(list);
	return status;
}
