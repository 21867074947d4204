/*
 * vq-stats - is the codebook alive, how good is what it gives back, and where
 * do tokens go?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/account.h"
#include "report/keys.h"
#include "report/listing.h"
#include "report/match.h"
#include "report/render.h"
#include "report/request.h"
#include "report/survey.h"
#include "report/survey_paths.h"
#include "stats/counts.h"
#include "util/operands.h"
#include "util/output.h"
#include "util/progress.h"

/* -o FILE appears if at least one item succeeded, or none failed. */
static int
finish(const struct request *s, struct output *out, size_t done, size_t failed)
{
	struct err e;

	if (failed && !done) {
		output_abort(out);
		return 1;
	}
	if (output_commit(out, &e) != 0) {
		say_error(output_label(s->common.output), e.msg);
		return 1;
	}
	return failed ? 1 : 0;
}

/* Behind all else. */
static void
say_failures(const struct request *s, size_t done, size_t failed)
{
	const struct account a = { .done = done,
		.failed = failed,
		.max_errors = s->common.max_errors };

	account_say(&a);
}

static int
write_failed(const struct request *s, struct output *out, const struct err *e)
{
	say_error(output_label(s->common.output), e->msg);
	output_abort(out);
	return 1;
}

static int
run_keys(const struct request *s, struct output *out)
{
	struct err e;

	return keys_list(out, &e) == 0 ? finish(s, out, 1, 0)
				       : write_failed(s, out, &e);
}

static int
run_list(const struct request *s, const struct strlist *paths, size_t failed,
	struct output *out)
{
	struct listing l = { .out = out,
		.as = form_of(&s->form),
		.limit.samples = s->survey.limit.samples };
	size_t max = s->common.max_errors, done = 0;
	struct err e;

	if (listing_begin(&l, &e) != 0)
		return write_failed(s, out, &e);
	for (size_t i = 0; i < paths->count; i++) {
		int status = listing_operand(&l, paths->item[i], &e);

		if (status > 0)
			return write_failed(s, out, &e);
		done += status == 0;
		if (status == 0)
			continue;
		say_error(input_label(paths->item[i]), e.msg);
		if (++failed == max)
			break;
	}
	if (listing_end(&l, &e) != 0)
		return write_failed(s, out, &e);
	say_failures(s, done, failed);
	return finish(s, out, done, failed);
}

/* What must not be missed is said on stderr too. */
static int
report(const struct request *s, const json_t *root, struct output *out)
{
	const json_t *warnings = json_object_get(root, "warnings");
	struct err e;

	for (size_t i = 0; i < json_array_size(warnings); i++)
		say_warning(
			"%s", json_string_value(json_array_get(warnings, i)));
	if (render_report(root, form_of(&s->form), &s->by, out, &e) != 0)
		return write_failed(s, out, &e);
	return 0;
}

/* What a report with this status ends with: the conditions' 2 is graver than
 * a failed item, their 3 is not. */
static int
judge(const json_t *root, int status)
{
	int asked = conditions_say(root);

	return asked == 2 || status == 0 ? asked : status;
}

/* What can be said only once all is read, and is asked for: of an atlas alone
 * there is nothing to say to people. */
static bool
wants_report(const struct request *s, const struct strlist *paths, size_t done,
	size_t failed)
{
	bool any = paths->count || s->survey.trace;

	if (s->common.output)
		return done || !failed;
	return (done || !failed) && !s->follow.on &&
		(any || form_of(&s->form) != RENDER_TEXT);
}

/* Report, pictures and page; the status of all. */
static int
report_all(struct request *s, struct survey *survey,
	const struct strlist *paths, int read, struct output *out)
{
	json_t *root = survey_report(survey);
	size_t failed = survey_failures(survey);
	/* A sum without one of its states is none. */
	size_t done = failed && s->survey.sum.merge ? 0 : survey_done(survey);
	struct err e;
	int status;

	if (done || !failed)
		conditions_judge(&s->conditions, root);
	status = wants_report(s, paths, done, failed) ? report(s, root, out)
						      : read;
	if (status == 0)
		status = finish(s, out, done, failed);
	if ((done || !failed) &&
		(survey_finish(survey, &e) != 0 ||
			pictures_write(&s->pictures, survey, s->survey.model,
				root, &e) != 0)) {
		say_error(NULL, e.msg);
		status = 1;
		s->page.atlas = NULL;
	}
	if ((done || !failed) && page_file(root, &s->page, &e) != 0) {
		say_error(NULL, e.msg);
		status = 1;
	}
	status = judge(root, status);
	json_decref(root);
	return status;
}

static int
run_survey(struct request *s, const struct strlist *paths,
	const struct strlist *bad, char *const *operands, size_t count,
	struct output *out)
{
	struct survey *survey;
	struct err e;
	int status, read;

	if (request_sides(s) && paths->count != 1) {
		say_error(NULL,
			"--probs, --labels-file and --dropped go with one file of ids");
		output_abort(out);
		return 2;
	}
	s->survey.operands = paths->count;
	s->survey.max_errors = s->common.max_errors;
	s->survey.threads = s->common.threads;
	survey = survey_open(&s->survey, &e);
	if (!survey) {
		say_error(NULL, e.msg);
		output_abort(out);
		return 1;
	}
	for (size_t i = 0; i + 1 < bad->count; i += 2)
		survey_failed(survey, bad->item[i], bad->item[i + 1]);
	read = survey_paths(survey, paths, operands, count);
	if (survey_add_up(survey, &e) != 0) {
		say_error(NULL, e.msg);
		survey_close(survey);
		output_abort(out);
		return 1;
	}
	status = report_all(s, survey, paths, read, out);
	if (survey_settle(survey, status, &e) != 0) {
		say_error(NULL, e.msg);
		status = 1;
	}
	say_failures(s, survey_done(survey), survey_failures(survey));
	survey_close(survey);
	return status;
}

/* The same, with lines on the way; data that come may not wait for a thread. */
static int
run_follow(struct request *s, const struct strlist *paths,
	const struct strlist *bad, char *const *operands, size_t count,
	struct output *out)
{
	struct err e = { "--follow goes with one file, or stdin" };
	int status = 2;

	if (paths->count + bad->count / 2 == 1) {
		s->survey.follow =
			follow_open(&s->follow, form_of(&s->form), &e);
		status = 1;
	}
	if (!s->survey.follow) {
		say_error(NULL, e.msg);
		output_abort(out);
		return status;
	}
	s->common.threads = 1;
	status = run_survey(s, paths, bad, operands, count, out);
	follow_close(s->survey.follow);
	return status;
}

/* Operands that cannot be walked: kept, so that all errors count alike. */
static void
keep_bad(void *arg, const char *path, const char *reason)
{
	strlist_add(arg, path);
	strlist_add(arg, reason);
}

static int
run(struct request *s, char *const *operands, size_t count)
{
	struct strlist paths = { 0 }, bad = { 0 };
	const struct output_opts how = { .force = s->common.force,
		.text = true };
	struct output *out = NULL;
	/* These by themselves are enough: stdin is not read then. */
	bool alone = s->list_keys ||
		((s->survey.trace || s->pictures.atlas.path) && count == 0 &&
			!s->common.files_from);
	struct err e;
	int status = 1;

	if (!alone &&
		operands_expand(&paths, operands, count, s->common.files_from,
			s->common.null, keep_bad, &bad, &e) != 0) {
		say_error(NULL, e.msg);
	} else if (request_apart(s, &paths, &e) != 0) {
		say_error(NULL, e.msg);
		status = 2;
	} else if (page_probe(&s->page, &e) != 0) {
		say_error(NULL, e.msg);
	} else if (!(out = output_open(s->common.output, how, &e))) {
		say_error(output_label(s->common.output), e.msg);
	} else if (pictures_open(&s->pictures, s->common.force, &e) != 0) {
		say_error(NULL, e.msg);
		output_abort(out);
	} else if (s->list_keys) {
		status = run_keys(s, out);
	} else if (s->list) {
		for (size_t i = 0; i + 1 < bad.count; i += 2)
			say_error(bad.item[i], bad.item[i + 1]);
		status = run_list(s, &paths, bad.count / 2, out);
	} else {
		status = (s->follow.on ? run_follow : run_survey)(
			s, &paths, &bad, operands, count, out);
	}
	pictures_close(&s->pictures);
	strlist_free(&paths);
	strlist_free(&bad);
	return status;
}

int
main(int argc, char *argv[])
{
	struct request s = { .common = OPT_COMMON_INIT,
		.by = BREAKDOWN_INIT,
		.survey = SURVEY_INIT,
		.follow.interval = 1 };
	const struct opt opts[] = {
		FORM_ROWS(&s.form),
		PAGE_ROWS(&s.page),
		{ 'm', "model", "FILE", "take k of each stage from FILE",
			.str = &s.survey.model, .words = "MODEL" },
		{ 'k', "codes", "N", "k where neither stream nor model say",
			.num = &s.survey.codes, .min = 1,
			.max = COUNTS_CODES_MAX, .unit = NUM_BINARY,
			.none = "the largest code + 1" },
		{ 'R', "reference", "FILE|DIR",
			"hold decoded items against these, by name",
			.str = &s.survey.reference },
		BREAKDOWN_ROWS(&s.by),
		{ 0, "band", "[LO-]HI",
			"Hz that the log-spectral distance looks at",
			.str = &s.band, .none = "0-4000" },
		SURVEY_ERRORS_ROWS(&s.survey),
		SURVEY_ROUTE_ROWS(&s.survey),
		ACCUMULATE_ROWS(&s.survey.sum),
		PICTURES_ROWS(&s.pictures),
		CONDITIONS_ROWS(&s.fail_if),
		SURVEY_HEALTH_ROWS(&s.survey),
		{ 0, "list-keys", NULL, "print a table of all keys and stop",
			.flag = &s.list_keys },
		FOLLOW_ROWS(&s.follow),
		{ 0, "list", NULL, "show what streams, files, models hold",
			.flag = &s.list },
		{ 0, "raw", "TYPE:COLS",
			"read headerless rows: u8, u16, f32 ...",
			.str = &s.raw },
		LIMIT_ROWS(&s.survey.limit),
		OPT_COMMON_ROWS(&s.common),
		{ 0 },
	};
	const struct opt_cmd cmd = { .name = "vq-stats",
		.operands = "[FILE|DIR ...]",
		.purpose = "Report codebook usage of streams of codes, load "
			   "and stability of routes, and the distortion of "
			   "decoded items.",
		.opts = opts,
		.notes = "Examples:\n"
			 "  vq-stats -m photos.vq photos.codes\n"
			 "  vq-stats --json --by item photos.codes\n"
			 "  vq-stats --fail-if 'used < 100' photos.codes\n"
			 "  vq-stats --boundary 10 tokens.routes\n"
			 "  vq-stats -m photos.vq --errors photos/\n"
			 "  vq-stats -R photos/ decoded/\n" };
	enum opt_result got;
	struct err e;
	int first, status;

	got = opt_parse(&cmd, argc, argv, &first);
	if (got != OPT_RUN)
		return opt_status(got);
	say_init("vq-stats", s.common.quiet, s.common.verbose);
	status = request_settle(&s, &e) == 0 ? 0 : 2;
	if (status != 0)
		say_error(NULL, e.msg);
	else if (conditions_parse(&s.conditions, &s.fail_if) != 0)
		status = 2;
	if (status == 0)
		status = run(&s, argv + first, (size_t)(argc - first));
	conditions_free(&s.conditions);
	strlist_free(&s.fail_if);
	return status;
}
