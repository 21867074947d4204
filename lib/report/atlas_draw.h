/*
 * atlas_draw.h - codes that were chosen and decoded, on a page.
 */
#ifndef REPORT_ATLAS_DRAW_H
#define REPORT_ATLAS_DRAW_H

#include "report/atlas_codes.h"
#include "report/canvas.h"

/* A side of the picture, in pixels. */
#define ATLAS_DRAW_SIDE ((size_t)4096)

/* Patches in rows, in pixels of the picture. */
struct atlas_draw {
	size_t side;  /* of a patch */
	size_t pitch; /* from one to the next in a row */
	size_t line;  /* from row to row */
	size_t columns, rows;
	bool counted; /* the count of each stands below it */
};

/* What stands above the codes. */
struct atlas_words {
	char *title, *codes, *counts; /* counts NULL: there are none */
};

/* How many patches of p x p have room. */
size_t atlas_draw_most(size_t p);

/* How n of them, n <= atlas_draw_most, are laid out. */
struct atlas_draw atlas_draw_plan(size_t n, size_t p, bool counts);

/* NULL: no cairo. */
struct canvas *atlas_draw(const struct atlas_codes *a,
	const struct atlas_draw *d, const struct atlas_words *words,
	struct err *e);

/* A column a code, at most ATLAS_DRAW_COLUMNS: for sounds, and for numbers
 * that are no picture. */
#define ATLAS_DRAW_COLUMNS ((size_t)3840)
struct canvas *atlas_columns(const struct atlas_codes *a,
	const struct atlas_words *words, struct err *e);

#endif
