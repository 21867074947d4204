/*
 * chart.h - one picture of numbers: title, axes, lines, bars or dots, legend.
 *
 * Colours are those of Okabe and Ito (2008), which colour-blind readers tell
 * apart; after seven they begin again with dashes.  What has no place (a NaN,
 * 0 on a logarithmic axis) is left out, and a line has a gap there.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "report/axis.h"
#include "report/canvas.h"

/* More lines than that are a tangle: those that do not fit are named. */
#define CHART_SERIES_MAX 14
#define CHART_GUIDES_MAX 4

enum chart_mark { CHART_LINE, CHART_BARS, CHART_DOTS };

struct chart_series {
	char *name; /* in the legend; NULL: not there */
	double *x, *y;
	size_t n;
	enum chart_mark mark;
	bool guide;  /* thin, dashed, gray: what to compare with */
	bool paired; /* the colour of the series before it, dashed */
};

/* All-zero is empty; the axes' labels and flags are the caller's to set. */
struct chart {
	char *title, *subtitle; /* owned; lines end with \n, but for the last */
	struct axis x, y;
	struct chart_series series[CHART_SERIES_MAX + CHART_GUIDES_MAX];
	size_t count;
	size_t more; /* series that had no room */

	/* Behind all, from corner to corner; rgb NULL: nothing.  Borrowed. */
	struct canvas_pixels image;
};

void chart_free(struct chart *c);

/* A new series of n points, NaN, to be filled; name is copied.  NULL: there
 * is no room (counted in more). */
struct chart_series *chart_add(
	struct chart *c, const char *name, enum chart_mark mark, size_t n);

/* A line to compare with, behind all series: (x[0], y[0]) to (x[1], y[1]).
 * Copied, and left out where the same one is there or there is no room. */
void chart_guide(struct chart *c, const char *name, const double x[2],
	const double y[2]);

/* Axes from what the series hold. */
void chart_fit(struct chart *c);

/* A point is there to be shown. */
bool chart_any(const struct chart *c);

enum chart_theme { CHART_LIGHT, CHART_DARK };

/* The page behind it is the caller's: colours are for a light or a dark one. */
void chart_draw(const struct chart *chart, struct canvas *to,
	enum chart_theme theme, double x, double y, double w, double h);

/* White, or near black. */
uint32_t chart_draw_paper(enum chart_theme theme);

#endif
