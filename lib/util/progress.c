#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/names.h"
#include "util/progress.h"
#include "util/strlist.h"

#define FIRST_SECONDS 1.0 /* quicker work shows nothing */
#define EVERY_SECONDS 0.2

/* One stderr a process: this is its state, all of it below the lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	const char *program;
	bool quiet, verbose, terminal, once, errors, hush;
	bool begun;          /* by say_init */
	struct strlist said; /* with once */
	char *about;
} who = { .program = "vqtools" };
static struct {
	char *what, *unit;
	size_t total, from; /* from: done before the begin */
	double seconds;     /* from the begin to the end; 0: by total */
	double begin, drawn_at;
	bool running, drawn;
} line;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* True if a line can be redrawn there, and nobody asked for plain output. */
static bool
can_redraw(void)
{
	const char *plain = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(STDERR_FILENO) && !(plain && *plain) && term && *term &&
		strcmp(term, "dumb") != 0;
}

/*
 * A file opened while stderr is closed would be number 2, and every message
 * would go into it.  What stands in for stdin cannot be read, and for stdout
 * not written: they stay errors.
 */
static void
fill_closed_stdio(void)
{
	static const int mode[] = { O_WRONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", mode[fd]) < 0)
			return; /* the lowest free number is fd itself */
}

void
say_init(const char *program, bool quiet, bool verbose)
{
	fill_closed_stdio();
	pthread_mutex_lock(&lock);
	who.program = program;
	who.begun = true;
	who.quiet = quiet || who.errors;
	who.once = false;
	strlist_free(&who.said);
	who.verbose = verbose && !who.errors;
	who.terminal = !who.quiet && can_redraw();
	pthread_mutex_unlock(&lock);
}

static void
clear(void)
{
	if (line.drawn)
		fputs("\r\033[K", stderr);
	line.drawn = false;
}

/* "program: [prefix: ]text" as one write, whatever bytes the text holds. */
static void
say(const char *prefix, const char *text)
{
	char *clean = names_printable(text);

	pthread_mutex_lock(&lock);
	clear();
	fprintf(stderr, "%s: %s%s%s\n", who.program, prefix ? prefix : "",
		prefix ? ": " : "", clean);
	pthread_mutex_unlock(&lock);
	free(clean);
}

void
say_hush(bool hush)
{
	pthread_mutex_lock(&lock);
	who.hush = hush;
	pthread_mutex_unlock(&lock);
}

void
say_error(const char *item, const char *reason)
{
	char *clean;

	if (who.hush)
		return;
	clean = item ? names_printable(item) : NULL;
	say(clean, reason);
	free(clean);
}

void
say_once(void)
{
	pthread_mutex_lock(&lock);
	who.once = true;
	pthread_mutex_unlock(&lock);
}

void
say_only_errors(void)
{
	pthread_mutex_lock(&lock);
	who.errors = who.quiet = true;
	who.verbose = who.terminal = false;
	pthread_mutex_unlock(&lock);
}

static bool
said_before(const char *text)
{
	bool before = false;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < who.said.count && !before; i++)
		before = strcmp(who.said.item[i], text) == 0;
	if (who.once && !before)
		strlist_add(&who.said, text);
	pthread_mutex_unlock(&lock);
	return before;
}

static void say_format(const char *prefix, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void
say_format(const char *prefix, const char *fmt, va_list ap)
{
	char text[2048], *whole;

	if (!who.begun)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	if (said_before(text))
		return;
	pthread_mutex_lock(&lock);
	whole = who.about ? mem_printf("%s: %s", who.about, text)
			  : mem_strdup(text);
	pthread_mutex_unlock(&lock);
	say(prefix, whole);
	free(whole);
}

void
say_about(const char *about)
{
	pthread_mutex_lock(&lock);
	free(who.about);
	who.about = about ? mem_strdup(about) : NULL;
	pthread_mutex_unlock(&lock);
}

void
say_warning(const char *fmt, ...)
{
	va_list ap;

	if (who.errors)
		return;
	va_start(ap, fmt);
	say_format("warning", fmt, ap);
	va_end(ap);
}

void
say_note(const char *fmt, ...)
{
	va_list ap;

	if (who.quiet)
		return;
	va_start(ap, fmt);
	say_format(NULL, fmt, ap);
	va_end(ap);
}

char *
say_line(const char *text)
{
	if (who.quiet)
		return NULL;
	return mem_printf(
		"%s%s: %s", who.terminal ? "\r\033[K" : "", who.program, text);
}

void
say_verbose(const char *fmt, ...)
{
	va_list ap;

	if (!who.verbose)
		return;
	va_start(ap, fmt);
	say_format(NULL, fmt, ap);
	va_end(ap);
}

static void
forget(void)
{
	clear();
	free(line.what);
	free(line.unit);
	line.what = line.unit = NULL;
	line.running = false;
}

void
progress_start(const char *what, const char *unit, size_t total)
{
	pthread_mutex_lock(&lock);
	forget();
	if (who.terminal) {
		line.what = names_printable(what);
		line.unit = mem_strdup(unit);
		line.total = total;
		line.from = 0;
		line.seconds = 0;
		line.begin = now();
		line.drawn_at = 0;
		line.running = true;
	}
	pthread_mutex_unlock(&lock);
}

void
progress_begin(size_t done, double seconds)
{
	pthread_mutex_lock(&lock);
	line.from = done;
	line.seconds = seconds;
	line.begin = now();
	pthread_mutex_unlock(&lock);
}

static size_t
terminal_width(void)
{
	struct winsize w;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &w) != 0 || w.ws_col == 0)
		return 80;
	return w.ws_col;
}

/* "0:07", "12:34", "3:00:01" */
static void
clock_text(char *buf, size_t room, double seconds)
{
	unsigned long s = (unsigned long)seconds;

	if (s < 3600)
		snprintf(buf, room, "%lu:%02lu", s / 60, s % 60);
	else
		snprintf(buf, room, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60,
			s % 60);
}

/* "what: 42%, 120 steps/s, 0:05 left" */
static void
describe(char *buf, size_t room, size_t done, double elapsed)
{
	double rate = (double)(done - line.from) / elapsed;
	double share = (double)done / (double)line.total;
	double rest = (double)(line.total - done) / rate;
	char left[32];
	size_t n;

	if (line.seconds > 0) {
		share = fmin(elapsed / line.seconds, 1);
		rest = fmax(line.seconds - elapsed, 0);
	} else if (line.total == 0 || done > line.total) {
		snprintf(buf, room, "%s: %zu %s, %.3g %s/s", line.what, done,
			line.unit, rate, line.unit);
		return;
	}
	snprintf(buf, room, "%s: %.0f%%, %.*f %s/s", line.what,
		floor(100 * share), rate < 100 ? 1 : 0, rate, line.unit);
	if (done == line.from)
		return;
	clock_text(left, sizeof(left), rest);
	n = strlen(buf);
	snprintf(buf + n, room - n, ", %s left", left);
}

/* Cut to fewer than width columns, not inside a UTF-8 character. */
static void
cut(char *s, size_t width)
{
	size_t columns = 0;

	for (; *s; s++) {
		if (((unsigned char)*s & 0xc0) == 0x80)
			continue;
		if (++columns == width) {
			*s = '\0';
			return;
		}
	}
}

void
progress_update(size_t done, const char *extra)
{
	char text[512];
	double t;
	size_t n;

	pthread_mutex_lock(&lock);
	t = now();
	if (line.running && t - line.begin >= FIRST_SECONDS &&
		t - line.drawn_at >= EVERY_SECONDS) {
		describe(text, sizeof(text), done, t - line.begin);
		n = strlen(text);
		if (extra)
			snprintf(text + n, sizeof(text) - n, ", %s", extra);
		cut(text, terminal_width());
		fprintf(stderr, "\r%s\033[K", text);
		line.drawn = true;
		line.drawn_at = t;
	}
	pthread_mutex_unlock(&lock);
}

void
progress_end(void)
{
	pthread_mutex_lock(&lock);
	forget();
	pthread_mutex_unlock(&lock);
}
