#include <stdlib.h>

#include "report/cell.h"
#include "report/page_routes.h"
#include "report/page_table.h"
#include "util/mem.h"

/* Rows of tables that may be long. */
#define EXPERTS_MAX 64
#define ROWS_MAX 20

/* An array of o under the title of it. */
static void
part(struct markup *m, const json_t *o, const char *key, const char *caption,
	const char *bar)
{
	page_table(m,
		&(struct page_table){ .caption = caption,
			.rows = json_object_get(o, key),
			.most = ROWS_MAX,
			.bar = bar });
}

/* "Layer 3, path all". */
static char *
name_of(const json_t *o)
{
	char *layer = cell_exact(o, "layer"), *path = cell_exact(o, "path");
	char *text = mem_printf("%s%s%s%s%s", *layer ? "Layer " : "", layer,
		*layer && *path ? ", " : "", *path ? "path " : "", path);

	free(layer);
	free(path);
	return text;
}

/* Under its name what else is said of it. */
static void
about(struct markup *m, const json_t *o)
{
	json_t *said = json_pack("{s:b, s:b}", "layer", 1, "path", 1);
	char *name = name_of(o);

	if (*name)
		markup_element(m, "h3", name);
	page_table_list(m, o, said);
	json_decref(said);
	free(name);
}

static void
path(struct markup *m, const json_t *p)
{
	char *name = name_of(p);
	char *load = mem_printf("Load of each expert, %s", name);
	char *pairs = mem_printf("Experts that tokens have together, %s", name);
	char *flows = mem_printf("Moves of first experts, %s", name);

	markup_raw(m, "<div class=\"side\">\n");
	page_table(m,
		&(struct page_table){ .caption = load,
			.rows = json_object_get(p, "load"),
			.most = EXPERTS_MAX,
			.bar = "share" });
	part(m, p, "pairs", pairs, NULL);
	part(m, p, "flows", flows, NULL);
	markup_raw(m, "</div>\n");
	free(name);
	free(load);
	free(pairs);
	free(flows);
}

static void
layer(struct markup *m, const json_t *l)
{
	const json_t *paths = json_object_get(l, "paths");

	about(m, l);
	part(m, l, "paths", "How even the loads are", NULL);
	for (size_t i = 0; i < json_array_size(paths); i++)
		path(m, json_array_get(paths, i));
	part(m, l, "shadow", "The router in shadow", NULL);
	part(m, l, "code_table",
		"Codes, the most used first, and their experts", "share");
	part(m, l, "labels", "Labels", NULL);
	part(m, l, "boundary", "Tokens nearest to another expert", NULL);
}

void
page_routes(struct markup *m, const json_t *root)
{
	const json_t *routes = json_object_get(root, "routes");

	for (size_t i = 0; i < json_array_size(routes); i++)
		layer(m, json_array_get(routes, i));
}

void
page_routes_trace(struct markup *m, const json_t *root)
{
	const json_t *trace = json_object_get(root, "trace");

	for (size_t i = 0; i < json_array_size(trace); i++) {
		const json_t *t = json_array_get(trace, i);

		about(m, t);
		page_table(m,
			&(struct page_table){ .caption = "Step by step",
				.rows = json_object_get(t, "steps") });
		part(m, t, "lifetimes", "Lifetime of experts in checkpoints",
			NULL);
	}
}
