/*
 * plot.h - pictures of the report's JSON tree.
 *
 * Nothing but the tree (survey_report) is looked at.  Drawing needs cairo,
 * which a build may lack (canvas.h).
 */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

enum plot_kind {
	PLOT_USAGE,    /* stages[].curve: counts by rank */
	PLOT_CURVE,    /* stages[].curve: share of tokens by share of codes */
	PLOT_TRAINING, /* training[].points */
	PLOT_LOAD,     /* routes[].paths[].load */
	PLOT_FLUCTUATION,     /* trace[].steps */
	PLOT_RATE_DISTORTION, /* items[]: psnr_db or snr_db by rate */
	PLOT_KINDS
};

/* Their names, as words of a row (util/opt.h). */
#define PLOT_NAMES "usage|curve|training|load|fluctuation|rate-distortion"

enum plot_theme { PLOT_LIGHT, PLOT_DARK };

/* "usage", "curve", ...: as --plot-kind has them, and for headings. */
const char *plot_name(enum plot_kind kind);

/* False: this build was made without cairo, and nothing below draws. */
bool plot_available(void);

/* The tree has what this kind needs. */
bool plot_has(const json_t *root, enum plot_kind kind);

/*
 * One kind as SVG with an XML head: *svg is [*size] and a NUL, and is the
 * caller's to free.  Text is outlines: no font is needed to show it.  In a
 * page, embed it as a data: URI of an <img>: the names of its parts (id) are
 * those of every other picture.  -1: no data, or no cairo.
 */
int plot_svg(const json_t *root, enum plot_kind kind, enum plot_theme theme,
	char **svg, size_t *size, struct err *e);

/* What a command was asked for (--plot, --plot-kind). */
struct plot_opts {
	const char *path, *kinds; /* NULL: not given */
	struct output *out;       /* set by plot_open */
};

#define PLOT_ROWS(p) \
	{ 0, "plot", "FILE", "draw what was found: FILE.png or FILE.svg", \
		.str = &(p)->path }, \
	{ \
		0, "plot-kind", "KIND[,...]", \
			"of usage, curve, training, load, fluctuation, " \
			"rate-distortion", \
			.str = &(p)->kinds, .none = "all that there is", \
			.words = PLOT_NAMES \
	}

/* All that can be wrong before anything is read: kinds, the name's end, a
 * build without cairo. */
int plot_check(const struct plot_opts *o, struct err *e);

/* Before anything is read, so that a file that stays as it is costs no time.
 * Without o->path nothing is done here and below. */
int plot_open(struct plot_opts *o, bool force, struct err *e);

/* A panel for each kind asked for (or there is) in one picture in o->path,
 * which is there whole or not at all.  -1: no data for a kind, or for none. */
int plot_write(struct plot_opts *o, const json_t *root, struct err *e);

/* Drop what was not written. */
void plot_close(struct plot_opts *o);

#endif
