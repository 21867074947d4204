#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/columns.h"
#include "report/render_rows.h"
#include "report/rows.h"
#include "util/jsontext.h"
#include "util/mem.h"

/* Points of a curve are drawn, and too many for a table. */
static bool
in_table(const struct rows_row *r)
{
	return strcmp(r->scope, "curve") != 0;
}

struct tsv {
	struct columns cells;
	json_t *keys; /* in order of their first appearance */
};

static int
add_keys(void *arg, const struct rows_row *r, struct err *e)
{
	struct tsv *t = arg;
	const char *key;
	json_t *v;

	(void)e;
	if (!in_table(r))
		return 0;
	json_object_foreach((json_t *)r->object, key, v)
	{
		if (cell_shown(key, v))
			json_object_set_new(t->keys, key, json_true());
	}
	return 0;
}

static int
add_cells(void *arg, const struct rows_row *r, struct err *e)
{
	struct tsv *t = arg;
	const char *key;
	json_t *v;

	(void)e;
	if (!in_table(r))
		return 0;
	columns_add(&t->cells, mem_strdup(r->scope));
	json_object_foreach(t->keys, key, v)
	{
		columns_add(&t->cells, cell_exact(rows_from(r, key), key));
	}
	return 0;
}

int
render_rows_tsv(const json_t *root, struct output *o, struct err *e)
{
	struct tsv t = { .keys = json_object() };
	const char *key;
	json_t *v;
	int status;

	json_object_set_new(t.keys, "item", json_true());
	json_object_set_new(t.keys, "stage", json_true());
	rows_each(root, add_keys, &t, e);
	json_object_del(t.keys, "format");
	t.cells.cols = json_object_size(t.keys) + 1;
	columns_add(&t.cells, mem_strdup("scope"));
	json_object_foreach(t.keys, key, v)
	{
		columns_add(&t.cells, mem_strdup(key));
	}
	rows_each(root, add_cells, &t, e);
	status = columns_tabbed(&t.cells, o, e);
	columns_free(&t.cells);
	json_decref(t.keys);
	return status;
}

/* Takes line. */
static int
write_line(json_t *line, struct output *o, struct err *e)
{
	char *text = jsontext(line, JSON_COMPACT | JSON_REAL_PRECISION(17));
	int status;

	json_decref(line);
	if (!text)
		return err_set(e, "the report is not JSON");
	status = output_write(o, text, strlen(text), e);
	if (status == 0)
		status = output_write(o, "\n", 1, e);
	free(text);
	return status;
}

static int
write_row(void *arg, const struct rows_row *r, struct err *e)
{
	json_t *line = json_object(), *v;
	const char *key;

	json_object_set_new(line, "scope", json_string(r->scope));
	json_object_update(line, (json_t *)r->place);
	json_object_foreach((json_t *)r->object, key, v)
	{
		if (!rows_are(v) && strcmp(key, "warnings") != 0 &&
			strcmp(key, "notes") != 0)
			json_object_set(line, key, v);
	}
	return write_line(line, arg, e);
}

/* Texts of the whole, a line each. */
static int
write_texts(
	const json_t *texts, const char *scope, struct output *o, struct err *e)
{
	int status = 0;

	for (size_t i = 0; i < json_array_size(texts) && status == 0; i++) {
		json_t *line = json_object();

		json_object_set_new(line, "scope", json_string(scope));
		json_object_set(line, scope, json_array_get(texts, i));
		status = write_line(line, o, e);
	}
	return status;
}

int
render_rows_json(const json_t *root, struct output *o, struct err *e)
{
	int status = rows_each(root, write_row, o, e);

	if (status == 0)
		status = write_texts(
			json_object_get(root, "warnings"), "warning", o, e);
	if (status == 0)
		status = write_texts(
			json_object_get(root, "notes"), "note", o, e);
	return status;
}
