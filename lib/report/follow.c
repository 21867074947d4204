#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report/figures.h"
#include "report/follow.h"
#include "report/follow_line.h"
#include "report/follow_text.h"
#include "report/log_line.h"
#include "report/logs.h"
#include "report/survey_codes.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/stop.h"

struct follow {
	struct follow_opts o;
	struct output *out;
	const struct survey *survey;
	struct watch watch;
	struct follow_line line;
	struct follow_text text;
	struct logs logs;

	double start, last, next; /* seconds: first, this and the next line */
	uint64_t tokens, seen;    /* at the last line; log lines count too */
	bool silent;              /* that nothing came was said */
	bool noted;               /* that nothing is there yet, too */
	bool failed;
	struct err why;
};

static double
now_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Tokens that came so far. */
static uint64_t
count_tokens(const struct survey *s)
{
	const struct route_layer *layer;
	uint64_t most = s->vectors.total.n;

	if (survey_codes_any(s))
		return census_tally(survey_codes_census(s))->tokens;
	for (size_t i = 0; (layer = routes_layer(s->routes, i)); i++)
		if (layer->tokens > most)
			most = layer->tokens;
	return most;
}

static json_t *
describe(struct follow *f, double now, uint64_t tokens, const char *state)
{
	const struct survey *s = f->survey;
	bool end = strcmp(state, "end") == 0;
	double since = end ? f->start : f->last;
	uint64_t from = end ? 0 : f->tokens;
	json_t *o = json_object();

	figures_real(o, "seconds", now - f->start);
	figures_count(o, "items", s->done);
	figures_count(o, "tokens", tokens);
	figures_count(o, "tokens_per_second",
		(uint64_t)((double)(tokens - from) / fmax(now - since, 1e-3)));
	if (survey_codes_any(s))
		follow_line_codes(&f->line, survey_codes_census(s), o);
	if (routes_any(s->routes))
		follow_line_routes(&f->line, s->routes, o);
	figures_text(o, "state", state);
	return o;
}

/* Nobody may wait for who reads the lines. */
static bool
can_write(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&p, 1, 0) != 0;
}

static void
write_line(struct follow *f, json_t *o)
{
	char *line = follow_text_line(&f->text, o);

	if (output_write(f->out, line, strlen(line), &f->why) != 0 ||
		output_flush(f->out, &f->why) != 0)
		f->failed = true;
	free(line);
	json_decref(o);
}

/* To people only: what kind of line it would be is not known yet. */
static void
note_nothing(struct follow *f)
{
	if (f->noted)
		return;
	f->noted = true;
	say_note("%s: nothing there yet: waiting",
		input_label(f->watch.path ? f->watch.path : "-"));
}

/* The line that is due, if there is something to say. */
static void
say(struct follow *f, double now, bool end)
{
	uint64_t tokens = count_tokens(f->survey);
	size_t points = json_array_size(f->logs.points);
	uint64_t seen = tokens + points + f->survey->done;
	bool came = seen != f->seen;
	const char *state = end ? "end" : came ? "running" : "waiting";

	if (!end && !seen)
		note_nothing(f);
	if (f->failed || (!end && (!seen || (!came && f->silent))))
		return;
	if (!end && !can_write())
		return;
	write_line(f,
		points ? log_line_figures(
				 json_array_get(f->logs.points, points - 1),
				 f->text.as, state)
		       : describe(f, now, tokens, state));
	f->silent = !came;
	f->seen = seen;
	f->tokens = tokens;
	f->last = now;
}

static int
turn(void *arg)
{
	struct follow *f = arg;
	double now = now_seconds();

	if (stop_asked())
		return -1;
	if (now >= f->next) {
		say(f, now, false);
		f->next += f->o.interval;
		if (f->next < now) /* it was busy for longer */
			f->next = now + f->o.interval;
	}
	return (int)fmin(ceil(1e3 * (f->next - now)), 1e6);
}

int
follow_check(const struct follow_opts *o, const char *beside, struct err *e)
{
	if (o->given && !o->on)
		return err_set(e, "--interval goes with --follow");
	if (o->on && beside)
		return err_set(e, "--follow: not with %s", beside);
	return 0;
}

struct follow *
follow_open(const struct follow_opts *o, enum render as, struct err *e)
{
	struct follow *f = mem_zalloc(1, sizeof(*f));

	f->o = *o;
	f->text.as = as == RENDER_JSON_LINES ? RENDER_JSON : as;
	f->out = output_open(NULL, (struct output_opts){ .text = true }, e);
	if (!f->out) {
		free(f);
		return NULL;
	}
	f->start = f->last = now_seconds();
	f->next = f->start + o->interval;
	stop_begin();
	return f;
}

void
follow_close(struct follow *f)
{
	if (!f)
		return;
	stop_end();
	output_abort(f->out);
	follow_line_free(&f->line);
	follow_text_free(&f->text);
	logs_free(&f->logs);
	free(f);
}

void
follow_survey(struct follow *f, const struct survey *s)
{
	f->survey = s;
	follow_line_free(&f->line);
	logs_free(&f->logs);
	f->tokens = f->seen = 0;
	f->silent = false;
}

struct watch *
follow_watch(struct follow *f, const char *path)
{
	if (path && strcmp(path, "-") == 0)
		path = NULL;
	f->watch = (struct watch){ .turn = turn, .arg = f, .path = path };
	return &f->watch;
}

bool
follow_stopped(const struct follow *f)
{
	return f->watch.stopped || f->watch.cut || f->watch.replaced;
}

bool
follow_again(const struct follow *f)
{
	if (f->watch.cut && f->watch.path)
		say_warning("%s: became shorter: following it from its "
			    "beginning",
			f->watch.path);
	else if (f->watch.replaced)
		say_warning("%s: was replaced: following the new one",
			f->watch.path);
	else
		return false;
	return true;
}

bool
follow_is_log(struct input *in)
{
	const unsigned char *p;
	struct err unused;
	ptrdiff_t n = input_peek(in, 8, &p, &unused);

	/* A record begins with a length, whose high bytes are 0. */
	return n > 0 && p[0] == '{' && !memchr(p, 0, n < 8 ? (size_t)n : 8);
}

int
follow_log(struct follow *f, struct input *in, json_t **log, json_t *warnings,
	struct err *e)
{
	char *line;
	size_t n;
	int got;

	while ((got = log_line_next(in, &line, &n, e)) == 1) {
		got = logs_line(&f->logs, line, n, e);
		free(line);
		if (got != 0)
			break;
	}
	*log = logs_report(&f->logs, input_name(in), warnings);
	/* The rest of a line is no error where its end was not awaited. */
	return got == 0 || follow_stopped(f) ? 0 : -1;
}

int
follow_end(struct follow *f, struct err *e)
{
	if (f->survey &&
		(f->seen || count_tokens(f->survey) ||
			json_array_size(f->logs.points)))
		say(f, now_seconds(), true);
	if (!f->failed)
		return 0;
	*e = f->why;
	return -1;
}
