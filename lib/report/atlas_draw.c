#include <math.h>
#include <stdlib.h>

#include "media/convert.h"
#include "report/atlas_draw.h"
#include "report/plot_make.h"
#include "util/mem.h"

/* Pixels of the picture for one of the page. */
#define FINER 2.0

/* Around the patches, in pixels of the page. */
#define LEFT 62.0
#define RIGHT 16.0
#define TOP 84.0
#define BOTTOM 16.0
#define PAGE_WIDE 480.0 /* the words need that */

/* Pixels that rows of patches fill, where there are enough of them. */
#define FILL ((size_t)1600)
#define ZOOM_MAX ((size_t)16)
#define COUNT_SIDE ((size_t)64) /* a number stands below so wide a patch */
#define COUNT_HIGH ((size_t)26)
#define STRUCK 16.0 /* so wide a patch bears a stroke */

static const struct canvas_font bold = { 15, true };
static const struct canvas_font plain = { 11.5, false };
static const struct canvas_font small = { 9, false };

static const uint32_t ink = 0x1f2328, faint = 0x59636e, struck = 0xd55e00;

static size_t
room(double margins)
{
	return ATLAS_DRAW_SIDE - (size_t)(FINER * margins);
}

size_t
atlas_draw_most(size_t p)
{
	return room(LEFT + RIGHT) / (p + 1) * (room(TOP + BOTTOM) / (p + 1));
}

struct atlas_draw
atlas_draw_plan(size_t n, size_t p, bool counts)
{
	size_t widest = room(LEFT + RIGHT) / (p + 1);
	size_t columns = (size_t)ceil(sqrt((double)n * 1.25)), zoom;
	struct atlas_draw d;

	columns = columns < widest ? columns : widest;
	zoom = FILL / columns / (p + 1);
	zoom = zoom < 1 ? 1 : zoom < ZOOM_MAX ? zoom : ZOOM_MAX;
	d = (struct atlas_draw){ .side = p * zoom,
		.columns = columns,
		.rows = (n + columns - 1) / columns };
	d.pitch = d.side + (zoom > 3 ? 4 : 1);
	d.counted = counts && d.side >= COUNT_SIDE &&
		d.rows * (d.pitch + COUNT_HIGH) <= room(TOP + BOTTOM);
	d.line = d.pitch + (d.counted ? COUNT_HIGH : 0);
	return d;
}

static uint32_t
byte_of(float v)
{
	return (uint32_t)(255 * (v > 0 ? v < 1 ? v : 1 : 0) + 0.5f);
}

/* Code i's patch, [p, p] pixels. */
static void
pixels(const struct atlas_codes *a, size_t i, float *rgb, uint32_t *to)
{
	const struct transform *t = &a->model->transform;
	size_t n = t->patch * t->patch;

	convert_channels(a->x + i * a->dim, t->channels, rgb, 3, n);
	for (size_t j = 0; j < n; j++, rgb += 3)
		to[j] = byte_of(rgb[0]) << 16 | byte_of(rgb[1]) << 8 |
			byte_of(rgb[2]);
}

/* Pale, and with a stroke where that is no mere speckle, or they stand among
 * others. */
static void
strike(struct canvas *c, double x, double y, double side, bool among)
{
	canvas_color(c, 0xffffff, 0.7);
	canvas_fill(c, x, y, side, side);
	if (!among && side < STRUCK)
		return;
	canvas_color(c, struck, 1);
	canvas_line(c, (double[]){ x, y + side, x + side, y }, 2,
		side > 8 ? 1 : 0.5, 0);
}

static void
draw_patches(struct canvas *c, const struct atlas_codes *a,
	const struct atlas_draw *d, double left)
{
	size_t p = a->model->transform.patch;
	float *rgb = mem_floats(3 * p * p);
	uint32_t *to = mem_alloc(p * p, sizeof(*to));
	double side = (double)d->side / FINER;
	char count[PLOT_COUNT_MAX];

	for (size_t i = 0; i < a->n; i++) {
		double x = left + (double)(i % d->columns * d->pitch) / FINER;
		double y = TOP + (double)(i / d->columns * d->line) / FINER;
		uint64_t n = atlas_codes_count(a, i);

		pixels(a, i, rgb, to);
		canvas_image(c, (struct canvas_pixels){ to, p, p }, x, y, side,
			side);
		if (a->counts && n == 0)
			strike(c, x, y, side, a->sort != ATLAS_USE);
		if (!d->counted)
			continue;
		canvas_color(c, faint, 1);
		canvas_text(c, small, x + side / 2, y + side + 10, 0.5,
			plot_count(n, count));
	}
	free(rgb);
	free(to);
}

/* Rows are not, where counts stand below the codes or order has no number. */
static bool
labelled(const struct atlas_codes *a, bool counted)
{
	return a->sort == ATLAS_INDEX || (a->sort == ATLAS_USE && !counted);
}

/* At the left: what the first code of a row is. */
static void
draw_labels(struct canvas *c, const struct atlas_codes *a,
	const struct atlas_draw *d)
{
	bool use = a->sort == ATLAS_USE;
	double side = (double)d->side / FINER, free_from = 0;
	char text[PLOT_COUNT_MAX];

	if (!labelled(a, d->counted))
		return;
	canvas_color(c, faint, 1);
	canvas_text(c, small, LEFT - 6, TOP - 6, 1, use ? "tokens" : "code");
	for (size_t i = 0; i < d->rows; i++) {
		double y = TOP + (double)(i * d->line) / FINER + side / 2 + 4;
		size_t first = i * d->columns;

		if (y < free_from)
			continue;
		canvas_text(c, plain, LEFT - 6, y, 1,
			plot_count(use ? atlas_codes_count(a, first)
				       : a->code[first],
				text));
		free_from = y + 16;
	}
}

static void
draw_words(struct canvas *c, const struct atlas_words *words, double wide)
{
	const char *text[] = { words->title, words->codes, words->counts };

	for (size_t i = 0; i < 3; i++) {
		struct canvas_font font = i ? plain : bold;
		char *cut;

		if (!text[i])
			continue;
		cut = canvas_text_cut(c, font, text[i], wide - 2 * RIGHT);
		canvas_color(c, i ? faint : ink, 1);
		canvas_text(c, font, RIGHT, 28 + 18 * (double)i, 0, cut);
		free(cut);
	}
}

struct canvas *
atlas_draw(const struct atlas_codes *a, const struct atlas_draw *d,
	const struct atlas_words *words, struct err *e)
{
	double left = labelled(a, d->counted) ? LEFT : RIGHT;
	double w = left + (double)(d->columns * d->pitch) / FINER + RIGHT;
	double h = TOP + (double)(d->rows * d->line) / FINER + BOTTOM;
	struct canvas *c;

	w = w > PAGE_WIDE ? w : PAGE_WIDE;
	c = canvas_open(false, w, h, FINER, e);
	if (!c)
		return NULL;
	canvas_color(c, 0xffffff, 1);
	canvas_fill(c, 0, 0, w, h);
	draw_words(c, words, w);
	draw_labels(c, a, d);
	draw_patches(c, a, d, left);
	return c;
}
