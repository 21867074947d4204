#include <stdlib.h>
#include <string.h>

#include "report/canvas.h"
#include "util/mem.h"

#ifdef HAVE_CAIRO

#include <cairo-svg.h>
#include <cairo.h>

struct canvas {
	cairo_surface_t *surface;
	cairo_t *cr;
	bool svg;
	char *bytes;
	size_t size, room;
};

bool
canvas_available(void)
{
	return true;
}

static cairo_status_t
keep(void *arg, const unsigned char *data, unsigned n)
{
	struct canvas *c = arg;

	if (c->size + n + 1 > c->room) {
		c->room = 2 * (c->size + n + 1);
		c->bytes = mem_grow(c->bytes, c->room, 1);
	}
	memcpy(c->bytes + c->size, data, n);
	c->size += n;
	c->bytes[c->size] = '\0';
	return CAIRO_STATUS_SUCCESS;
}

struct canvas *
canvas_open(bool svg, double width, double height, double scale, struct err *e)
{
	struct canvas *c = mem_zalloc(1, sizeof(*c));
	cairo_font_options_t *font;

	c->svg = svg;
	c->surface = svg
		? cairo_svg_surface_create_for_stream(keep, c, width, height)
		: cairo_image_surface_create(CAIRO_FORMAT_RGB24,
			  (int)(width * scale + 0.5),
			  (int)(height * scale + 0.5));
	if (svg)
		cairo_svg_surface_set_document_unit(
			c->surface, CAIRO_SVG_UNIT_PX);
	c->cr = cairo_create(c->surface);
	if (cairo_status(c->cr) != CAIRO_STATUS_SUCCESS) {
		err_set(e, "cairo: %s",
			cairo_status_to_string(cairo_status(c->cr)));
		canvas_close(c, NULL, NULL, e);
		return NULL;
	}
	if (!svg)
		cairo_scale(c->cr, scale, scale);
	/* Places of letters that do not depend on the screen. */
	font = cairo_font_options_create();
	cairo_font_options_set_hint_style(font, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(font, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(font, CAIRO_ANTIALIAS_GRAY);
	cairo_set_font_options(c->cr, font);
	cairo_font_options_destroy(font);
	cairo_set_line_join(c->cr, CAIRO_LINE_JOIN_ROUND);
	return c;
}

void
canvas_color(struct canvas *c, uint32_t rgb, double alpha)
{
	cairo_set_source_rgba(c->cr, (rgb >> 16 & 255) / 255.0,
		(rgb >> 8 & 255) / 255.0, (rgb & 255) / 255.0, alpha);
}

void
canvas_fill(struct canvas *c, double x, double y, double w, double h)
{
	cairo_rectangle(c->cr, x, y, w, h);
	cairo_fill(c->cr);
}

void
canvas_line(struct canvas *c, const double *xy, size_t n, double width,
	unsigned dash)
{
	static const double patterns[][4] = { { 0 }, { 6, 4, 6, 4 },
		{ 2, 3, 2, 3 }, { 9, 3, 2, 3 } };
	const double *p = patterns[dash % 4];

	for (size_t i = 0; i < n; i++)
		cairo_line_to(c->cr, xy[2 * i], xy[2 * i + 1]);
	cairo_set_line_width(c->cr, width);
	cairo_set_dash(c->cr, p, dash % 4 ? 4 : 0, 0);
	cairo_stroke(c->cr);
}

void
canvas_dot(struct canvas *c, double x, double y, double radius)
{
	cairo_new_sub_path(c->cr);
	cairo_arc(c->cr, x, y, radius, 0, 6.283185307179586);
	cairo_fill(c->cr);
}

void
canvas_clip(struct canvas *c, double x, double y, double w, double h)
{
	cairo_save(c->cr);
	cairo_rectangle(c->cr, x, y, w, h);
	cairo_clip(c->cr);
}

void
canvas_unclip(struct canvas *c)
{
	cairo_restore(c->cr);
}

static void
choose_font(struct canvas *c, struct canvas_font f)
{
	cairo_select_font_face(c->cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
		f.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
	cairo_set_font_size(c->cr, f.size);
}

double
canvas_text_width(struct canvas *c, struct canvas_font f, const char *text)
{
	cairo_text_extents_t t;

	choose_font(c, f);
	cairo_text_extents(c->cr, text, &t);
	return t.x_advance;
}

void
canvas_text(struct canvas *c, struct canvas_font f, double x, double y,
	double at, const char *text)
{
	cairo_move_to(c->cr, x - at * canvas_text_width(c, f, text), y);
	cairo_show_text(c->cr, text);
	cairo_new_path(c->cr);
}

void
canvas_text_upwards(struct canvas *c, struct canvas_font f, double x, double y,
	const char *text)
{
	cairo_save(c->cr);
	cairo_translate(c->cr, x, y);
	cairo_rotate(c->cr, -1.5707963267948966);
	canvas_text(c, f, 0, f.size * 0.36, 0.5, text);
	cairo_restore(c->cr);
}

void
canvas_image(struct canvas *c, struct canvas_pixels p, double x, double y,
	double w, double h)
{
	cairo_surface_t *image = cairo_image_surface_create(
		CAIRO_FORMAT_RGB24, (int)p.columns, (int)p.rows);
	size_t stride = (size_t)cairo_image_surface_get_stride(image);
	unsigned char *to = cairo_image_surface_get_data(image);

	for (size_t i = 0; to && i < p.rows; i++)
		memcpy(to + i * stride, p.rgb + i * p.columns,
			p.columns * sizeof(*p.rgb));
	cairo_surface_mark_dirty(image);
	cairo_save(c->cr);
	cairo_translate(c->cr, x, y);
	cairo_scale(c->cr, w / (double)p.columns, h / (double)p.rows);
	cairo_set_source_surface(c->cr, image, 0, 0);
	cairo_pattern_set_filter(cairo_get_source(c->cr), CAIRO_FILTER_NEAREST);
	cairo_rectangle(c->cr, 0, 0, (double)p.columns, (double)p.rows);
	cairo_fill(c->cr);
	cairo_restore(c->cr);
	cairo_surface_destroy(image);
}

/* cairo numbers its surfaces: what was drawn before shall not show. */
static void
drop_number(struct canvas *c)
{
	static const char mark[] = " id=\"surface";
	char *from = c->bytes ? strstr(c->bytes, mark) : NULL, *to;

	if (!from || !(to = strchr(from + sizeof(mark) - 1, '"')))
		return;
	to++;
	memmove(from, to, strlen(to) + 1);
	c->size -= (size_t)(to - from);
}

int
canvas_close(struct canvas *c, char **bytes, size_t *size, struct err *e)
{
	cairo_status_t status = cairo_status(c->cr);

	if (bytes && !c->svg && status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_write_to_png_stream(c->surface, keep, c);
	cairo_destroy(c->cr);
	cairo_surface_finish(c->surface);
	if (status == CAIRO_STATUS_SUCCESS)
		status = cairo_surface_status(c->surface);
	cairo_surface_destroy(c->surface);
	if (c->svg)
		drop_number(c);
	if (bytes && status == CAIRO_STATUS_SUCCESS) {
		*bytes = c->bytes;
		*size = c->size;
		c->bytes = NULL;
	}
	free(c->bytes);
	free(c);
	if (!bytes || status == CAIRO_STATUS_SUCCESS)
		return 0;
	return err_set(e, "cairo: %s", cairo_status_to_string(status));
}

#else

bool
canvas_available(void)
{
	return false;
}

struct canvas *
canvas_open(bool svg, double width, double height, double scale, struct err *e)
{
	(void)svg;
	(void)width;
	(void)height;
	(void)scale;
	err_set(e, "this build has no plots (it was made without cairo)");
	return NULL;
}

/* Nobody has a canvas to call these with. */
void
canvas_color(struct canvas *c, uint32_t rgb, double alpha)
{
	(void)c;
	(void)rgb;
	(void)alpha;
}

void
canvas_fill(struct canvas *c, double x, double y, double w, double h)
{
	(void)c;
	(void)x;
	(void)y;
	(void)w;
	(void)h;
}

void
canvas_line(struct canvas *c, const double *xy, size_t n, double width,
	unsigned dash)
{
	(void)c;
	(void)xy;
	(void)n;
	(void)width;
	(void)dash;
}

void
canvas_dot(struct canvas *c, double x, double y, double radius)
{
	canvas_fill(c, x, y, radius, radius);
}

void
canvas_clip(struct canvas *c, double x, double y, double w, double h)
{
	canvas_fill(c, x, y, w, h);
}

void
canvas_unclip(struct canvas *c)
{
	(void)c;
}

double
canvas_text_width(struct canvas *c, struct canvas_font f, const char *text)
{
	(void)c;
	return f.size * (double)strlen(text);
}

void
canvas_text(struct canvas *c, struct canvas_font f, double x, double y,
	double at, const char *text)
{
	(void)at;
	canvas_text_upwards(c, f, x, y, text);
}

void
canvas_text_upwards(struct canvas *c, struct canvas_font f, double x, double y,
	const char *text)
{
	(void)c;
	(void)f;
	(void)x;
	(void)y;
	(void)text;
}

void
canvas_image(struct canvas *c, struct canvas_pixels p, double x, double y,
	double w, double h)
{
	(void)p;
	canvas_fill(c, x, y, w, h);
}

int
canvas_close(struct canvas *c, char **bytes, size_t *size, struct err *e)
{
	(void)c;
	(void)bytes;
	(void)size;
	(void)e;
	return -1;
}

#endif

char *
canvas_text_cut(
	struct canvas *c, struct canvas_font f, const char *text, double width)
{
	char *cut = mem_printf("%s\u2026", text);
	size_t n = strlen(text);

	if (canvas_text_width(c, f, text) <= width) {
		cut[n] = '\0';
		return cut;
	}
	while (n && canvas_text_width(c, f, cut) > width) {
		do
			n--; /* a whole letter of UTF-8 */
		while (n && (text[n] & 0xc0) == 0x80);
		strcpy(cut + n, "\u2026");
	}
	return cut;
}
