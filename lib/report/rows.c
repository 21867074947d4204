#include <stdlib.h>
#include <string.h>

#include "report/rows.h"
#include "util/mem.h"

struct walk {
	rows_fn *fn;
	void *arg;
	struct err *e;
};

/* What an element of an array is called: as the scope of its row. */
static const char *
scope_of(const char *name)
{
	static const char *const scope[][2] = {
		{ "stages", "stage" },
		{ "items", "item" },
		{ "groups", "group" },
		{ "inputs", "input" },
		{ "models", "model" },
		{ "tables", "table" },
		{ "errors", "error" },
		{ "gates", "gate" },
		{ "layers", "point_layer" },
		{ "points", "point" },
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

bool
rows_are(const json_t *member)
{
	const char *key;
	json_t *v;

	if (json_is_array(member))
		return json_array_size(member) == 0 ||
			json_is_object(json_array_get(member, 0));
	json_object_foreach((json_t *)member, key, v)
	{
		if (json_is_array(v))
			return true;
	}
	return false;
}

const json_t *
rows_from(const struct rows_row *r, const char *key)
{
	return json_object_get(r->object, key) ? r->object : r->place;
}

/* What belongs to a row: its place, and its own name. */
static json_t *
place_within(const struct rows_row *r)
{
	static const char *const name[] = { "item", "part", "label", "stage",
		"layer", "path" };
	json_t *place = json_copy((json_t *)r->place), *v;

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++)
		if ((v = json_object_get(r->object, name[i])))
			json_object_set(place, name[i], v);
	return place;
}

static int each(const struct walk *w, const struct rows_row *r);

/* The rows of a member of the row r; prefix: what their scope begins with. */
static int
members(const struct walk *w, const struct rows_row *r, const char *key,
	const char *prefix)
{
	const json_t *v = json_object_get(r->object, key);
	char *scope = mem_printf("%s%s", prefix, scope_of(key));
	struct rows_row row = { scope, v, place_within(r) };
	int status = 0;

	if (json_is_object(v))
		status = each(w, &row);
	for (size_t i = 0; i < json_array_size(v) && status == 0; i++) {
		row.object = json_array_get(v, i);
		status = each(w, &row);
	}
	json_decref((json_t *)row.place);
	free(scope);
	return status;
}

/* A row and what is in it. */
static int
each(const struct walk *w, const struct rows_row *r)
{
	static const char *const first[] = { "stages", "items" };
	/* Its stages and models are none of what was read. */
	const char *prefix =
		strncmp(r->scope, "against", 7) == 0 ? "against_" : "";
	const char *key;
	json_t *v;
	int status = w->fn(w->arg, r, w->e);

	for (size_t i = 0; i < 2 && status == 0; i++)
		if (json_object_get(r->object, first[i]))
			status = members(w, r, first[i], prefix);
	json_object_foreach((json_t *)r->object, key, v)
	{
		if (status == 0 && rows_are(v) && strcmp(key, first[0]) != 0 &&
			strcmp(key, first[1]) != 0)
			status = members(w, r, key, prefix);
	}
	return status;
}

int
rows_each(const json_t *root, rows_fn *fn, void *arg, struct err *e)
{
	const struct walk w = { fn, arg, e };
	const struct rows_row row = { "total", root, json_object() };
	int status = each(&w, &row);

	json_decref((json_t *)row.place);
	return status;
}
