#include <assert.h>
#include <ctype.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/png.h"
#include "util/mem.h"

#define MAX_SIDE 1000000
#define MAX_INTERLACED ((size_t)2 << 30)
#define DEFLATE_MOST 1032 /* bytes that one byte of deflate can stand for */

struct png_in {
	png_structp png;
	png_infop info;
	struct input *in;
	size_t width, height, channels, depth;
	size_t stored; /* bytes of a row as it is stored */
	int passes;
	size_t row;            /* rows handed out, for messages too */
	size_t stride;         /* bytes of a row */
	size_t y;              /* row being read, within the pass */
	unsigned char *pixels; /* one row, or the whole interlaced image */
	float unit[256];       /* v / 255 */
	char why[256];         /* the first error */
	char warning[128];     /* the last one, on the header */
};

static void
on_error(png_structp png, png_const_charp msg)
{
	struct png_in *p = png_get_error_ptr(png);

	if (p->why[0] == '\0')
		snprintf(p->why, sizeof p->why, "%s", msg);
	png_longjmp(png, 1);
}

/*
 * libpng only warns of a wrong checksum over the picture once it has all the
 * rows; to us that is damage.  Other warnings are about chunks we do not use,
 * or explain an error in the header that follows.
 */
static void
on_warning(png_structp png, png_const_charp msg)
{
	struct png_in *p = png_get_error_ptr(png);

	if (strcmp(msg, "IDAT: incorrect data check") == 0)
		on_error(png, "IDAT: Adler-32 checksum error");
	if (strstr(msg, "IHDR") != NULL)
		snprintf(p->warning, sizeof p->warning, "%s", msg);
}

static void
on_read(png_structp png, png_bytep buf, size_t n)
{
	struct png_in *p = png_get_io_ptr(png);
	struct err e;
	ptrdiff_t got = input_read(p->in, buf, n, &e);

	if (got < 0)
		png_error(png, e.msg);
	if ((size_t)got < n)
		png_error(png, "unexpected end of file");
}

/*
 * Call step, which may leave through libpng's longjmp.  All it changes is in
 * *p, so no local variable is ever in doubt.
 */
static int
guarded(struct png_in *p, void (*step)(struct png_in *))
{
	if (setjmp(png_jmpbuf(p->png)) != 0)
		return -1;
	step(p);
	return 0;
}

static void
read_header(struct png_in *p)
{
	const unsigned short probe = 1;

	png_set_read_fn(p->png, p, on_read);
	png_set_user_limits(p->png, MAX_SIDE, MAX_SIDE);
	/* Text, profiles and the like are skipped unread: tRNS stays. */
	png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
	png_read_info(p->png, p->info);
	p->stored = png_get_rowbytes(p->png, p->info);
	png_set_expand(p->png);
	if (*(const unsigned char *)&probe == 1)
		png_set_swap(p->png);
	p->passes = png_set_interlace_handling(p->png);
	png_read_update_info(p->png, p->info);
	p->width = png_get_image_width(p->png, p->info);
	p->height = png_get_image_height(p->png, p->info);
	p->channels = png_get_channels(p->png, p->info);
	p->depth = png_get_bit_depth(p->png, p->info);
	p->stride = png_get_rowbytes(p->png, p->info);
}

static void
read_row(struct png_in *p)
{
	p->y = p->row;
	png_read_row(p->png, p->pixels, NULL);
}

static void
read_interlaced(struct png_in *p)
{
	for (int pass = 0; pass < p->passes; pass++)
		for (p->y = 0; p->y < p->height; p->y++)
			png_read_row(
				p->png, p->pixels + p->y * p->stride, NULL);
}

/* Up to and with IEND, so that damage behind the rows is seen. */
static void
read_tail(struct png_in *p)
{
	png_read_end(p->png, NULL);
}

/* libpng begins some messages with a capital, our messages do not. */
static const char *
reason(struct png_in *p)
{
	char *why = p->warning[0] != '\0' ? p->warning : p->why;

	if (isupper((unsigned char)why[0]) && islower((unsigned char)why[1]))
		why[0] = (char)tolower((unsigned char)why[0]);
	return why;
}

/* Can what is left of a file hold the rows that its header promises?  Passes of
 * an interlaced image have no fewer bytes than its rows. */
static bool
can_be_whole(const struct png_in *p)
{
	uint64_t left;

	return !input_left(p->in, &left) || left > SIZE_MAX / DEFLATE_MOST ||
		p->stored <= (left + 1) * DEFLATE_MOST / p->height;
}

static int
rows_alloc(struct png_in *p, struct err *e)
{
	size_t rows = p->passes > 1 ? p->height : 1;

	if (p->stride > MAX_INTERLACED / rows)
		return err_set(e,
			"an interlaced image of %zu x %zu pixels needs more "
			"than 2 GiB of memory",
			p->width, p->height);
	if (rows > 1 && !can_be_whole(p))
		return err_set(e, "too short a file for %zu x %zu pixels",
			p->width, p->height);
	p->pixels = malloc(p->stride * rows);
	if (p->pixels == NULL)
		return err_set(e, "no memory for %zu x %zu pixels", p->width,
			p->height);
	return 0;
}

struct png_in *
png_in_open(struct input *in, const struct limit *most, struct image_info *info,
	struct err *e)
{
	struct png_in *p = mem_zalloc(1, sizeof *p);

	p->in = in;
	for (int v = 0; v < 256; v++)
		p->unit[v] = (float)v / 255.0f;
	p->png = png_create_read_struct(
		PNG_LIBPNG_VER_STRING, p, on_error, on_warning);
	if (p->png != NULL)
		p->info = png_create_info_struct(p->png);
	if (p->info == NULL) {
		err_set(e, "libpng: out of memory");
		goto fail;
	}
	if (guarded(p, read_header) != 0) {
		err_set(e, "%s", reason(p));
		goto fail;
	}
	p->warning[0] = '\0';
	if (limit_image(most, p->width, p->height, e) != 0 ||
		rows_alloc(p, e) != 0)
		goto fail;
	*info = (struct image_info){ p->width, p->height, p->channels,
		p->depth };
	return p;
fail:
	png_in_close(p);
	return NULL;
}

static void
to_float(const struct png_in *p, const unsigned char *row, float *out)
{
	size_t n = p->width * p->channels;
	uint16_t v;

	if (p->depth == 8)
		for (size_t i = 0; i < n; i++)
			out[i] = p->unit[row[i]];
	else
		for (size_t i = 0; i < n; i++) {
			memcpy(&v, row + 2 * i, sizeof v);
			out[i] = (float)v / 65535.0f;
		}
}

/* The next row into place: p->pixels, or all rows on the first call. */
static int
fetch(struct png_in *p)
{
	if (p->passes == 1)
		return guarded(p, read_row);
	return p->row == 0 ? guarded(p, read_interlaced) : 0;
}

int
png_in_rows(struct png_in *p, float *out, size_t n, struct err *e)
{
	assert(n <= p->height - p->row);
	for (size_t i = 0; i < n; i++) {
		size_t at = p->passes > 1 ? p->row * p->stride : 0;

		if (fetch(p) != 0)
			goto damaged;
		to_float(p, p->pixels + at, out + i * p->width * p->channels);
		if (++p->row == p->height && guarded(p, read_tail) != 0)
			goto damaged;
	}
	return 0;
damaged:
	return err_set(e, "row %zu of %zu: %s",
		p->y < p->height ? p->y + 1 : p->height, p->height, reason(p));
}

void
png_in_close(struct png_in *p)
{
	if (p == NULL)
		return;
	png_destroy_read_struct(&p->png, &p->info, NULL);
	free(p->pixels);
	free(p);
}
