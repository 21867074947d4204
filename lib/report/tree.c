#include <string.h>

#include "report/cell.h"
#include "report/tree.h"
#include "util/mem.h"

/* What an element of an array is called. */
static const char *
scope_of(const char *name)
{
	static const char *const scope[][2] = {
		{ "routes", "layer" },
		{ "paths", "path" },
		{ "load", "expert" },
		{ "pairs", "pair" },
		{ "code_table", "code" },
		{ "labels", "label" },
		{ "flows", "flow" },
		{ "steps", "step" },
		{ "lifetimes", "lifetime" },
		{ "conditions", "condition" },
	};

	for (size_t i = 0; i < sizeof(scope) / sizeof(scope[0]); i++)
		if (strcmp(name, scope[i][0]) == 0)
			return scope[i][1];
	return name;
}

void
tree_keys(json_t *set, const json_t *rows)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i), *v;
		const char *key;

		json_object_foreach(row, key, v)
		{
			if (json_is_array(v))
				tree_keys(set, v);
			else if (cell_shown(key, v))
				json_object_set_new(set, key, json_true());
		}
	}
}

/* The row with what it has from above. */
static json_t *
placed(const json_t *row, const json_t *above)
{
	static const char *const place[] = { "layer", "path" };
	json_t *o = json_copy((json_t *)row), *v;

	for (size_t i = 0; above && i < sizeof(place) / sizeof(place[0]); i++)
		if ((v = json_object_get(above, place[i])) &&
			!json_object_get(o, place[i]))
			json_object_set(o, place[i], v);
	return o;
}

static void
add_rows(struct columns *g, const json_t *keys, const char *name,
	const json_t *rows, const json_t *above)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = placed(json_array_get(rows, i), above), *v;
		const char *key;

		columns_add(g, mem_strdup(scope_of(name)));
		json_object_foreach((json_t *)keys, key, v)
		{
			columns_add(g, cell_exact(row, key));
		}
		json_object_foreach(row, key, v)
		{
			if (json_is_array(v))
				add_rows(g, keys, key, v, row);
		}
		json_decref(row);
	}
}

void
tree_rows(struct columns *g, const json_t *keys, const char *name,
	const json_t *rows)
{
	add_rows(g, keys, name, rows, NULL);
}
