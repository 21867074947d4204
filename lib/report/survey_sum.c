#include "report/census_state.h"
#include "report/figures.h"
#include "report/sizes.h"
#include "report/state_file.h"
#include "report/survey_state.h"
#include "report/survey_sum.h"
#include "util/mem.h"
#include "util/progress.h"

/* -k holds for what says no k; a state says it. */
static int
check_option(const struct survey *s, const struct state *there, struct err *e)
{
	struct sizes k;
	int status = 0;

	if (!s->o.codes || !there->codes)
		return 0;
	if (sizes_parse(&k, there->codes, e) != 0)
		return -1;
	for (size_t i = 0; i < there->tally.cols && status == 0; i++)
		if (sizes_at(&k, i) != s->o.codes)
			status = err_set(e,
				"-k %zu, but column %zu of %s has %zu codes",
				s->o.codes, i, s->o.sum.path, sizes_at(&k, i));
	sizes_free(&k);
	return status;
}

int
survey_sum_open(struct survey *s, struct err *e)
{
	const struct accumulate_opts *o = &s->o.sum;
	struct state there = { .keys = s->o.health.joint_limit };
	int status;

	if (!o->path || o->merge)
		return 0;
	status = accumulate_read(&there, o->path, e);
	if (status == 0)
		status = check_option(s, &there, e);
	if (status == 0)
		status = census_state_expect(s->census, &there, o->path, e);
	state_free(&there);
	return status == 0 ? 0 : err_wrap(e, "--state");
}

static int
take(struct survey *s, struct input *in, struct err *e)
{
	struct state got = { .keys = s->o.health.joint_limit };
	json_t *item;
	int status;

	if (state_file_read(&got, in, e) != 0)
		return -1;
	status = census_state_add(s->census, &got, input_name(in), e);
	if (status == 0) {
		s->counted |= got.tally.cols > 0;
		coded_join(coded_all(s->coded), &got.coded);
		s->done++;
		inputs_tokens(&s->inputs, got.tally.tokens);
		inputs_item(&s->inputs, INPUTS_STATE);
		s->sum.states++;
		s->sum.items += got.items;
		s->sum.failed += got.failed;
	}
	if (status == 0 && s->o.by_item) {
		item = census_state_item(s->census, &got, input_name(in));
		json_array_append_new(s->items, item);
	}
	state_free(&got);
	return status;
}

void
survey_sum_take(struct survey *s, struct input *in)
{
	const char *name = input_name(in);
	const unsigned char *p;
	struct err e;

	do {
		if (take(s, in, &e) != 0) {
			survey_failed(s, name, e.msg);
			return;
		}
	} while (state_file_next(in));
	if (input_peek(in, 1, &p, &e) != 0)
		survey_failed(s, name, "no state behind a state");
}

const char *
survey_sum_refuses(const struct survey *s, bool routes)
{
	if (s->o.sum.merge)
		return "--merge joins states, and this is none";
	if (s->o.sum.path && routes)
		return "--state keeps counts of codes, not of routes";
	return NULL;
}

/* What this run counted, taken out of the census. */
static struct state
run_of(struct survey *s)
{
	struct state run;

	census_state_give(s->census, &run);
	run.coded = *coded_all(s->coded);
	run.items = s->done - s->sum.states + s->sum.items;
	run.failed = s->failed + s->sum.failed;
	return run;
}

int
survey_sum_add(struct survey *s, struct err *e)
{
	const struct accumulate_opts *o = &s->o.sum;
	struct state run, total = { .items = 0 };
	int status;

	if (!o->path || (s->failed && !s->done))
		return 0;
	if (s->done && !s->counted)
		return err_set(
			e, "--state: no codes came: %s is as it was", o->path);
	run = run_of(s);
	if (o->merge) {
		status = accumulate_write(
			&s->sum.next, &run, o->path, o->force, e);
		total = run;
	} else {
		status = accumulate_add(&s->sum.next, &run, o->path, &total, e);
		state_free(&run);
	}
	s->counted |= total.tally.cols > 0;
	s->sum.added = true;
	s->sum.items = total.items;
	s->sum.failed = total.failed;
	*coded_all(s->coded) = total.coded;
	census_state_take(s->census, &total);
	return status == 0 ? 0 : err_wrap(e, "--state");
}

int
survey_sum_settle(struct survey *s, int status, struct err *e)
{
	const char *path = s->o.sum.path;

	if (!path)
		return 0;
	if (status == 0 || status == 3) {
		if (accumulate_commit(&s->sum.next, e) == 0)
			return 0;
		return err_wrap(e, "--state: %s", path);
	}
	accumulate_abort(&s->sum.next);
	say_error(path, "not changed: nothing is added by a run with errors");
	return 0;
}

void
survey_sum_figures(const struct survey *s, json_t *o)
{
	const struct survey_sum *sum = &s->sum;

	figures_count(o, "item_count",
		sum->items + (sum->added ? 0 : s->done - sum->states));
	figures_count(
		o, "failed_items", sum->failed + (sum->added ? 0 : s->failed));
}
