#include <string.h>

#include "report/band.h"
#include "report/request.h"
#include "util/apart.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* An option, and whether it was given. */
struct given {
	const char *option;
	bool is;
};

/* The first of n that was given, or NULL. */
static const char *
first_given(const struct given *g, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (g[i].is)
			return g[i].option;
	return NULL;
}

bool
request_sides(const struct request *s)
{
	const struct route_side_paths *p = &s->survey.routes.side;

	return p->probs || p->labels || p->dropped || s->survey.labels;
}

/* What options say of others. */
static void
derive(struct request *s)
{
	struct survey_opts *o = &s->survey;

	o->routes.force = s->page.force = o->sum.force = s->common.force;
	o->drop = strcmp(s->common.nan, "drop") == 0;
	s->page.atlas = s->pictures.atlas.path;
}

static int
check_follow(const struct request *s, struct err *e)
{
	const struct given beside[] = {
		{ "--list", s->list },
		{ "-R", s->survey.reference != NULL },
		{ "--trace", s->survey.trace != NULL },
		{ "--merge", s->survey.sum.merge },
		{ "--prometheus", s->form.prometheus },
	};

	return follow_check(&s->follow, first_given(beside, COUNT(beside)), e);
}

/* Headers alone are read, so that there is nothing to count, judge or draw. */
static int
check_list(const struct request *s, struct err *e)
{
	const struct routes_opts *r = &s->survey.routes;
	const struct given beside[] = {
		{ "--raw", s->raw != NULL },
		{ "-R", s->survey.reference != NULL },
		{ "--by", s->by.by != NULL },
		{ "--sort", s->by.sort != NULL },
		{ "--top", s->by.top_given },
		{ "--errors", s->survey.errors },
		{ "--routes", r->bare },
		{ "--boundary", r->boundary > 0 },
		{ "--audit", r->audit != NULL },
		{ "--against", r->against != NULL },
		{ "--trace", s->survey.trace != NULL },
		{ "--state", s->survey.sum.path != NULL },
		{ "--merge", s->survey.sum.merge },
		{ "--html", s->page.path != NULL },
		{ "--plot", s->pictures.plot.path != NULL },
		{ "--atlas", s->pictures.atlas.path != NULL },
		{ "--fail-if", s->fail_if.count > 0 },
	};
	const char *found = first_given(beside, COUNT(beside));

	if (!s->list)
		return 0;
	if (form_of(&s->form) > RENDER_JSON)
		return err_set(e, "--list writes text, --tsv or --json");
	if (found)
		return err_set(e, "--list reads headers: not with %s", found);
	return 0;
}

/* Operands are encoded, and their codes counted. */
static int
check_errors(const struct request *s, struct err *e)
{
	const struct survey_opts *o = &s->survey;
	const struct given beside[] = {
		{ "-R", o->reference != NULL },
		{ "--by part", o->by_part },
		{ "--by label", o->by_label },
		{ "--routes", o->routes.bare },
		{ "--against", o->routes.against != NULL },
		{ "--state", o->sum.path != NULL },
		{ "--merge", o->sum.merge },
		{ "--follow", s->follow.on },
	};
	const char *found = first_given(beside, COUNT(beside));

	if (!o->errors)
		return 0;
	if (!o->model)
		return err_set(e,
			"--errors encodes the operands: -m says by which "
			"model");
	return found ? err_set(e, "--errors makes codes: not with %s", found)
		     : 0;
}

static int
check_values(struct request *s, struct err *e)
{
	if (s->raw && raw_format_parse(s->raw, &s->survey.raw, e) != 0)
		return err_wrap(e, "--raw");
	if (s->band &&
		band_parse(s->band, &s->survey.low_hz, &s->survey.high_hz) != 0)
		return err_set(e, "--band: not HZ or LO-HI in Hz, LO below HI");
	return 0;
}

int
request_settle(struct request *s, struct err *e)
{
	derive(s);
	if (breakdown_settle(&s->by, &s->survey, e) != 0 ||
		form_check(&s->form, e) != 0 || check_follow(s, e) != 0 ||
		check_list(s, e) != 0 || check_errors(s, e) != 0 ||
		pictures_check(&s->pictures, s->survey.model, e) != 0 ||
		page_check(&s->page, s->common.output, e) != 0)
		return -1;
	return check_values(s, e);
}

int
request_apart(
	const struct request *s, const struct strlist *operands, struct err *e)
{
	const struct survey_opts *o = &s->survey;
	const struct apart_file written[] = {
		{ "-o", s->common.output, .grows = false },
		{ "--state", o->sum.path, .grows = !o->sum.merge },
		{ "--html", s->page.path, .grows = false },
		{ "--plot", s->pictures.plot.path, .grows = false },
		{ "--atlas", s->pictures.atlas.path, .grows = false },
		{ "--audit", o->routes.audit, .grows = false },
	};
	const struct apart_file read[] = {
		{ "-m", o->model, .grows = false },
		{ "-R", o->reference, .grows = false },
		{ "--against", o->routes.against, .grows = false },
		{ "--trace", o->trace, .grows = false },
		{ "--probs", o->routes.side.probs, .grows = false },
		{ "--labels-file", o->routes.side.labels, .grows = false },
		{ "--labels-file", o->labels, .grows = false },
		{ "--dropped", o->routes.side.dropped, .grows = false },
		{ "--files-from", s->common.files_from, .grows = false },
	};

	return apart_check(
		written, COUNT(written), read, COUNT(read), operands, e);
}
