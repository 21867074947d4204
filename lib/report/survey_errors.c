#include <stdlib.h>

#include "report/code_errors.h"
#include "report/state_file.h"
#include "report/survey_errors.h"
#include "report/survey_state.h"
#include "util/mem.h"

/* Codes of the item, on their way to the counts. */
struct made {
	struct survey *survey;
	json_t *item; /* NULL: none */
};

static int
count(void *arg, const struct part *p, struct err *e)
{
	struct made *m = arg;
	size_t tokens = p->main->rank > 2 ? p->main->shape[1] : 1;

	m->survey->counted = true;
	inputs_tokens(&m->survey->inputs, p->rows * tokens);
	return census_part(m->survey->census, p, &m->item, e);
}

static enum inputs_kind
kind_of(const struct item_info *i)
{
	return i->kind == ITEM_IMAGE    ? INPUTS_IMAGE
		: i->kind == ITEM_AUDIO ? INPUTS_SOUND
					: INPUTS_VECTORS;
}

bool
survey_errors_wants(const struct survey *s, enum subject kind)
{
	return s->errors &&
		(kind == SUBJECT_STREAM || kind == SUBJECT_IMAGE ||
			kind == SUBJECT_SOUND);
}

static void
take_item(struct survey *s, struct source *from, const struct item_info *i)
{
	struct made m = { .survey = s };
	struct err e;

	if (i->fault) {
		survey_failed(s, i->item, i->fault);
		return;
	}
	if (code_errors_item(s->errors, from, i, count, &m, &e) != 0) {
		survey_failed(s, i->item, e.msg);
		inputs_failed(&s->inputs);
		return;
	}
	s->done++;
	inputs_item(&s->inputs, kind_of(i));
	if (!m.item)
		return;
	code_errors_set_item(m.item, s->errors);
	json_array_append_new(s->items, m.item);
}

void
survey_errors(struct survey *s, struct input *in)
{
	char *name = mem_strdup(input_name(in));
	struct err e = { "holds a state, not vectors or media" };
	struct source *from = NULL;
	struct item_info info;
	int got = -1;

	if (s->o.raw.columns || !state_file_next(in))
		from = code_errors_source(s->errors, in, &e);
	else
		input_close(in);
	while (from && !survey_stopped(s) &&
		(got = source_next(from, &info, &e)) == 1)
		take_item(s, from, &info);
	if (got < 0)
		survey_failed(s, name, e.msg);
	source_close(from);
	inputs_end(&s->inputs, name);
	free(name);
}
