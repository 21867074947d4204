#include <stdlib.h>
#include <string.h>

#include "report/census_inside.h"
#include "report/census_model.h"
#include "report/census_state.h"
#include "report/figures.h"
#include "util/mem.h"

/* "64,64"; NULL where k is not known.  malloc'd. */
static char *
codes_text(const struct agreed *a)
{
	char *text = NULL, *longer;

	for (size_t i = 0; i < a->cols; i++) {
		if (!a->k[i]) {
			free(text);
			return NULL;
		}
		longer = mem_printf(
			"%s%s%zu", text ? text : "", text ? "," : "", a->k[i]);
		free(text);
		text = longer;
	}
	return text;
}

void
census_state_give(struct census *c, struct state *s)
{
	*s = (struct state){ .tally = c->total,
		.codes = codes_text(&c->agreed),
		.model = c->model,
		.whole_tokens = c->whole_tokens,
		.rates = c->rates,
		.around = c->around,
		.keys = c->o.joint_keys };
	c->total = (struct tally){ .cols = 0 };
	c->around = (struct neighbours){ .cols = 0 };
	c->model = NULL;
}

void
census_state_take(struct census *c, struct state *s)
{
	c->total = s->tally;
	c->around = s->around;
	if (c->total.cols && !c->item.cols) {
		tally_init(&c->item, c->total.cols);
		c->item.joint.keys = c->o.joint_keys;
		neighbours_init(&c->around_item, c->total.cols,
			c->o.joint_keys ? c->o.joint_keys : JOINT_KEYS);
	}
	free(c->model);
	c->model = s->model;
	c->whole_tokens = s->whole_tokens;
	c->rates = s->rates;
	s->tally = (struct tally){ .cols = 0 };
	s->around = (struct neighbours){ .cols = 0 };
	s->model = NULL;
	state_free(s);
}

static int
check_model(struct census *c, const struct state *s, const char *name,
	struct err *e)
{
	if (!s->model)
		return 0;
	if (!c->model)
		census_model_set(c, s->model, name);
	if (strcmp(c->model, s->model) == 0)
		return 0;
	return err_set(e, "codes of model %s, but those before are of %s",
		s->model, c->model);
}

int
census_state_expect(struct census *c, const struct state *s, const char *name,
	struct err *e)
{
	if (check_model(c, s, name, e) != 0)
		return -1;
	return s->tally.cols
		? agreed_item(&c->agreed, name, s->tally.cols, s->codes, e)
		: 0;
}

int
census_state_add(struct census *c, const struct state *s, const char *name,
	struct err *e)
{
	struct state sum;
	int status;

	if (census_state_expect(c, s, name, e) != 0)
		return -1;
	census_state_give(c, &sum);
	status = state_add(&sum, s, e);
	census_state_take(c, &sum);
	return status;
}

json_t *
census_state_item(
	const struct census *c, const struct state *s, const char *name)
{
	json_t *o = json_object();

	figures_text(o, "item", name);
	if (!s->tally.cols)
		return o;
	figures_tally(o, &s->tally, c->agreed.k);
	rates_set(o, &s->rates, figures_get(o, "bits_per_token"));
	return o;
}
