/* Sound of every container comes in right; what goes out comes back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sndfile.h>

#include "media/audio.h"
#include "media_files.h"
#include "util/rng.h"

#define SEED 16000

struct sound {
	struct audio_info info;
	float *x;
};

static int
load_from(struct input *in, struct sound *s, size_t piece, struct err *e)
{
	struct audio_in *a = audio_in_open(in, &s->info, e);
	size_t at = 0, c = s->info.channels;
	ptrdiff_t n;

	s->x = NULL;
	if (a == NULL)
		return -1;
	s->x = mem_floats((s->info.frames + piece) * c);
	while ((n = audio_in_read(a, s->x + at * c, piece, e)) > 0)
		at += (size_t)n;
	if (n == 0)
		assert_int_equal(at, s->info.frames);
	audio_in_close(a);
	return n < 0 ? -1 : 0;
}

static int
load(const char *path, struct sound *s, struct err *e)
{
	struct input *in = input_open(path, e);
	int status;

	assert_non_null(in);
	e->msg[0] = '\0';
	status = load_from(in, s, 1000, e);
	if (status != 0)
		assert_string_not_equal(e->msg, "");
	input_close(in);
	return status;
}

static void
save(const char *path, enum audio_format f, const struct sound *s)
{
	struct output_opts force = { .force = true };
	struct err e;
	struct output *o = output_open(path, force, &e);
	struct audio_out *a = audio_out_open(o, f, s->info, &e);

	assert_non_null(a);
	for (size_t i = 0; i < s->info.frames; i += 700) {
		size_t left = s->info.frames - i;

		assert_int_equal(audio_out_write(a, s->x + i * s->info.channels,
					 left < 700 ? left : 700, &e),
			0);
	}
	assert_int_equal(audio_out_close(a, &e), 0);
	assert_int_equal(output_commit(o, &e), 0);
}

static size_t
floats(const struct sound *s)
{
	return s->info.frames * s->info.channels;
}

static void
assert_same(const struct sound *a, const struct sound *b)
{
	assert_int_equal(a->info.frames, b->info.frames);
	assert_int_equal(a->info.channels, b->info.channels);
	assert_int_equal(a->info.sample_rate, b->info.sample_rate);
	assert_int_equal(a->info.bit_depth, b->info.bit_depth);
	if (floats(a) > 0)
		assert_memory_equal(a->x, b->x, floats(a) * sizeof *a->x);
}

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

static struct sound
tone(size_t frames, size_t channels, size_t rate)
{
	struct sound s = { { frames, channels, rate, 16 }, NULL };

	s.x = mem_floats(frames * channels + 1);
	for (size_t i = 0; i < frames * channels; i++)
		s.x[i] = (float)(0.5 *
			sin(0.07 * (double)(i / channels) +
				(double)(i % channels)));
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

/* Written by libsndfile itself. */
static void
write_with(const char *path, int format, const struct sound *s)
{
	SF_INFO info = { .channels = (int)s->info.channels,
		.samplerate = (int)s->info.sample_rate,
		.format = format };
	SNDFILE *sf = sf_open(path, SFM_WRITE, &info);
	sf_count_t n = (sf_count_t)s->info.frames;

	if (sf == NULL)
		fail_msg("format %x: %s", (unsigned)format, sf_strerror(NULL));
	assert_int_equal(sf_writef_float(sf, s->x, n), n);
	assert_int_equal(sf_close(sf), 0);
}

static const struct {
	int format;
	size_t bits;
	float error;
} formats[] = {
	{ SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8, 0.01f },
	{ SF_FORMAT_WAV | SF_FORMAT_PCM_32, 32, 1e-6f },
	{ SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 32, 1e-6f },
	{ SF_FORMAT_WAV | SF_FORMAT_ULAW, 16, 0.03f },
	{ SF_FORMAT_WAV | SF_FORMAT_ALAW, 16, 0.03f },
	{ SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 16, 0.5f },
	{ SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_W64 | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 24, 1e-6f },
	{ SF_FORMAT_AU | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_AU | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_CAF | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_WAV | SF_ENDIAN_BIG | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_CAF | SF_FORMAT_ALAC_16, 16, 1e-4f },
	{ SF_FORMAT_FLAC | SF_FORMAT_PCM_S8, 8, 0.01f },
	{ SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16, 0.1f },
	{ SF_FORMAT_OGG | SF_FORMAT_OPUS, 16, 0.2f },
	{ SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16, 0.2f },
};
#define FORMATS (sizeof formats / sizeof *formats)

static void
compare(size_t k, const struct sound *a, const struct sound *b)
{
	double pa = 0, pb = 0;

	assert_int_equal(a->info.channels, b->info.channels);
	assert_int_equal(a->info.sample_rate, b->info.sample_rate);
	assert_int_equal(b->info.bit_depth, formats[k].bits);
	assert_true(b->info.frames >= a->info.frames);
	/* ADPCM comes in whole blocks. */
	if ((formats[k].format & SF_FORMAT_SUBMASK) != SF_FORMAT_IMA_ADPCM)
		assert_int_equal(a->info.frames, b->info.frames);
	for (size_t i = 0; i < floats(a); i++) {
		pa += (double)a->x[i] * (double)a->x[i];
		pb += (double)b->x[i] * (double)b->x[i];
		if (fabsf(a->x[i] - b->x[i]) > formats[k].error)
			fail_msg("format %x: sample %zu: %g for %g",
				(unsigned)formats[k].format, i, (double)b->x[i],
				(double)a->x[i]);
	}
	assert_true(fabs(pa - pb) < 0.25 * pa);
}

static void
every_container_is_read(void **state)
{
	(void)state;
	for (size_t k = 0; k < FORMATS * 2; k++) {
		struct sound a = tone(30011, k % 2 + 1, 48000), b;
		struct err e;

		write_with(scratch("f"), formats[k / 2].format, &a);
		if (load(scratch("f"), &b, &e) != 0)
			fail_msg("format %x: %s",
				(unsigned)formats[k / 2].format, e.msg);
		compare(k / 2, &a, &b);
		free(a.x);
		free(b.x);
	}
}

static void
a_pipe_gives_the_same(void **state)
{
	static const int kinds[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,
		SF_FORMAT_FLAC | SF_FORMAT_PCM_16,
		SF_FORMAT_OGG | SF_FORMAT_VORBIS };

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct sound t = tone(3001, 2, 44100), a, b;
		struct bytes f;
		struct input *in;
		struct err e;
		pid_t child;
		int status;

		write_with(scratch("p"), kinds[k], &t);
		assert_int_equal(load(scratch("p"), &a, &e), 0);
		f = bytes_read(scratch("p"));
		in = piped(f.p, f.n, 7, &child);
		assert_int_equal(load_from(in, &b, 13, &e), 0);
		input_close(in);
		waitpid(child, &status, 0);
		assert_same(&a, &b);
		free(t.x);
		free(a.x);
		free(b.x);
		free(f.p);
	}
}

static void
every_cut_is_an_error(void **state)
{
	static const int kinds[] = { SF_FORMAT_WAV, SF_FORMAT_RF64,
		SF_FORMAT_W64, SF_FORMAT_AIFF, SF_FORMAT_AU, SF_FORMAT_CAF,
		SF_FORMAT_WAV | SF_ENDIAN_BIG, SF_FORMAT_FLAC };
	struct sound t = tone(500, 2, 8000), s;

	(void)state;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct bytes f;
		struct err e;

		write_with(scratch("c"), kinds[k] | SF_FORMAT_PCM_16, &t);
		f = bytes_read(scratch("c"));
		for (size_t n = f.n - 1; n > 0; n -= n < 13 ? n : 13) {
			bytes_write(scratch("cut"), f.p, n);
			if (load(scratch("cut"), &s, &e) == 0)
				fail_msg("format %x cut to %zu of %zu bytes",
					(unsigned)kinds[k], n, f.n);
			free(s.x);
		}
		free(f.p);
	}
	free(t.x);
}

static void
a_cut_wav_says_how_much_is_there(void **state)
{
	struct sound t = tone(500, 2, 8000), s;
	struct bytes f;
	struct err e;

	(void)state;
	save(scratch("w"), AUDIO_WAV, &t);
	f = bytes_read(scratch("w"));
	bytes_write(scratch("cut"), f.p, f.n - 401);
	assert_int_equal(load(scratch("cut"), &s, &e), -1);
	assert_string_equal(e.msg, "truncated: 399 of 500 frames");
	free(s.x);
	free(f.p);
	free(t.x);
}

/* Where the content of the data chunk begins. */
static size_t
data_at(const struct bytes *f)
{
	for (size_t i = 12; i + 8 < f->n; i++)
		if (memcmp(f->p + i, "data", 4) == 0)
			return i + 8;
	fail_msg("no data");
	return 0;
}

static void
wav_from_a_pipe_is_taken_as_it_is(void **state)
{
	static const char *const sizes[] = { "\377\377\377\377", "\0\0\0\0",
		"\000\360\377\177", "\000\000\000\200", "\333\377\377\377" };
	struct sound t = tone(500, 1, 8000), a, b;
	struct bytes f;
	struct err e;

	(void)state;
	save(scratch("w"), AUDIO_WAV, &t);
	assert_int_equal(load(scratch("w"), &a, &e), 0);
	f = bytes_read(scratch("w"));
	for (size_t k = 0; k < 5; k++) {
		memcpy(f.p + 4, sizes[k], 4);
		memcpy(f.p + data_at(&f) - 4, sizes[k], 4);
		bytes_write(scratch("s"), f.p, f.n);
		if (load(scratch("s"), &b, &e) != 0)
			fail_msg("size %zu: %s", k, e.msg);
		assert_same(&a, &b);
		free(b.x);
	}
	free(f.p);
	free(a.x);
	free(t.x);
}

/* Chunks behind an empty one are not sound. */
static void
an_empty_wav_stays_empty(void **state)
{
	static const char list[] = "LIST\010\0\0\0INFOabcd";
	struct sound t = tone(0, 1, 8000), s;
	unsigned char wav[256];
	struct bytes f;
	struct err e;

	(void)state;
	save(scratch("w"), AUDIO_WAV, &t);
	f = bytes_read(scratch("w"));
	memcpy(wav, f.p, f.n);
	memcpy(wav + f.n, list, 16);
	wav[4] = (unsigned char)(wav[4] + 16);
	bytes_write(scratch("s"), wav, f.n + 16);
	if (load(scratch("s"), &s, &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(s.info.frames, 0);
	free(s.x);
	free(f.p);
	free(t.x);
}

/* A streamed FLAC does not say how long it is: 36 bits in STREAMINFO. */
static void
flac_without_a_length_is_counted(void **state)
{
	struct sound t = tone(9000, 1, 8000), a, b;
	struct bytes f;
	struct err e;

	(void)state;
	save(scratch("f"), AUDIO_FLAC, &t);
	assert_int_equal(load(scratch("f"), &a, &e), 0);
	f = bytes_read(scratch("f"));
	f.p[21] &= 0xf0;
	memset(f.p + 22, 0, 4);
	bytes_write(scratch("s"), f.p, f.n);
	if (load(scratch("s"), &b, &e) != 0)
		fail_msg("%s", e.msg);
	assert_same(&a, &b);
	free(f.p);
	free(a.x);
	free(b.x);
	free(t.x);
}

static void
a_damaged_flac_is_an_error(void **state)
{
	struct sound t = tone(20000, 1, 8000), s;
	struct bytes f;
	struct err e;

	(void)state;
	save(scratch("f"), AUDIO_FLAC, &t);
	f = bytes_read(scratch("f"));
	for (size_t at = f.n / 4; at < f.n; at += f.n / 5) {
		f.p[at] ^= 16;
		bytes_write(scratch("d"), f.p, f.n);
		assert_int_equal(load(scratch("d"), &s, &e), -1);
		assert_non_null(strstr(e.msg, "of 20000"));
		f.p[at] ^= 16;
		free(s.x);
	}
	free(f.p);
	free(t.x);
}

static void
no_input_crashes_it(void **state)
{
	static const int kinds[] = { SF_FORMAT_WAV | SF_FORMAT_PCM_16,
		SF_FORMAT_AIFF | SF_FORMAT_PCM_16,
		SF_FORMAT_CAF | SF_FORMAT_PCM_16,
		SF_FORMAT_FLAC | SF_FORMAT_PCM_16 };
	struct sound t = tone(100, 1, 8000), s;
	struct rng r;

	(void)state;
	rng_seed(&r, SEED, 1);
	for (size_t k = 0; k < 400; k++) {
		struct bytes f;
		struct err e;

		write_with(scratch("n"), kinds[k % 4], &t);
		f = bytes_read(scratch("n"));
		for (size_t i = 0; i < 4; i++)
			f.p[rng_below(&r, i % 2 ? f.n : 64)] =
				(unsigned char)rng_u64(&r);
		bytes_write(scratch("n"), f.p, f.n);
		load(scratch("n"), &s, &e);
		free(s.x);
		free(f.p);
	}
	free(t.x);
}

static void
junk_is_refused_in_words(void **state)
{
	struct sound s;
	struct err e;

	(void)state;
	bytes_write(scratch("junk"), "RIFF....WAVEjunkjunkjunk", 24);
	assert_int_equal(load(scratch("junk"), &s, &e), -1);
	assert_non_null(strstr(e.msg, "not readable as audio: "));
	assert_true(e.msg[strlen(e.msg) - 1] != '.');
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(integers_are_rounded_and_clamped),
		cmocka_unit_test(floats_are_not_clamped),
		cmocka_unit_test(every_container_is_read),
		cmocka_unit_test(a_pipe_gives_the_same),
		cmocka_unit_test(every_cut_is_an_error),
		cmocka_unit_test(a_cut_wav_says_how_much_is_there),
		cmocka_unit_test(wav_from_a_pipe_is_taken_as_it_is),
		cmocka_unit_test(an_empty_wav_stays_empty),
		cmocka_unit_test(flac_without_a_length_is_counted),
		cmocka_unit_test(a_damaged_flac_is_an_error),
		cmocka_unit_test(no_input_crashes_it),
		cmocka_unit_test(junk_is_refused_in_words),
		cmocka_unit_test(a_pipe_gets_the_same_bytes),
		cmocka_unit_test(unknown_length_makes_an_rf64_that_shrinks),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
