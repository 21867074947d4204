#include <stdlib.h>
#include <string.h>

#include "report/census_model.h"
#include "util/mem.h"

/* A state is of one k: what says neither model nor k is not taken for codes of
 * a model, whichever comes first. */
static int
check_unsaid(struct census *c, const struct part *p, struct err *e)
{
	const char *model = meta_get(&p->rec.meta, "model");
	bool says = model || meta_get(&p->rec.meta, "codes") ||
		c->agreed.option_k || c->agreed.model_path;

	if (!c->o.one_model)
		return 0;
	if (!says && c->model)
		return err_set(e,
			"it says neither model nor k, and the state is of "
			"model %s: say -k or -m",
			c->model);
	if (model && c->unsaid)
		return err_set(e,
			"codes of model %s, but those before say neither "
			"model nor k: say -k or -m",
			model);
	c->unsaid |= !says;
	return 0;
}

int
census_model_item(struct census *c, const struct part *p, struct err *e)
{
	const char *model = meta_get(&p->rec.meta, "model");

	if (check_unsaid(c, p, e) != 0)
		return -1;
	if (!model)
		return 0;
	if (!c->model)
		census_model_set(c, model, p->item);
	if (strcmp(model, c->model) == 0)
		return 0;
	if (c->o.one_model)
		return err_set(e,
			"codes of model %s, but those before are of %s, and a "
			"state is of one model",
			model, c->model);
	if (c->others++ == 0) {
		c->other = mem_strdup(model);
		c->other_item = mem_strdup(p->item);
	}
	return 0;
}

void
census_model_set(struct census *c, const char *model, const char *item)
{
	free(c->model_item);
	c->model = mem_strdup(model);
	c->model_item = mem_strdup(item);
}

const char *
census_model(const struct census *c)
{
	return c->model;
}

void
census_model_warn(json_t *warnings, const struct census *c)
{
	char *text;

	if (!c->others)
		return;
	text = mem_printf("codes of different models are added up: of %s (%s) "
			  "and of %s (%s%s): figures of one at a time mean "
			  "more",
		c->model, c->model_item, c->other, c->other_item,
		c->others > 1 ? " and others" : "");
	json_array_append_new(warnings, json_string(text));
	free(text);
}

void
census_model_free(struct census *c)
{
	free(c->model);
	free(c->model_item);
	free(c->other);
	free(c->other_item);
}
