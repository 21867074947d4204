/*
 * media_sounds.h - whole sounds from and to files, for the tests of audio.
 */
#ifndef MEDIA_SOUNDS_H
#define MEDIA_SOUNDS_H

#include <math.h>

#include "media/audio.h"
#include "media_files.h"

struct sound {
	struct audio_info info;
	float *x;
};

static inline int
load_from(struct input *in, struct sound *s, size_t piece, struct err *e)
{
	struct audio_in *a =
		audio_in_open(in, &(struct limit){ 0 }, &s->info, e);
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

static inline int
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

static inline void
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

static inline size_t
floats(const struct sound *s)
{
	return s->info.frames * s->info.channels;
}

static inline void
assert_same(const struct sound *a, const struct sound *b)
{
	assert_int_equal(a->info.frames, b->info.frames);
	assert_int_equal(a->info.channels, b->info.channels);
	assert_int_equal(a->info.sample_rate, b->info.sample_rate);
	assert_int_equal(a->info.bit_depth, b->info.bit_depth);
	if (floats(a) > 0)
		assert_memory_equal(a->x, b->x, floats(a) * sizeof *a->x);
}

static inline struct sound
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

#endif
