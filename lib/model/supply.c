#include "model/supply.h"

void
supply_init(struct supply *s, struct strlist *inputs, struct strlist *valid,
	const struct source_opts *o, size_t max_errors)
{
	*s = (struct supply){ .judged = valid->count > 0,
		.train.paths = *inputs,
		.valid.paths = *valid,
		.source = *o,
		.max_errors = max_errors };
	*inputs = *valid = (struct strlist){ 0 };
}

void
supply_free(struct supply *s)
{
	strlist_free(&s->train.paths);
	strlist_free(&s->valid.paths);
	corpus_free(&s->corpus);
	corpus_free(&s->judges);
	*s = (struct supply){ 0 };
}

static int
survey(struct supply_survey *v, struct corpus *c, const struct source_opts *o,
	size_t max_errors, struct err *e)
{
	if (!v->done)
		v->status = corpus_survey(c, &v->paths, o, max_errors, &v->why);
	v->done = true;
	if (v->status != 0)
		*e = v->why;
	return v->status;
}

int
supply_survey(struct supply *s, struct err *e)
{
	return survey(&s->train, &s->corpus, &s->source, s->max_errors, e);
}

int
supply_survey_judges(struct supply *s, struct err *e)
{
	const struct corpus *c = &s->corpus, *v = &s->judges;

	if (survey(&s->valid, &s->judges, &c->source, s->max_errors, e) != 0)
		return err_wrap(e, "validation");
	s->judges.source = c->source;
	if (v->kind != c->kind ||
		(v->kind == ITEM_ROWS && v->width != c->width))
		return err_set(e,
			"validation items are not of the training items' "
			"kind and width");
	return 0;
}

size_t
supply_errors(const struct supply *s)
{
	return s->corpus.errors + s->judges.errors;
}
