#include <stdlib.h>
#include <string.h>

#include "report/route_warnings.h"
#include "stats/usage.h"
#include "util/mem.h"

/* Takes both, which came from malloc. */
static void
warn(json_t *warnings, char *where, char *what)
{
	char *text = mem_printf("%s%s", where, what);

	json_array_append_new(warnings, json_string(text));
	free(where);
	free(what);
	free(text);
}

static char *
where(const struct route_layer *l, const struct route_path *p)
{
	const char *path = p && l->paths > 1 ? p->name : NULL;

	return mem_printf("%s%s%s%s%s", l->name ? "layer " : "",
		l->name ? l->name : "", l->name && path ? ", " : "",
		path ? path : "", l->name || path ? ": " : "");
}

/* "3, 5, 6, ..." */
static char *
list_dead(const struct load *load, size_t experts)
{
	char *list = mem_strdup(""), *longer;
	size_t found = 0;

	for (size_t e = 0; e < experts && found <= 8; e++) {
		if (load_of(load, e))
			continue;
		longer = found == 8
			? mem_printf("%s, ...", list)
			: mem_printf("%s%s%zu", list, found ? ", " : "", e);
		free(list);
		list = longer;
		found++;
	}
	return list;
}

void
route_warnings_load(const struct load *load, size_t experts, const char *place,
	json_t *warnings)
{
	struct load_figures f = load_describe(load, experts);
	char *list;

	if (!load->assigned || !f.dead)
		return;
	list = list_dead(load, experts);
	warn(warnings, mem_strdup(place),
		mem_printf("%zu of %zu experts are dead: %s%s", f.dead, experts,
			list,
			load->assigned < usage_enough(experts)
				? " (or there are too few tokens to tell)"
				: ""));
	free(list);
}

static void
judge_load(const struct route_layer *l, size_t i, json_t *warnings)
{
	char *place = where(l, &l->path[i]);

	route_warnings_load(
		&l->load[i], route_layer_experts(l), place, warnings);
	free(place);
}

void
route_warnings(const struct route_layer *l, json_t *warnings)
{
	if (!l->experts && l->tokens)
		warn(warnings, where(l, NULL),
			mem_printf("the number of experts is not known (-E): "
				   "%zu is one more than the largest seen, a "
				   "lower bound",
				route_layer_experts(l)));
	for (size_t i = 0; i < l->paths; i++)
		judge_load(l, i, warnings);
	if (l->audit.full)
		warn(warnings, where(l, NULL),
			mem_printf("no table of codes: one is above %zu",
				AUDIT_CODES_MAX - 1));
	for (size_t i = 0; i < l->paths; i++)
		if (l->pairs[i].full)
			warn(warnings, where(l, &l->path[i]),
				mem_printf("no pairs of experts: more than %zu "
					   "different ones",
					joint_limit(2)));
	if (l->by_label.experts.full)
		warn(warnings, where(l, NULL),
			mem_printf("no purity of labels: more than %zu "
				   "different pairs of label and expert",
				joint_limit(2)));
}
