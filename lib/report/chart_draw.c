#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/chart.h"
#include "util/mem.h"

/* Sizes of text, and room around it. */
#define TITLE 15.0
#define TEXT 11.5
#define LINE 17.0
#define EDGE 14.0
#define SWATCH 20.0
#define LEGEND_ROWS 5

static const struct canvas_font bold = { TITLE, true };
static const struct canvas_font plain = { TEXT, false };

struct look {
	uint32_t paper, ink, faint, grid;
	uint32_t color[7];
};

/* Blue, vermilion, green, orange, sky blue, purple, then black or white; on
 * dark paper the light ones come first. */
static const struct look looks[] = {
	[CHART_LIGHT] = { 0xffffff, 0x1f2328, 0x59636e, 0xe3e6ea,
		{ 0x0072b2, 0xd55e00, 0x009e73, 0xe69f00, 0x56b4e9, 0xcc79a7,
			0x000000 } },
	[CHART_DARK] = { 0x14181d, 0xe6e9ec, 0x9aa4ae, 0x2d333a,
		{ 0x56b4e9, 0xe69f00, 0x009e73, 0xd55e00, 0xcc79a7, 0xf0e442,
			0xffffff } },
};

/* Where the numbers stand on the page. */
struct frame {
	const struct chart *chart;
	struct canvas *to;
	const struct look *look;
	double x, y, w, h;
	size_t bars; /* series of them */
};

uint32_t
chart_draw_paper(enum chart_theme theme)
{
	return looks[theme].paper;
}

static double
place_x(const struct frame *f, double v)
{
	return f->x + f->w * axis_place(&f->chart->x, v);
}

static double
place_y(const struct frame *f, double v)
{
	return f->y + f->h * (1 - axis_place(&f->chart->y, v));
}

static void
segment(struct canvas *c, double x0, double y0, double x1, double y1)
{
	canvas_line(c, (double[]){ x0, y0, x1, y1 }, 2, 1, 0);
}

static uint32_t
series_color(const struct frame *f, size_t i, unsigned *dash)
{
	const struct chart *c = f->chart;
	size_t colors = sizeof(f->look->color) / sizeof(*f->look->color);
	size_t n = 0;

	*dash = 1;
	if (c->series[i].guide)
		return c->image.rgb ? f->look->color[1] : f->look->faint;
	for (size_t j = 0; j < i; j++)
		n += !c->series[j].guide && !c->series[j + 1].paired;
	if (!c->series[i].paired)
		*dash = n / colors ? 3 : 0;
	return f->look->color[n % colors];
}

static double
widest_tick(struct canvas *to, const struct axis *a)
{
	double widest = 0;

	for (size_t i = 0; i < a->ticks; i++) {
		char text[AXIS_TEXT_MAX];

		axis_text(a->tick[i], text);
		widest = fmax(widest, canvas_text_width(to, plain, text));
	}
	return widest;
}

static void
draw_ticks(const struct frame *f)
{
	bool grid = !f->chart->image.rgb;
	const struct axis *ax = &f->chart->x, *ay = &f->chart->y;
	char text[AXIS_TEXT_MAX];
	double free_from = f->x - f->w;

	for (size_t i = 0; i < ay->ticks; i++) {
		double y = place_y(f, ay->tick[i]);

		canvas_color(f->to, f->look->grid, 1);
		if (grid)
			segment(f->to, f->x, y, f->x + f->w, y);
		canvas_color(f->to, f->look->faint, 1);
		axis_text(ay->tick[i], text);
		canvas_text(f->to, plain, f->x - 7, y + TEXT * 0.36, 1, text);
	}
	for (size_t i = 0; i < ax->ticks; i++) {
		double x = place_x(f, ax->tick[i]), half;

		canvas_color(f->to, f->look->grid, 1);
		if (grid && !f->bars)
			segment(f->to, x, f->y, x, f->y + f->h);
		canvas_color(f->to, f->look->faint, 1);
		axis_text(ax->tick[i], text);
		half = canvas_text_width(f->to, plain, text) / 2;
		if (x - half < free_from)
			continue;
		canvas_text(f->to, plain, x, f->y + f->h + LINE, 0.5, text);
		free_from = x + half + 6;
	}
}

static void
draw_axes(const struct frame *f)
{
	double bottom = f->y + f->h;

	if (f->chart->image.rgb)
		canvas_image(f->to, f->chart->image, f->x, f->y, f->w, f->h);
	draw_ticks(f);
	canvas_color(f->to, f->look->faint, 1);
	segment(f->to, f->x, f->y, f->x, bottom);
	segment(f->to, f->x, bottom, f->x + f->w, bottom);
	canvas_color(f->to, f->look->ink, 1);
	canvas_text(f->to, plain, f->x + f->w / 2, bottom + 2 * LINE + 2, 0.5,
		f->chart->x.label);
}

/* What of s lies between two gaps, from *at on: the first of it, or n. */
static size_t
next_run(const struct frame *f, const struct chart_series *s, size_t *at,
	double *xy)
{
	size_t n = 0;

	for (; *at < s->n; (*at)++) {
		double x = place_x(f, s->x[*at]), y = place_y(f, s->y[*at]);

		if (isfinite(x) && isfinite(y)) {
			xy[2 * n] = x;
			xy[2 * n + 1] = y;
			n++;
		} else if (n) {
			break;
		}
	}
	return n;
}

static void
draw_line(const struct frame *f, const struct chart_series *s, unsigned dash)
{
	double *xy = mem_alloc(2 * s->n, sizeof(*xy));
	size_t at = 0, n;

	while ((n = next_run(f, s, &at, xy)) != 0) {
		if (s->mark == CHART_LINE && n > 1)
			canvas_line(f->to, xy, n, s->guide ? 1.2 : 2, dash);
		else
			for (size_t i = 0; i < n; i++)
				canvas_dot(
					f->to, xy[2 * i], xy[2 * i + 1], 3.5);
	}
	free(xy);
}

/* Series of bars stand beside each other at every x. */
static void
draw_bars(const struct frame *f, const struct chart_series *s, size_t nth)
{
	double slot = place_x(f, 1) - place_x(f, 0);
	double wide = slot * 0.8 / (double)f->bars, floor_y = place_y(f, 0);

	for (size_t i = 0; i < s->n; i++) {
		double x =
			place_x(f, s->x[i]) - slot * 0.4 + wide * (double)nth;
		double y = place_y(f, s->y[i]);

		if (isfinite(x) && isfinite(y))
			canvas_fill(f->to, x, y, fmax(wide * 0.94, 0.5),
				floor_y - y);
	}
}

static void
draw_series(const struct frame *f)
{
	const struct chart *c = f->chart;
	size_t nth = 0;

	canvas_clip(f->to, f->x - 4, f->y - 4, f->w + 8, f->h + 8);
	for (size_t i = 0; i < c->count; i++) {
		unsigned dash;

		canvas_color(f->to, series_color(f, i, &dash), 1);
		if (c->series[i].mark == CHART_BARS)
			draw_bars(f, &c->series[i], nth++);
		else
			draw_line(f, &c->series[i], dash);
	}
	canvas_unclip(f->to);
}

static void
draw_swatch(const struct frame *f, size_t i, double x, double y)
{
	unsigned dash;

	canvas_color(f->to, series_color(f, i, &dash), 1);
	if (f->chart->series[i].mark == CHART_BARS)
		canvas_fill(f->to, x + 4, y - 9, 11, 11);
	else if (f->chart->series[i].mark == CHART_DOTS)
		canvas_dot(f->to, x + 10, y - 4, 3.5);
	else
		canvas_line(f->to, (double[]){ x, y - 4, x + SWATCH, y - 4 }, 2,
			f->chart->series[i].guide ? 1.2 : 2, dash);
}

/* Names in rows from y on, at most as wide as the frame; how many rows. */
static size_t
legend(const struct frame *f, double y)
{
	const struct chart *c = f->chart;
	double x = f->x;
	size_t rows = 0;

	for (size_t i = 0; i < c->count; i++) {
		char *name;
		double wide;

		if (!c->series[i].name)
			continue;
		name = canvas_text_cut(
			f->to, plain, c->series[i].name, f->w / 2 - SWATCH);
		wide = SWATCH + 6 + canvas_text_width(f->to, plain, name);
		if (rows == 0 || x + wide > f->x + f->w) {
			x = f->x;
			rows++;
		}
		if (rows <= LEGEND_ROWS) {
			double base = y + LINE * (double)rows - 5;

			draw_swatch(f, i, x, base);
			canvas_color(f->to, f->look->ink, 1);
			canvas_text(
				f->to, plain, x + SWATCH + 6, base, 0, name);
		}
		x += wide + 18;
		free(name);
	}
	return rows < LEGEND_ROWS ? rows : LEGEND_ROWS;
}

/* At the end of the title's line: what has no place in the chart. */
static void
say_more(const struct frame *f, double y)
{
	char *text = mem_printf("and %zu more, not shown", f->chart->more);

	canvas_color(f->to, f->look->faint, 1);
	canvas_text(f->to, plain, f->x + f->w, y, 1, text);
	free(text);
}

static void
draw_cut(const struct frame *f, struct canvas_font font, double x, double y,
	double w, const char *text)
{
	char *cut = canvas_text_cut(f->to, font, text, w);

	canvas_text(f->to, font, x, y, 0, cut);
	free(cut);
}

/* Line by line; how high it is. */
static double
draw_subtitle(const struct frame *f, double x, double y, double w)
{
	char *all = mem_strdup(f->chart->subtitle ? f->chart->subtitle : "");
	double high = 0;
	char *rest = NULL;

	canvas_color(f->to, f->look->faint, 1);
	for (char *p = strtok_r(all, "\n", &rest); p;
		p = strtok_r(NULL, "\n", &rest)) {
		high += LINE + 2;
		draw_cut(f, plain, x, y + high, w, p);
	}
	free(all);
	return high;
}

void
chart_draw(const struct chart *chart, struct canvas *to, enum chart_theme theme,
	double x, double y, double w, double h)
{
	struct frame f = { .chart = chart, .to = to, .look = &looks[theme] };
	double left = EDGE + LINE + 4 + widest_tick(to, &chart->y) + 7;
	double top = EDGE + TITLE;

	for (size_t i = 0; i < chart->count; i++)
		f.bars += chart->series[i].mark == CHART_BARS;
	f.x = x + left;
	f.w = w - left - EDGE - 8;
	canvas_color(to, f.look->ink, 1);
	draw_cut(&f, bold, x + EDGE, y + top, w - 2 * EDGE, chart->title);
	if (chart->more)
		say_more(&f, y + top);
	top += draw_subtitle(&f, x + EDGE, y + top, w - 2 * EDGE);
	top += 8;
	top += LINE * (double)legend(&f, y + top) + 8;
	f.y = y + top;
	f.h = h - top - 2 * LINE - EDGE - 2;
	draw_axes(&f);
	draw_series(&f);
	canvas_color(to, f.look->ink, 1);
	canvas_text_upwards(
		to, plain, x + EDGE + TEXT / 2, f.y + f.h / 2, chart->y.label);
}
