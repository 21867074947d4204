#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/log_json.h"
#include "report/logs.h"
#include "util/mem.h"
#include "util/names.h"

#define READ ((size_t)65536)
#define LINE_MAX_ ((size_t)16 << 20) /* bytes: no line of ours is near it */

/* What is looked at of a log; best: the least, or the most. */
static const struct {
	const char *name;
	bool most;
} known[] = {
	{ "loss", false },
	{ "recon", false },
	{ "task", false },
	{ "held_error", false },
	{ "valid_loss", false },
	{ "accuracy", true },
	{ "valid_accuracy", true },
	{ "utilization", true },
	{ "perplexity", true },
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

struct reading {
	struct logs *logs;
	char *buf; /* what is read and not yet taken */
	size_t have;
};

void
logs_free(struct logs *l)
{
	json_decref(l->points);
	*l = (struct logs){ 0 };
}

int
logs_line(struct logs *l, const char *text, size_t n, struct err *e)
{
	size_t blank = 0;
	bool words;
	json_t *o;

	if (!l->points)
		l->points = json_array();
	l->line++;
	while (blank < n && strchr(" \t\r", text[blank]) && text[blank])
		blank++;
	if (blank == n)
		return 0;
	o = log_json_read(text, n, &words, e);
	if (!o)
		return err_wrap(e, "line %zu", l->line);
	if (words && l->odd++ == 0)
		l->odd_step = json_number_value(json_object_get(o, "step"));
	json_array_append_new(l->points, o);
	return 0;
}

/* Whole lines of the buffer. */
static int
take_lines(struct reading *r, struct err *e)
{
	char *from = r->buf, *end = r->buf + r->have, *nl;

	while ((nl = memchr(from, '\n', (size_t)(end - from)))) {
		if (logs_line(r->logs, from, (size_t)(nl - from), e) != 0)
			return -1;
		from = nl + 1;
	}
	r->have = (size_t)(end - from);
	memmove(r->buf, from, r->have);
	if (r->have > LINE_MAX_)
		return err_set(e, "line %zu: more than %zu bytes",
			r->logs->line + 1, LINE_MAX_);
	return 0;
}

/* What has no line end: a program that was killed may have left half. */
static int
take_rest(struct reading *r, struct err *e)
{
	if (r->have == 0)
		return 0;
	if (logs_line(r->logs, r->buf, r->have, e) == 0)
		return 0;
	r->logs->cut = json_array_size(r->logs->points) > 0;
	return r->logs->cut ? 0 : -1;
}

static int
read_lines(struct reading *r, struct input *in, struct err *e)
{
	ptrdiff_t n;

	do {
		r->buf = mem_grow(r->buf, r->have + READ, 1);
		n = input_read(in, r->buf + r->have, READ, e);
		if (n < 0)
			return -1;
		r->have += (size_t)n;
		if (take_lines(r, e) != 0)
			return -1;
	} while (n > 0);
	return take_rest(r, e);
}

/* By keys that only one of them writes. */
static json_t *
program(const json_t *point)
{
	if (json_object_get(point, "recon"))
		return json_string("vq-train");
	if (json_object_get(point, "task"))
		return json_string("moe-train");
	return json_null();
}

static void
set_named(json_t *o, const char *which, const char *name, double v)
{
	char *key = mem_printf("%s_%s", which, name);

	figures_real(o, key, v);
	free(key);
}

/* Of one figure; nothing where no line has it. */
static void
summarize(json_t *o, const json_t *points, const char *name, bool most)
{
	double first = NAN, last = NAN, best = NAN;
	json_t *step = NULL;
	char *key;

	for (size_t i = 0; i < json_array_size(points); i++) {
		const json_t *p = json_array_get(points, i);
		double v = figures_get(p, name);

		if (isnan(v))
			continue;
		first = isnan(first) ? v : first;
		last = v;
		if (isnan(best) || (most ? v > best : v < best)) {
			best = v;
			step = json_object_get(p, "step");
		}
	}
	if (isnan(first))
		return;
	set_named(o, "first", name, first);
	set_named(o, "last", name, last);
	set_named(o, "best", name, best);
	key = mem_printf("best_%s_step", name);
	json_object_set(o, key, step);
	free(key);
}

static double
sum_of(const json_t *points, const char *key)
{
	double sum = 0;

	for (size_t i = 0; i < json_array_size(points); i++)
		sum += figures_get(json_array_get(points, i), key);
	return sum;
}

static json_t *
describe(const struct logs *r, const char *name)
{
	size_t n = json_array_size(r->points);
	const json_t *first = json_array_get(r->points, 0);
	const json_t *last = json_array_get(r->points, n - 1);
	double seconds = figures_get(last, "seconds");
	char *item = names_escape(name);
	json_t *o = json_object();

	figures_text(o, "item", item);
	json_object_set_new(o, "program", program(first));
	figures_count(o, "lines", n);
	json_object_set(o, "first_step", json_object_get(first, "step"));
	json_object_set(o, "last_step", json_object_get(last, "step"));
	figures_real(o, "seconds", seconds);
	figures_real(o, "tokens_per_second",
		seconds > 0 ? sum_of(r->points, "tokens") / seconds : NAN);
	if (json_object_get(last, "skipped"))
		json_object_set(o, "skipped", json_object_get(last, "skipped"));
	json_object_set_new(o, "cut", json_boolean(r->cut));
	for (size_t i = 0; i < KNOWN; i++)
		summarize(o, r->points, known[i].name, known[i].most);
	json_object_set(o, "points", r->points);
	free(item);
	return o;
}

static void
warn(json_t *warnings, const char *item, char *what)
{
	char *name = names_printable(item);
	char *text = mem_printf("%s: %s", name, what);

	json_array_append_new(warnings, json_string(text));
	free(name);
	free(text);
	free(what);
}

json_t *
logs_report(const struct logs *l, const char *item, json_t *warnings)
{
	if (json_array_size(l->points) == 0)
		return NULL;
	if (l->cut)
		warn(warnings, item,
			mem_printf("line %zu, the last one, is cut: it is left "
				   "out",
				l->line));
	if (l->odd)
		warn(warnings, item,
			mem_printf("NaN or Infinity in %zu line%s, first at "
				   "step %.0f: read as null",
				l->odd, l->odd > 1 ? "s" : "", l->odd_step));
	return describe(l, item);
}

int
logs_read(struct input *in, const char *item, json_t **log, json_t *warnings,
	struct err *e)
{
	struct logs l = { 0 };
	struct reading r = { .logs = &l };
	int status = read_lines(&r, in, e);

	*log = status == 0 ? logs_report(&l, item, warnings) : NULL;
	if (status == 0 && !*log)
		status = err_set(e, "no line in this log");
	logs_free(&l);
	free(r.buf);
	return status;
}
