/* Every PNG that libpng reads comes in right, and damage is told. */
#include <glob.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zlib.h>

#include "media_images.h"

#define SUITE "tests/data/hostile-png/pngsuite/"

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

/* Where the content of the last IDAT begins. */
static size_t
last_idat(const struct bytes *b)
{
	size_t i = b->n - 4;

	while (memcmp(b->p + i, "IDAT", 4) != 0)
		i--;
	return i + 4;
}

/* Make the checksum of a chunk of n bytes fit its content. */
static void
fix_crc(unsigned char *content, size_t n)
{
	unsigned long crc = crc32(0, content - 4, (unsigned)n + 4);

	for (size_t i = 0; i < 4; i++)
		content[n + i] = (unsigned char)(crc >> (24 - 8 * i));
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

/* The file again, with the last 4 bytes of its only IDAT in one of their own. */
static struct bytes
split_idat(const struct bytes *b)
{
	size_t at = chunk_at(b, "IDAT");
	size_t n = (size_t)b->p[at - 6] << 8 | b->p[at - 5], end = at + n - 4;
	struct bytes s = { mem_alloc(b->n + 12, 1), b->n + 12 };

	memcpy(s.p, b->p, end);
	s.p[at - 6] = (unsigned char)((n - 4) >> 8);
	s.p[at - 5] = (unsigned char)(n - 4);
	fix_crc(s.p + at, n - 4);
	memcpy(s.p + end + 4, "\0\0\0\4IDAT", 8);
	memcpy(s.p + end + 12, b->p + end, b->n - end);
	fix_crc(s.p + end + 12, 4);
	return s;
}

/*
 * The picture's own checksum, with the chunk's made right again.  libpng finds
 * it while it reads the last row, or, in a chunk of its own, behind it.
 */
static void
a_wrong_adler_is_damage(void **state)
{
	static const char *const files[] = { SUITE "ok/basn2c16.png",
		SUITE "ok/basn0g01.png", SUITE "ok/basi3p08.png" };

	(void)state;
	for (size_t k = 0; k < 6; k++) {
		struct bytes whole = bytes_read(files[k / 2]);
		struct bytes b = k % 2 ? split_idat(&whole) : whole;
		unsigned char *idat = b.p + last_idat(&b);
		size_t n = (size_t)idat[-6] << 8 | idat[-5];
		struct err e;

		assert_int_equal(load_bytes(b.p, b.n, &e), 0);
		idat[n - 1] ^= 1;
		fix_crc(idat, n);
		assert_int_equal(load_bytes(b.p, b.n, &e), -1);
		if (strstr(e.msg, "check") == NULL)
			fail_msg("%s: %s", files[k / 2], e.msg);
		if (k % 2)
			free(b.p);
		free(whole.p);
	}
}

static void
an_interlaced_bomb_is_refused(void **state)
{
	struct bytes b = bytes_read(SUITE "ok/basi6a16.png");
	struct err e;

	(void)state;
	memcpy(b.p + 16, "\000\014\000\000\000\014\000\000", 8);
	fix_crc(b.p + 16, 13);
	assert_int_equal(load_bytes(b.p, b.n, &e), -1);
	assert_non_null(strstr(e.msg, "2 GiB"));
	memcpy(b.p + 16, "\000\000\077\000\000\000\077\000", 8);
	fix_crc(b.p + 16, 13);
	assert_int_equal(load_bytes(b.p, b.n, &e), -1);
	assert_non_null(strstr(e.msg, "too short a file"));
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
	};

	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
