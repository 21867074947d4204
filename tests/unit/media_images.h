/*
 * media_images.h - whole images from and to files, for the tests of PNG.
 */
#ifndef MEDIA_IMAGES_H
#define MEDIA_IMAGES_H

#include "media/png.h"
#include "media_files.h"

struct image {
	struct image_info info;
	float *x;
};

/* Read one image, in bands of `rows`; 0, or -1 with the reason in *e. */
static inline int
load_from(struct input *in, struct image *im, size_t rows, struct err *e)
{
	struct png_in *p = png_in_open(in, &(struct limit){ 0 }, &im->info, e);
	size_t stride = im->info.width * im->info.channels;
	int status = 0;

	im->x = NULL;
	if (p == NULL)
		return -1;
	im->x = mem_floats(im->info.height * stride);
	for (size_t y = 0; y < im->info.height && status == 0; y += rows) {
		size_t left = im->info.height - y;

		status = png_in_rows(
			p, im->x + y * stride, left < rows ? left : rows, e);
	}
	png_in_close(p);
	return status;
}

static inline int
load(const char *path, struct image *im, size_t rows, struct err *e)
{
	struct input *in = input_open(path, e);
	int status;

	assert_non_null(in);
	e->msg[0] = '\0';
	status = load_from(in, im, rows, e);
	if (status != 0)
		assert_string_not_equal(e->msg, "");
	input_close(in);
	return status;
}

static inline void
save(const char *path, const struct image *im)
{
	struct output_opts force = { .force = true };
	struct err e;
	struct output *o = output_open(path, force, &e);
	struct png_out *p = png_out_open(o, im->info, &e);

	assert_non_null(p);
	assert_int_equal(png_out_rows(p, im->x, im->info.height, &e), 0);
	assert_int_equal(png_out_close(p, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
}

static inline size_t
floats(const struct image *im)
{
	return im->info.width * im->info.height * im->info.channels;
}

static inline void
assert_same(const struct image *a, const struct image *b)
{
	assert_int_equal(a->info.width, b->info.width);
	assert_int_equal(a->info.height, b->info.height);
	assert_int_equal(a->info.channels, b->info.channels);
	assert_int_equal(a->info.bit_depth, b->info.bit_depth);
	assert_memory_equal(a->x, b->x, floats(a) * sizeof *a->x);
}

#endif
