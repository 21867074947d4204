/*
 * follow.h - figures while data still come: a line at an interval.
 *
 * For codes and routes the lines are follow_line.h's; for a training log (JSON
 * lines of vq-train or moe-train) the newest line of it.  A line is written when
 * something came since the line before; the first time nothing did, one says
 * so, and then none until something does.  Who reads the lines never holds up
 * the data: one that cannot be written at once is left out.
 */
#ifndef REPORT_FOLLOW_H
#define REPORT_FOLLOW_H

#include <stdbool.h>

#include <jansson.h>

#include "report/render.h"
#include "util/err.h"
#include "util/input.h"
#include "util/watch.h"

struct follow_opts {
	bool on;
	double interval; /* seconds; 1 if it was not given */
	bool given;
};

/* Rows of a command's options (util/opt.h). */
#define FOLLOW_ROWS(f) \
	{ 0, "follow", NULL, "show figures line by line while data come", \
		.flag = &(f)->on }, \
	{ \
		0, "interval", "SECONDS", "with --follow: between two lines", \
			.real = &(f)->interval, .min = 0.1, .max = 86400, \
			.given = &(f)->given \
	}

/* -1: without follow, or beside an option that it does not go with (its name,
 * or NULL). */
int follow_check(
	const struct follow_opts *o, const char *beside, struct err *e);

struct survey;
struct follow;

/* Lines go to stdout.  SIGINT and SIGTERM are the end of the data from here to
 * the close. */
struct follow *follow_open(
	const struct follow_opts *o, enum render as, struct err *e);
void follow_close(struct follow *f);

/* Whose figures are shown; before anything is read.  Another one begins again
 * with nothing. */
void follow_survey(struct follow *f, const struct survey *s);

/* For the input that is opened next; path NULL or "-": stdin. */
struct watch *follow_watch(struct follow *f, const char *path);

/* A signal ended it, or the file is to be read again: what is incomplete is no
 * error then. */
bool follow_stopped(const struct follow *f);

/* The file became shorter, or was replaced: it says so, and what is there now
 * is to be read from its beginning. */
bool follow_again(const struct follow *f);

/* Are these lines of JSON? */
bool follow_is_log(struct input *in);

/* Read them all; *log is of those that came, as in logs.h, or NULL.  -1: one of
 * them is none. */
int follow_log(struct follow *f, struct input *in, json_t **log,
	json_t *warnings, struct err *e);

/* The last line.  -1: lines could not be written. */
int follow_end(struct follow *f, struct err *e);

#endif
