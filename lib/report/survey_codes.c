#include <string.h>

#include "report/survey_codes.h"

/* What is shown of a part goes beside the items. */
static void
keep_group(struct survey *s, json_t **group)
{
	if (!s->o.by_part || !*group)
		return;
	json_array_append_new(s->groups, *group);
	*group = NULL;
}

/* What the routes say of k is what counts, -m may be of other codes. */
static int
open_routed(struct survey *s, const struct part *p, struct err *e)
{
	const bool says = meta_get(&p->rec.meta, "codes") != NULL;
	const struct census_opts o = {
		.model = says ? NULL : s->o.model,
		.codes = s->o.codes,
		.by_item = s->o.by_item,
		.by_part = s->o.by_part,
		.joint_keys = s->o.health.joint_limit,
	};

	if (!s->routed)
		s->routed = census_open(&o, e);
	return s->routed ? 0 : -1;
}

int
survey_codes_routes(
	struct survey *s, const struct part *p, json_t **item, struct err *e)
{
	json_t *of_codes = NULL;

	if (routes_part(s->routes, p, item, e) != 0)
		return -1;
	if (strcmp(p->main->name, "codes") != 0 || s->o.routes.bare ||
		!routes_counts_codes(s->routes, p))
		return 0;
	if (open_routed(s, p, e) != 0 ||
		census_part(s->routed, p, &of_codes, e) != 0) {
		json_decref(*item);
		return -1;
	}
	keep_group(s, &of_codes);
	if (of_codes) {
		json_object_update_missing(of_codes, *item);
		json_decref(*item);
		*item = of_codes;
	}
	return 0;
}

/* Counted, of all and by label. */
static int
count_codes(
	struct survey *s, const struct part *p, json_t **item, struct err *e)
{
	if (census_part(s->census, p, item, e) != 0)
		return -1;
	keep_group(s, item);
	return s->labels ? code_labels_part(s->labels, p, e) : 0;
}

int
survey_codes_take(
	struct survey *s, const struct part *p, json_t **item, struct err *e)
{
	s->counted = true;
	if (count_codes(s, p, item, e) != 0 ||
		against_codes(&s->against, p, e) != 0) {
		json_decref(*item);
		return -1;
	}
	coded_part(s->coded, p);
	if (*item)
		coded_set_item(*item, s->coded);
	return 0;
}

bool
survey_codes_any(const struct survey *s)
{
	return s->counted || s->routed;
}

struct census *
survey_codes_census(const struct survey *s)
{
	return s->routed && !s->counted ? s->routed : s->census;
}
