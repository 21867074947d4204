#include <assert.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/png.h"
#include "util/mem.h"

/* On photographs within 0.6 % of the size of level 6, in half the time. */
#define LEVEL 4

struct png_out {
	png_structp png;
	png_infop info;
	struct output *o;
	struct image_info size;
	size_t row;
	unsigned char *pixels; /* one row */
	char why[256];
};

static void
on_error(png_structp png, png_const_charp msg)
{
	struct png_out *p = png_get_error_ptr(png);

	if (p->why[0] == '\0')
		snprintf(p->why, sizeof p->why, "%s", msg);
	png_longjmp(png, 1);
}

static void
on_warning(png_structp png, png_const_charp msg)
{
	(void)png;
	(void)msg;
}

static void
on_write(png_structp png, png_bytep buf, size_t n)
{
	struct png_out *p = png_get_io_ptr(png);
	struct err e;

	if (output_write(p->o, buf, n, &e) != 0)
		png_error(png, e.msg);
}

static void
on_flush(png_structp png)
{
	(void)png;
}

/* As in png_in.c: what step changes is in *p, never in a local variable. */
static int
guarded(struct png_out *p, void (*step)(struct png_out *), struct err *e)
{
	if (setjmp(png_jmpbuf(p->png)) != 0)
		return err_set(e, "%s", p->why);
	step(p);
	return 0;
}

static void
write_header(struct png_out *p)
{
	static const int type[] = { PNG_COLOR_TYPE_GRAY,
		PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
		PNG_COLOR_TYPE_RGB_ALPHA };

	png_set_write_fn(p->png, p, on_write, on_flush);
	png_set_compression_level(p->png, LEVEL);
	png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
	png_set_IHDR(p->png, p->info, (png_uint_32)p->size.width,
		(png_uint_32)p->size.height, (int)p->size.bit_depth,
		type[p->size.channels - 1], PNG_INTERLACE_NONE,
		PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
	png_write_info(p->png, p->info);
}

static void
write_row(struct png_out *p)
{
	png_write_row(p->png, p->pixels);
}

static void
write_tail(struct png_out *p)
{
	png_write_end(p->png, NULL);
}

static int
check(const struct image_info *s, struct err *e)
{
	assert(s->channels >= 1 && s->channels <= 4);
	assert(s->bit_depth == 8 || s->bit_depth == 16);
	if (s->width == 0 || s->height == 0)
		return err_set(e, "an image of %zu x %zu has no pixels",
			s->width, s->height);
	if (s->width > PNG_UINT_31_MAX / 8 || s->height > PNG_UINT_31_MAX)
		return err_set(e, "%zu x %zu pixels are too many for a PNG",
			s->width, s->height);
	return 0;
}

struct png_out *
png_out_open(struct output *o, struct image_info info, struct err *e)
{
	struct png_out *p;

	if (check(&info, e) != 0)
		return NULL;
	p = mem_zalloc(1, sizeof *p);
	p->o = o;
	p->size = info;
	p->pixels = mem_alloc(info.width, info.channels * info.bit_depth / 8);
	p->png = png_create_write_struct(
		PNG_LIBPNG_VER_STRING, p, on_error, on_warning);
	if (p->png != NULL)
		p->info = png_create_info_struct(p->png);
	if (p->info == NULL) {
		err_set(e, "libpng: out of memory");
		goto fail;
	}
	if (guarded(p, write_header, e) != 0)
		goto fail;
	return p;
fail:
	png_out_abort(p);
	return NULL;
}

/* Clamped and rounded; a value that is not a number becomes 0. */
static unsigned
quantize(float v, float top)
{
	if (!(v > 0))
		return 0;
	return v >= 1 ? (unsigned)top : (unsigned)(v * top + 0.5f);
}

static void
from_float(const struct png_out *p, const float *in)
{
	size_t n = p->size.width * p->size.channels;

	if (p->size.bit_depth == 8)
		for (size_t i = 0; i < n; i++)
			p->pixels[i] = (unsigned char)quantize(in[i], 255.0f);
	else
		for (size_t i = 0; i < n; i++) {
			unsigned v = quantize(in[i], 65535.0f);

			p->pixels[2 * i] = (unsigned char)(v >> 8);
			p->pixels[2 * i + 1] = (unsigned char)(v & 255);
		}
}

int
png_out_rows(struct png_out *p, const float *in, size_t n, struct err *e)
{
	assert(n <= p->size.height - p->row);
	for (size_t i = 0; i < n; i++, p->row++) {
		from_float(p, in + i * p->size.width * p->size.channels);
		if (guarded(p, write_row, e) != 0)
			return -1;
	}
	return 0;
}

int
png_out_close(struct png_out *p, struct err *e)
{
	int status;

	assert(p->row == p->size.height);
	status = guarded(p, write_tail, e);
	png_out_abort(p);
	return status;
}

void
png_out_abort(struct png_out *p)
{
	if (p == NULL)
		return;
	png_destroy_write_struct(&p->png, &p->info);
	free(p->pixels);
	free(p);
}
