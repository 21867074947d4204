/*
 * png.h - PNG images in and out, row by row.
 *
 * Samples are floats in 0..1 as stored (no gamma, no profiles): v / 255 for 1
 * to 8 bits (small depths and palettes expanded), v / 65535 for 16.
 * Transparency by tRNS becomes an alpha channel.  A non-interlaced image is
 * read in memory of one row; an interlaced one is decoded whole, if its file is
 * long enough to hold so much.
 */
#ifndef MEDIA_PNG_H
#define MEDIA_PNG_H

#include <stdbool.h>
#include <stddef.h>

#include "media/limit.h"
#include "util/err.h"
#include "util/input.h"
#include "util/output.h"

struct image_info {
	size_t width, height;
	size_t channels;  /* 1 gray, 2 gray+alpha, 3 RGB, 4 RGBA */
	size_t bit_depth; /* 8 or 16 */
};

struct png_in;
/* An image of more pixels than the limit is refused. */
struct png_in *png_in_open(struct input *in, const struct limit *most,
	struct image_info *info, struct err *e);
/* The next n rows: out is [n, width, channels].  A damaged file is an error
 * that says at which row. */
int png_in_rows(struct png_in *p, float *out, size_t n, struct err *e);
void png_in_close(struct png_in *p);

struct png_out;
struct png_out *png_out_open(
	struct output *o, struct image_info info, struct err *e);
/* Values are clamped to 0..1 and rounded. */
int png_out_rows(struct png_out *p, const float *in, size_t n, struct err *e);
/* After exactly height rows.  Frees p, also on failure. */
int png_out_close(struct png_out *p, struct err *e);
void png_out_abort(struct png_out *p);

#endif
