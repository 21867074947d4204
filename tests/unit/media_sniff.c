/* What an input is, by its bytes; foreign formats name their converter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media/sniff.h"
#include "media_files.h"

#define TEXT(s) s, sizeof(s) - 1

static int
sniff(const void *p, size_t n, enum media *kind, struct err *e)
{
	struct input *in;
	int status;

	bytes_write(scratch("head"), p, n);
	in = input_open(scratch("head"), e);
	assert_non_null(in);
	status = sniff_media(in, kind, e);
	assert_int_equal(input_offset(in), 0);
	input_close(in);
	return status;
}

static void
known_kinds_are_told_apart(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum media kind;
	} cases[] = {
		{ "", 0, MEDIA_EMPTY },
		{ TEXT("\211PNG\r\n\032\n"), MEDIA_IMAGE },
		{ TEXT("\211PNG\n\032\n...."), MEDIA_IMAGE },
		{ TEXT("\002\0\0\0\0\0\0\0{}"), MEDIA_TENSOR },
		{ TEXT("\000\341\365\005\0\0\0\0{\""), MEDIA_TENSOR },
		{ TEXT("\223NUMPY\001\000"), MEDIA_TENSOR },
		{ TEXT("RIFF\0\0\0\0WAVEfmt "), MEDIA_AUDIO },
		{ TEXT("RIFX\0\0\0\0WAVEfmt "), MEDIA_AUDIO },
		{ TEXT("RF64\377\377\377\377WAVEds64"), MEDIA_AUDIO },
		{ TEXT("FORM\0\0\0\0AIFFCOMM"), MEDIA_AUDIO },
		{ TEXT("FORM\0\0\0\0AIFCFVER"), MEDIA_AUDIO },
		{ TEXT("fLaC\0\0\0\042"), MEDIA_AUDIO },
		{ TEXT("OggS\0\002"), MEDIA_AUDIO },
		{ TEXT("ID3\004\0"), MEDIA_AUDIO },
		{ TEXT("\377\373\220\144"), MEDIA_AUDIO },
		{ TEXT(".snd\0\0\0\030"), MEDIA_AUDIO },
		{ TEXT("caff\0\001\0\0"), MEDIA_AUDIO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum media kind = MEDIA_TENSOR;
		struct err e;

		if (sniff(cases[i].bytes, cases[i].n, &kind, &e) != 0)
			fail_msg("case %zu: %s", i, e.msg);
		assert_int_equal(kind, cases[i].kind);
	}
}

static void
others_are_refused_with_a_hint(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *hint;
	} cases[] = {
		{ TEXT("\377\330\377\340\0\020JFIF"), "djpeg FILE" },
		{ TEXT("GIF89a"), "giftopnm" },
		{ TEXT("RIFF\0\0\0\0WEBPVP8 "), "dwebp" },
		{ TEXT("RIFF\0\0\0\0AVI LIST"), "ffmpeg" },
		{ TEXT("II*\0\010\0\0\0"), "tifftopnm" },
		{ TEXT("BM\066\0"), "bmptopnm" },
		{ TEXT("P6\n3 2\n255\n"), "pnmtopng" },
		{ TEXT("P5 3 2 255 "), "pnmtopng" },
		{ TEXT("P7\nWIDTH 3\n"), "pamtopng" },
		{ TEXT("%PDF-1.7"), "PDF" },
		{ TEXT("\037\213\010"), "zcat FILE" },
		{ TEXT("\375"
		       "7zXZ\0"),
			"xzcat" },
		{ TEXT("\050\265\057\375"), "zstdcat" },
		{ TEXT("\0\0\0\040ftypisom"), "ffmpeg" },
		{ TEXT("\0\0\0\040ftypavif"), "AVIF" },
		{ TEXT("\032\105\337\243"), "Matroska" },
		{ TEXT("\377\361\120\200"), "AAC" },
		{ TEXT("wvpk"), "wvunpack" },
		{ TEXT("\211HDF\r\n\032\n"), "HDF5" },
		{ TEXT("PK\003\004"), ".npz" },
		{ TEXT("\200\002}q"), "pickle" },
		{ TEXT("hello, world\n"), "not a PNG, audio or tensor" },
		{ TEXT("x"), "not a PNG, audio or tensor" },
		{ TEXT("\001\0\0\0\0\0\0\0{"), "not a PNG" },
		{ TEXT("\001\341\365\005\0\0\0\0{"), "not a PNG" },
		{ TEXT("\377\377\377\377"), "not a PNG" },
		{ TEXT("RIFF"), "not a PNG" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum media kind;
		struct err e;

		if (sniff(cases[i].bytes, cases[i].n, &kind, &e) != -1)
			fail_msg("case %zu was accepted", i);
		if (strstr(e.msg, cases[i].hint) == NULL)
			fail_msg("case %zu: %s", i, e.msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_kinds_are_told_apart),
		cmocka_unit_test(others_are_refused_with_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
