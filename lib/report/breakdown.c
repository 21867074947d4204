#include <stdlib.h>
#include <string.h>

#include "report/breakdown.h"
#include "report/keys.h"
#include "report/survey.h"
#include "report/worst.h"
#include "util/mem.h"

static int
check_key(const char *key, struct err *e)
{
	struct near near;

	if (!key || keys_find(key))
		return 0;
	near_init(&near, key, strlen(key));
	keys_try(&near);
	return near.found
		? err_set(e, "--sort: no figure \"%s\"; nearest: \"%s\"", key,
			  near.found)
		: err_set(e, "--sort: no figure \"%s\" (--list-keys)", key);
}

int
breakdown_settle(
	const struct breakdown_opts *b, struct survey_opts *s, struct err *e)
{
	const char *by = b->by ? b->by : "";
	struct routes_opts *r = &s->routes;

	/* Without --routes they are the labels of codes. */
	if (r->side.labels && !r->bare) {
		s->labels = r->side.labels;
		r->side.labels = NULL;
	}
	s->by_item = r->by_item = strcmp(by, "item") == 0;
	s->by_part = strcmp(by, "part") == 0;
	s->by_label = strcmp(by, "label") == 0 || s->labels;
	r->by_label = s->by_label || r->side.labels;
	if (!r->bare && (r->side.probs || r->side.dropped))
		return err_set(e, "--probs and --dropped go with --routes");
	return check_key(b->sort, e);
}

static bool
knows(const json_t *rows, const char *key)
{
	for (size_t i = 0; i < json_array_size(rows); i++)
		if (json_object_get(json_array_get(rows, i), key))
			return true;
	return false;
}

/* "10 of 273 items, the least perplexity first; --top 0 for all" */
static char *
tell(const json_t *rows, size_t shown, const char *what, const char *key)
{
	size_t n = json_array_size(rows);
	char *how = !key ? mem_strdup("as they came")
		: !knows(rows, key)
		? mem_printf("none with %s", key)
		: mem_printf("the %s %s first",
			  worst_is_most(key) ? "largest" : "least", key);
	char *line = shown < n
		? mem_printf("%zu of %zu %s, %s; --top 0 for all\n", shown, n,
			  what, how)
		: mem_printf("%zu %s, %s\n", n, what, how);

	free(how);
	return line;
}

json_t *
breakdown_rows(const struct breakdown_opts *b, const json_t *rows,
	const char *what, char **more)
{
	size_t n = json_array_size(rows), top = b->top ? b->top : n;
	const char *key = b->sort;
	json_t *sorted;

	*more = NULL;
	if (n <= top && !b->sort && !b->top_given)
		return json_incref((json_t *)rows);
	sorted = worst_first(rows, &key);
	while (json_array_size(sorted) > top)
		json_array_remove(sorted, json_array_size(sorted) - 1);
	if (n)
		*more = tell(rows, top < n ? top : n, what, key);
	return sorted;
}
