#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/condition_eval.h"
#include "report/conditions.h"
#include "report/figures.h"
#include "util/mem.h"
#include "util/progress.h"

/* name: what messages begin with, malloc'd. */
static char *
said_name(const char *expression)
{
	return mem_printf("--fail-if '%s'", expression);
}

int
conditions_parse(struct conditions *c, const struct strlist *texts)
{
	struct err e;
	int status = 0;

	*c = (struct conditions){
		mem_zalloc(texts->count, sizeof(*c->condition)), texts->count
	};
	for (size_t i = 0; i < c->count; i++) {
		char *name = said_name(texts->item[i]);

		if (condition_parse(&c->condition[i], texts->item[i], &e) !=
			0) {
			say_error(name, e.msg);
			status = -1;
		}
		free(name);
	}
	return status;
}

void
conditions_free(struct conditions *c)
{
	for (size_t i = 0; i < c->count; i++)
		condition_free(&c->condition[i]);
	free(c->condition);
	*c = (struct conditions){ 0 };
}

void
conditions_judge(const struct conditions *c, json_t *root)
{
	json_t *all = json_array();

	for (size_t i = 0; i < c->count; i++) {
		const struct condition *one = &c->condition[i];
		json_t *o = json_object(), *values;
		struct err e = { "" };
		int holds = condition_eval(one, root, &values, &e);

		figures_text(o, "expression", one->text);
		json_object_set_new(o, "holds",
			holds < 0 ? json_null() : json_boolean(holds));
		if (holds < 0)
			figures_text(o, "error", e.msg);
		json_object_set_new(o, "values", values);
		json_array_append_new(all, o);
	}
	if (c->count)
		json_object_set(root, "conditions", all);
	json_decref(all);
}

char *
conditions_text(const json_t *condition)
{
	const json_t *values = json_object_get(condition, "values"), *v;
	const json_t *holds = json_object_get(condition, "holds");
	const char *key, *between = ": ";
	char *text, *more, *value;

	if (json_is_null(holds))
		return mem_strdup(
			json_string_value(json_object_get(condition, "error")));
	text = mem_strdup(json_is_true(holds) ? "holds" : "does not hold");
	json_object_foreach((json_t *)values, key, v)
	{
		if (!cell_shown(key, v))
			continue;
		value = json_is_real(v) ? mem_printf("%.6g", json_real_value(v))
					: cell_exact(values, key);
		more = mem_printf("%s%s%s %s", text, between, key,
			*value ? value : "null");
		free(value);
		free(text);
		text = more;
		between = ", ";
	}
	return text;
}

int
conditions_say(const json_t *root)
{
	const json_t *all = json_object_get(root, "conditions");
	int status = 0;

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *o = json_array_get(all, i);
		const json_t *holds = json_object_get(o, "holds");
		char *text = conditions_text(o);
		char *name = said_name(
			json_string_value(json_object_get(o, "expression")));

		if (json_is_false(holds)) {
			say_verbose("%s: %s", name, text);
		} else {
			say_error(name, text);
			status = json_is_null(holds) ? 2 : status ? status : 3;
		}
		free(name);
		free(text);
	}
	return status;
}
