/* Sound of every container comes in right, and damage is told. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sndfile.h>

#include "media_sounds.h"
#include "util/rng.h"

#define SEED 16000

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
	{ SF_FORMAT_WAVEX | SF_FORMAT_ALAW, 16, 0.03f },
	{ SF_FORMAT_WAV | SF_FORMAT_IMA_ADPCM, 16, 0.5f },
	{ SF_FORMAT_RF64 | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_W64 | SF_FORMAT_PCM_16, 16, 1e-4f },
	{ SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 24, 1e-6f },
	{ SF_FORMAT_AU | SF_ENDIAN_LITTLE | SF_FORMAT_PCM_16, 16, 1e-4f },
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

/* An odd chunk before the sound is followed by a pad byte. */
static void
an_odd_chunk_is_padded(void **state)
{
	struct sound t = tone(500, 1, 8000), s;
	unsigned char wav[2048];
	struct bytes f;
	struct err e;
	size_t at;

	(void)state;
	save(scratch("w"), AUDIO_WAV, &t);
	f = bytes_read(scratch("w"));
	at = data_at(&f) - 8;
	memcpy(wav, f.p, at);
	memcpy(wav + at, "junk\003\0\0\0abc", 12);
	memcpy(wav + at + 12, f.p + at, f.n - at);
	bytes_write(scratch("o"), wav, f.n + 12);
	assert_int_equal(load(scratch("o"), &s, &e), 0);
	assert_int_equal(s.info.frames, 500);
	free(s.x);
	bytes_write(scratch("o"), wav, f.n + 12 - 100);
	assert_int_equal(load(scratch("o"), &s, &e), -1);
	assert_string_equal(e.msg, "truncated: 450 of 500 frames");
	free(s.x);
	free(f.p);
	free(t.x);
}

/* The sound begins where the input stands, not where the file does. */
static void
sound_behind_other_bytes_is_read(void **state)
{
	struct sound t = tone(500, 1, 8000), a, b;
	struct input *in;
	struct bytes f;
	struct err e;
	char all[2048], word[5];

	(void)state;
	save(scratch("w"), AUDIO_WAV, &t);
	assert_int_equal(load(scratch("w"), &a, &e), 0);
	f = bytes_read(scratch("w"));
	memcpy(all, "hello", 5);
	memcpy(all + 5, f.p, f.n);
	bytes_write(scratch("h"), all, f.n + 5);
	in = input_open(scratch("h"), &e);
	assert_int_equal(input_read(in, word, 5, &e), 5);
	assert_int_equal(load_from(in, &b, 100, &e), 0);
	input_close(in);
	assert_same(&a, &b);
	free(a.x);
	free(b.x);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
		cmocka_unit_test(an_odd_chunk_is_padded),
		cmocka_unit_test(sound_behind_other_bytes_is_read),
	};

	print_message("seed %d\n", SEED);
	return cmocka_run_group_tests(tests, NULL, scratch_remove);
}
