/*
 * canvas.h - lines, boxes and text on a page of PNG or SVG, by cairo.
 *
 * The only file that knows cairo.  A build without it has canvas_available()
 * false and canvas_open NULL, and nothing else here may be called then.
 *
 * Lengths are pixels of a page at scale 1, from its upper left corner; y goes
 * down.  Colours are 0xRRGGBB.  Coordinates are finite.  The same calls give
 * the same bytes, with the same cairo and fonts.
 */
#ifndef REPORT_CANVAS_H
#define REPORT_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

/* A side of a PNG, in its own pixels. */
#define CANVAS_SIDE_MAX 8192

struct canvas;

bool canvas_available(void);

/* scale: pixels of a PNG for one here (1 for SVG).  NULL: no cairo. */
struct canvas *canvas_open(
	bool svg, double width, double height, double scale, struct err *e);

/* What is drawn next; alpha 1 hides what is below. */
void canvas_color(struct canvas *c, uint32_t rgb, double alpha);

void canvas_fill(struct canvas *c, double x, double y, double w, double h);

/* A polyline of n points xy[2 n]; dash 0 is whole, else one of a few
 * patterns. */
void canvas_line(struct canvas *c, const double *xy, size_t n, double width,
	unsigned dash);

void canvas_dot(struct canvas *c, double x, double y, double radius);

/* Between the two nothing is drawn outside of the box. */
void canvas_clip(struct canvas *c, double x, double y, double w, double h);
void canvas_unclip(struct canvas *c);

struct canvas_font {
	double size;
	bool bold;
};

double canvas_text_width(
	struct canvas *c, struct canvas_font f, const char *text);

/*
 * Text (UTF-8) with its base line at y; at: 0 begins at x, 0.5 is centred
 * there, 1 ends there.
 */
void canvas_text(struct canvas *c, struct canvas_font f, double x, double y,
	double at, const char *text);

/* Centred at x, y and read from below. */
void canvas_text_upwards(struct canvas *c, struct canvas_font f, double x,
	double y, const char *text);

/* As much of text as is at most `width` wide, with an ellipsis where it was
 * cut; the caller frees it. */
char *canvas_text_cut(
	struct canvas *c, struct canvas_font f, const char *text, double width);

/* rgb [rows, columns], 0xRRGGBB, stretched over a box (not blurred). */
struct canvas_pixels {
	const uint32_t *rgb;
	size_t columns, rows;
};
void canvas_image(struct canvas *c, struct canvas_pixels p, double x, double y,
	double w, double h);

/*
 * What was drawn: *bytes is [*size] and a NUL, the caller's to free; or NULL
 * for both to drop it.  Frees c.
 */
int canvas_close(struct canvas *c, char **bytes, size_t *size, struct err *e);

#endif
