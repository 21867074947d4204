/* Every PNG that libpng reads comes in right; what goes out comes back. */
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "media/png.h"
#include "media_files.h"
#include "util/rng.h"

#define SUITE "tests/data/hostile-png/pngsuite/"
#define SEED 20260801

struct image {
	struct image_info info;
	float *x;
};

/* Read one image, in bands of `rows`; 0, or -1 with the reason in *e. */
static int
load_from(struct input *in, struct image *im, size_t rows, struct err *e)
{
	struct png_in *p = png_in_open(in, &im->info, e);
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

static int
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

static int
load_bytes(const void *p, size_t n, struct err *e)
{
	struct image im;
	int status;

	bytes_write(scratch("bytes.png"), p, n);
	status = load(scratch("bytes.png"), &im, 7, e);
	free(im.x);
	return status;
}

static void
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

static size_t
floats(const struct image *im)
{
	return im->info.width * im->info.height * im->info.channels;
}

static void
assert_same(const struct image *a, const struct image *b)
{
	assert_int_equal(a->info.width, b->info.width);
	assert_int_equal(a->info.height, b->info.height);
	assert_int_equal(a->info.channels, b->info.channels);
	assert_int_equal(a->info.bit_depth, b->info.bit_depth);
	assert_memory_equal(a->x, b->x, floats(a) * sizeof *a->x);
}

/* CRC-32 of the samples as png_pixels.py prints it. */
static unsigned long
samples_crc(const struct image *im)
{
	unsigned long crc = crc32(0, NULL, 0);

	for (size_t i = 0; i < floats(im); i++) {
		float top = im->info.bit_depth == 16 ? 65535.0f : 255.0f;
		unsigned v = (unsigned)lrintf(im->x[i] * top);
		unsigned char b[2] = { (unsigned char)(v >> 8),
			(unsigned char)v };

		assert_true(im->x[i] == (float)v / top);
		crc = im->info.bit_depth == 16 ? crc32(crc, b, 2)
					       : crc32(crc, b + 1, 1);
	}
	return crc;
}

static void
every_valid_file_is_read(void **state)
{
	glob_t g;

	(void)state;
	assert_int_equal(glob(SUITE "ok/*.png", 0, NULL, &g), 0);
	assert_int_equal(g.gl_pathc, 160);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct image im, bands;
		struct err e;

		if (load(g.gl_pathv[i], &im, SIZE_MAX, &e) != 0)
			fail_msg("%s: %s", g.gl_pathv[i], e.msg);
		assert_int_equal(load(g.gl_pathv[i], &bands, 5, &e), 0);
		assert_same(&im, &bands);
		free(im.x);
		free(bands.x);
	}
	globfree(&g);
}

static void
samples_agree_with_another_decoder(void **state)
{
	char path[512];
	unsigned long crc;
	size_t files = 0;
	FILE *f;

	(void)state;
	if (access("/usr/bin/python3", X_OK) != 0) {
		print_message("no /usr/bin/python3: skipped\n");
		skip();
	}
	f = popen("/usr/bin/python3 tests/unit/png_pixels.py " SUITE "ok/*.png",
		"r");
	while (fscanf(f, "%lx %511s", &crc, path) == 2) {
		struct image im;
		struct err e;

		assert_int_equal(load(path, &im, 3, &e), 0);
		if (samples_crc(&im) != crc)
			fail_msg("%s: other samples", path);
		free(im.x);
		files++;
	}
	assert_int_equal(pclose(f), 0);
	assert_true(files > 100);
}

static void
interlacing_changes_nothing(void **state)
{
	glob_t g;

	(void)state;
	assert_int_equal(glob(SUITE "ok/basi*.png", 0, NULL, &g), 0);
	assert_int_equal(g.gl_pathc, 15);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		struct image a, b;
		struct err e;

		assert_int_equal(load(g.gl_pathv[i], &a, 3, &e), 0);
		strstr(g.gl_pathv[i], "basi")[3] = 'n';
		assert_int_equal(load(g.gl_pathv[i], &b, 4, &e), 0);
		assert_same(&a, &b);
		free(a.x);
		free(b.x);
	}
	globfree(&g);
}

static void
damaged_files_are_refused(void **state)
{
	static const char *const patterns[] = { SUITE "corrupt/*.png",
		"tests/data/hostile-png/crashers/*.png" };
	size_t refused = 0;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		glob_t g;

		assert_int_equal(glob(patterns[k], 0, NULL, &g), 0);
		for (size_t i = 0; i < g.gl_pathc; i++) {
			struct image im;
			struct err e;

			if (load(g.gl_pathv[i], &im, 1, &e) != 0)
				refused++;
			else
				assert_non_null(strstr(
					g.gl_pathv[i], "empty_ancillary"));
			free(im.x);
		}
		globfree(&g);
	}
	assert_int_equal(refused, 14 + 22);
}

static void
errors_name_row_and_reason(void **state)
{
	struct image im;
	struct err e;

	(void)state;
	assert_int_equal(load(SUITE "corrupt/xcsn0g01.png", &im, 9, &e), -1);
	assert_string_equal(e.msg, "row 32 of 32: IDAT: CRC error");
	free(im.x);
	assert_int_equal(load(SUITE "corrupt/xd9n2c08.png", &im, 9, &e), -1);
	assert_string_equal(e.msg, "invalid bit depth in IHDR");
	assert_int_equal(load_bytes("\211PNG\r\n\032\n", 8, &e), -1);
	assert_string_equal(e.msg, "unexpected end of file");
}

static void
every_cut_is_an_error(void **state)
{
	static const char *const files[] = { SUITE "ok/basn2c16.png",
		SUITE "ok/basi6a08.png" };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct bytes b = bytes_read(files[k]);
		struct err e;

		for (size_t n = 1; n < b.n; n++)
			assert_int_equal(load_bytes(b.p, n, &e), -1);
		assert_int_equal(load_bytes(b.p, b.n, &e), 0);
		free(b.p);
	}
}

/* Where the content of the first chunk of that name begins. */
static size_t
chunk_at(const struct bytes *b, const char *name)
{
	for (size_t i = 8; i + 4 < b->n; i++)
		if (memcmp(b->p + i, name, 4) == 0)
			return i + 4;
	fail_msg("no %s", name);
	return 0;
}

static void
damage_counts_where_the_picture_is(void **state)
{
	struct bytes b = bytes_read(SUITE "ok/basn2c16.png");
	size_t gama = chunk_at(&b, "gAMA"), idat = chunk_at(&b, "IDAT");
	struct err e;

	(void)state;
	b.p[gama] ^= 1;
	assert_int_equal(load_bytes(b.p, b.n, &e), 0);
	for (size_t i = idat; i < b.n; i++) {
		b.p[i] ^= 4;
		assert_int_equal(load_bytes(b.p, b.n, &e), -1);
		b.p[i] ^= 4;
	}
	free(b.p);
}

/* The picture's own checksum, with the chunk's made right again. */
static void
a_wrong_adler_is_damage(void **state)
{
	static const char *const files[] = { SUITE "ok/basn2c16.png",
		SUITE "ok/basn0g01.png", SUITE "ok/basi3p08.png" };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct bytes b = bytes_read(files[k]);
		unsigned char *idat = b.p + chunk_at(&b, "IDAT");
		size_t n = (size_t)idat[-6] << 8 | idat[-5];
		unsigned long crc;
		struct err e;

		idat[n - 1] ^= 1;
		crc = crc32(0, idat - 4, (unsigned)n + 4);
		for (size_t i = 0; i < 4; i++)
			idat[n + i] = (unsigned char)(crc >> (24 - 8 * i));
		assert_int_equal(load_bytes(b.p, b.n, &e), -1);
		assert_non_null(strstr(e.msg, "check"));
		free(b.p);
	}
}

static void
an_interlaced_bomb_is_refused(void **state)
{
	struct bytes b = bytes_read(SUITE "ok/basi6a16.png");
	unsigned long crc;
	struct err e;

	(void)state;
	memcpy(b.p + 16, "\000\014\000\000\000\014\000\000", 8);
	crc = crc32(0, b.p + 12, 17);
	for (size_t i = 0; i < 4; i++)
		b.p[29 + i] = (unsigned char)(crc >> (24 - 8 * i));
	assert_int_equal(load_bytes(b.p, b.n, &e), -1);
	assert_non_null(strstr(e.msg, "2 GiB"));
	free(b.p);
}

static void
images_follow_each_other_on_a_pipe(void **state)
{
	struct bytes a = bytes_read(SUITE "ok/basn2c08.png");
	struct bytes b = bytes_read(SUITE "ok/basi6a16.png");
	unsigned char *all = mem_alloc(a.n + b.n + 4, 1), tail[8];
	struct image im[2], alone[2];
	struct input *in;
	struct err e;
	pid_t child;
	int status;

	(void)state;
	memcpy(all, a.p, a.n);
	memcpy(all + a.n, b.p, b.n);
	memcpy(all + a.n + b.n, "tail", 4);
	in = piped(all, a.n + b.n + 4, 1, &child);
	assert_int_equal(load_from(in, &im[0], 5, &e), 0);
	assert_int_equal(input_offset(in), a.n);
	assert_int_equal(load_from(in, &im[1], 5, &e), 0);
	assert_int_equal(input_read(in, tail, 8, &e), 4);
	assert_memory_equal(tail, "tail", 4);
	assert_int_equal(waitpid(child, &status, 0), child);
	input_close(in);
	assert_int_equal(load(SUITE "ok/basn2c08.png", &alone[0], 32, &e), 0);
	assert_int_equal(load(SUITE "ok/basi6a16.png", &alone[1], 32, &e), 0);
	for (size_t i = 0; i < 2; i++) {
		assert_same(&im[i], &alone[i]);
		free(im[i].x);
		free(alone[i].x);
	}
	free(all);
	free(a.p);
	free(b.p);
}

static void
what_is_written_comes_back(void **state)
{
	static const size_t size[][2] = { { 1, 1 }, { 1, 9 }, { 13, 1 },
		{ 31, 17 } };
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 0);
	for (size_t k = 0; k < 4 * 4 * 2; k++) {
		const size_t *s = size[k / 8];
		size_t depth = k % 2 ? 16 : 8, top = depth == 16 ? 65535 : 255;
		struct image a = { { s[0], s[1], k / 2 % 4 + 1, depth }, NULL };
		struct image b;
		struct err e;

		a.x = mem_floats(floats(&a));
		for (size_t i = 0; i < floats(&a); i++)
			a.x[i] = (float)rng_below(&r, top + 1) / (float)top;
		save(scratch("out.png"), &a);
		assert_int_equal(load(scratch("out.png"), &b, 2, &e), 0);
		assert_same(&a, &b);
		free(a.x);
		free(b.x);
	}
}

static void
values_are_clamped_and_rounded(void **state)
{
	float x[] = { -1, 2, NAN, 0.49f / 255, 0.51f / 255, INFINITY, -INFINITY,
		0.5f };
	float want[] = { 0, 255, 0, 0, 1, 255, 0, 128 };
	struct image a = { { 8, 1, 1, 8 }, x }, b;
	struct err e;

	(void)state;
	save(scratch("clamp.png"), &a);
	assert_int_equal(load(scratch("clamp.png"), &b, 1, &e), 0);
	for (size_t i = 0; i < 8; i++)
		assert_true(b.x[i] == want[i] / 255.0f);
	free(b.x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_valid_file_is_read),
		cmocka_unit_test(samples_agree_with_another_decoder),
		cmocka_unit_test(interlacing_changes_nothing),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(errors_name_row_and_reason),
		cmocka_unit_test(every_cut_is_an_error),
		cmocka_unit_test(damage_counts_where_the_picture_is),
		cmocka_unit_test(a_wrong_adler_is_damage),
		cmocka_unit_test(an_interlaced_bomb_is_refused),
		cmocka_unit_test(images_follow_each_other_on_a_pipe),
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(values_are_clamped_and_rounded),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
