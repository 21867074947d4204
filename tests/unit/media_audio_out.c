/* Sound that is written comes back, to files and to pipes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "media_sounds.h"
#include "util/rng.h"

#define SEED 16000

/* Samples that `bits` hold exactly, the extremes among them. */
static struct sound
noise(size_t frames, size_t channels, size_t bits, struct rng *r)
{
	struct sound s = { { frames, channels, 16000, bits }, NULL };
	size_t levels = (size_t)1 << (bits == 32 ? 24 : bits);
	double half = (double)levels / 2;

	s.x = mem_floats(frames * channels + 1);
	for (size_t i = 0; i < frames * channels; i++) {
		size_t v = i < 3 ? i * (levels - 1) / 2 : rng_below(r, levels);

		s.x[i] = (float)(((double)v - half) / half);
	}
	return s;
}

static void
what_is_written_comes_back(void **state)
{
	static const size_t frames[] = { 0, 1, 2, 699, 700, 5001 };
	static const size_t bits[] = { 16, 24, 32 };
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 0);
	for (size_t k = 0; k < 6 * 3 * 2 * 2; k++) {
		enum audio_format f = k % 2 ? AUDIO_FLAC : AUDIO_WAV;
		size_t depth = bits[k / 4 % 3];
		struct sound a =
			noise(frames[k / 12], k / 2 % 2 + 1, depth, &r);
		struct sound b;
		struct err e;

		save(scratch("a"), f, &a);
		if (load(scratch("a"), &b, &e) != 0)
			fail_msg("%zu frames, %zu bits: %s", a.info.frames,
				depth, e.msg);
		if (f == AUDIO_FLAC && depth == 32)
			a.info.bit_depth = 24;
		assert_same(&a, &b);
		free(a.x);
		free(b.x);
	}
}

static void
integers_are_rounded_and_clamped(void **state)
{
	float x[] = { 2, -2, INFINITY, -INFINITY, NAN, 0.6f / 32768,
		-0.6f / 32768, 0.4f / 32768, -0.4f / 32768, 0 };
	float want[] = { 32767, -32768, 32767, -32768, 0, 1, -1, 0, 0, 0 };
	struct sound a = { { 10, 1, 8000, 8 }, x }, b;

	(void)state;
	for (size_t f = 0; f < 2; f++) {
		struct err e;

		save(scratch("clamp"), f ? AUDIO_FLAC : AUDIO_WAV, &a);
		assert_int_equal(load(scratch("clamp"), &b, &e), 0);
		assert_int_equal(b.info.bit_depth, 16);
		for (size_t i = 0; i < 10; i++)
			assert_true(b.x[i] == want[i] / 32768);
		free(b.x);
	}
}

static void
floats_are_not_clamped(void **state)
{
	float x[] = { 2, -3.5f, 1e-20f };
	struct sound a = { { 3, 1, 8000, 32 }, x }, b;
	struct err e;

	(void)state;
	save(scratch("float"), AUDIO_WAV, &a);
	assert_int_equal(load(scratch("float"), &b, &e), 0);
	assert_same(&a, &b);
	free(b.x);
}

/* All that an output on a pipe delivers, through `cat` to a file. */
static void
a_pipe_gets_the_same_bytes(void **state)
{
	struct sound t = tone(20000, 2, 44100);
	struct output_opts force = { .force = true };

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		enum audio_format f = k ? AUDIO_FLAC : AUDIO_WAV;
		struct bytes want, got;
		struct output *o;
		struct audio_out *a;
		struct err e;
		char *command;
		FILE *cat;
		char path[32];

		save(scratch("want"), f, &t);
		command = mem_printf("cat > '%s'", scratch("got"));
		cat = popen(command, "w");
		snprintf(path, sizeof path, "/dev/fd/%d", fileno(cat));
		o = output_open(path, force, &e);
		assert_non_null(o);
		assert_false(output_seekable(o));
		a = audio_out_open(o, f, t.info, &e);
		assert_int_equal(audio_out_write(a, t.x, t.info.frames, &e), 0);
		assert_int_equal(audio_out_close(a, &e), 0);
		assert_int_equal(output_commit(o, &e), 0);
		assert_int_equal(pclose(cat), 0);
		want = bytes_read(scratch("want"));
		got = bytes_read(scratch("got"));
		assert_int_equal(want.n, got.n);
		assert_memory_equal(want.p, got.p, want.n);
		free(want.p);
		free(got.p);
		free(command);
	}
	free(t.x);
}

static void
unknown_length_makes_an_rf64_that_shrinks(void **state)
{
	struct sound t = tone(100, 1, 8000), s;
	struct bytes f;
	struct err e;

	(void)state;
	{
		struct output_opts force = { .force = true };
		struct output *o = output_open(scratch("r"), force, &e);
		struct audio_info info = t.info;
		struct audio_out *a;

		info.frames = SIZE_MAX;
		a = audio_out_open(o, AUDIO_WAV, info, &e);
		assert_int_equal(audio_out_write(a, t.x, 100, &e), 0);
		assert_int_equal(audio_out_close(a, &e), 0);
		assert_int_equal(output_commit(o, &e), 0);
	}
	f = bytes_read(scratch("r"));
	assert_memory_equal(f.p, "RIFF", 4);
	free(f.p);
	assert_int_equal(load(scratch("r"), &s, &e), 0);
	assert_int_equal(s.info.frames, 100);
	free(s.x);
	free(t.x);
}

/* Metadata may say any number of bits: the next that there is holds them. */
static void
any_depth_has_a_format(void **state)
{
	struct sound t = tone(2000, 2, 8000), s;
	struct err e;

	(void)state;
	for (size_t bits = 1; bits <= 64; bits++) {
		size_t want = bits <= 16 ? 16 : bits <= 24 ? 24 : 32;

		t.info.bit_depth = bits;
		for (int f = AUDIO_WAV; f <= AUDIO_FLAC; f++) {
			save(scratch("depth"), (enum audio_format)f, &t);
			assert_int_equal(load(scratch("depth"), &s, &e), 0);
			assert_int_equal(s.info.bit_depth,
				f == AUDIO_FLAC && want > 24 ? 24 : want);
			for (size_t i = 0; i < 4000; i++)
				assert_true(fabsf(s.x[i] - t.x[i]) < 1e-4f);
			free(s.x);
		}
	}
	free(t.x);
}

/* Several items on one output, each with a header that is written last. */
static void
sounds_follow_each_other(void **state)
{
	struct sound t = tone(3000, 2, 44100);
	struct output_opts force = { .force = true };
	struct bytes one, two;
	struct output *o;
	struct err e;

	(void)state;
	save(scratch("one"), AUDIO_WAV, &t);
	o = output_open(scratch("two"), force, &e);
	for (size_t i = 0; i < 2; i++) {
		struct audio_out *a = audio_out_open(o, AUDIO_WAV, t.info, &e);

		assert_int_equal(audio_out_write(a, t.x, 3000, &e), 0);
		assert_int_equal(audio_out_close(a, &e), 0);
	}
	assert_int_equal(output_commit(o, &e), 0);
	one = bytes_read(scratch("one"));
	two = bytes_read(scratch("two"));
	assert_int_equal(two.n, 2 * one.n);
	assert_memory_equal(two.p, one.p, one.n);
	assert_memory_equal(two.p + one.n, one.p, one.n);
	free(one.p);
	free(two.p);
	free(t.x);
}

/* PEAK holds the time of day. */
static void
equal_sound_gives_equal_bytes(void **state)
{
	struct sound t = tone(300, 1, 8000);
	struct bytes f;

	(void)state;
	t.info.bit_depth = 32;
	save(scratch("float"), AUDIO_WAV, &t);
	f = bytes_read(scratch("float"));
	assert_null(memmem(f.p, f.n, "PEAK", 4));
	assert_non_null(memmem(f.p, f.n, "data", 4));
	free(f.p);
	free(t.x);
}

/* Sounds that no file of the format can hold: an error in words. */
static void
what_a_format_cannot_hold_is_refused(void **state)
{
	static const struct {
		enum audio_format format;
		struct audio_info info;
		const char *words;
	} bad[] = {
		{ AUDIO_FLAC, { 10, 9, 8000, 16 }, "FLAC cannot hold 9" },
		{ AUDIO_WAV, { 10, 1025, 8000, 16 }, "cannot write 1025" },
		{ AUDIO_WAV, { 10, 0, 8000, 16 }, "cannot write 0 channels" },
		{ AUDIO_FLAC, { 10, 1, 0, 16 }, "channels at 0 Hz" },
		{ AUDIO_FLAC, { 10, 1, 700000, 16 },
			"does not support this sample rate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = { 0 };
		struct output *o = output_open(
			scratch("bad"), (struct output_opts){ 0 }, &e);

		assert_null(audio_out_open(o, bad[i].format, bad[i].info, &e));
		if (!strstr(e.msg, bad[i].words))
			fail_msg("%s: %s", bad[i].words, e.msg);
		output_abort(o);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(integers_are_rounded_and_clamped),
		cmocka_unit_test(floats_are_not_clamped),
		cmocka_unit_test(a_pipe_gets_the_same_bytes),
		cmocka_unit_test(unknown_length_makes_an_rf64_that_shrinks),
		cmocka_unit_test(any_depth_has_a_format),
		cmocka_unit_test(sounds_follow_each_other),
		cmocka_unit_test(equal_sound_gives_equal_bytes),
		cmocka_unit_test(what_a_format_cannot_hold_is_refused),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
