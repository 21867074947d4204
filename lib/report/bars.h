/*
 * bars.h - the use of a stage's codes as a short row of bars.
 *
 * Codes stand sorted by use, the most used first, and share the columns
 * evenly; a bar is as high as 1 + log2 of the count of its first code, so that
 * a code hit once still shows.  The counts come from `curve`
 * (array of {"rank", "count"}, ranks from 1, in order), how many there are
 * from `codes` and `used`.
 */
#ifndef REPORT_BARS_H
#define REPORT_BARS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

enum { BARS_COLS = 32 };

/* Heights of a stage: 1 is the most used code, 0 a column of dead codes.
 * Returns the columns, at most BARS_COLS and at most one a code; 0 where the
 * stage has no curve or nothing was counted. */
size_t bars_heights(const json_t *stage, double height[BARS_COLS]);

/* One character a column; NULL without columns; malloc'd.  utf8: blocks, a
 * middle dot for dead codes; else ASCII. */
char *bars_text(const json_t *stage, bool utf8);

/* True if the locale of the environment writes UTF-8.  The process keeps the
 * locale that it has. */
bool bars_utf8(void);

#endif
