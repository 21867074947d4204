/*
 * breakdown.h - what --by breaks figures down to, and the rows of it that text
 * shows.
 */
#ifndef REPORT_BREAKDOWN_H
#define REPORT_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

struct survey_opts;

/* Rows of a table in text, unless --top says it. */
#define BREAKDOWN_TOP 10

struct breakdown_opts {
	const char *by, *sort; /* NULL: not given */
	size_t top;            /* 0: all */
	bool top_given;
};

#define BREAKDOWN_INIT \
	{ \
		.top = BREAKDOWN_TOP \
	}

/* The rows of a command's options (util/opt.h). */
#define BREAKDOWN_ROWS(b) \
	{ 0, "by", "WHAT", "figures of each of these too", .str = &(b)->by, \
		.choices = "item|part|label" }, \
		{ 0, "sort", "KEY", "of text: the worst by this figure first", \
			.str = &(b)->sort, .words = "KEY", \
			.none = "the one that tells most" }, \
	{ \
		0, "top", "N", "of text: show N rows of --by, 0 for all", \
			.num = &(b)->top, .given = &(b)->top_given \
	}

/* What the options come to in those of the survey.  -1: no such KEY. */
int breakdown_settle(
	const struct breakdown_opts *b, struct survey_opts *s, struct err *e);

/*
 * Rows of a table in text: where there are more than b->top, or it or the
 * figure was asked for, the first of them by worst.h; else all, as they are.
 * *more becomes a line to be written below, or NULL; malloc'd.  what: "items",
 * of the line.
 */
json_t *breakdown_rows(const struct breakdown_opts *b, const json_t *rows,
	const char *what, char **more);

#endif
