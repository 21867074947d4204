#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "media/resample.h"
#include "model/sound.h"
#include "util/mem.h"

#define BLOCK ((size_t)4096)

struct sound {
	size_t channels;
	sound_pull *pull;
	void *arg;
	struct resample *resample; /* NULL: the rates are equal */
	float *block;              /* [BLOCK, channels], before */
	float *ready;              /* after: frames first .. count-1 wait */
	size_t first, count, room;
	bool end;
};

struct sound *
sound_open(size_t channels, size_t from, size_t to, sound_pull *pull, void *arg,
	struct err *e)
{
	struct sound *s = mem_zalloc(1, sizeof(*s));

	s->channels = channels;
	s->pull = pull;
	s->arg = arg;
	if (from == to)
		return s;
	s->resample = resample_open(channels, from, to, e);
	if (!s->resample) {
		sound_close(s);
		return NULL;
	}
	s->block = mem_floats(BLOCK * channels);
	return s;
}

void
sound_close(struct sound *s)
{
	if (!s)
		return;
	resample_close(s->resample);
	free(s->block);
	free(s->ready);
	free(s);
}

static int
keep(void *arg, const float *frames, size_t n, struct err *e)
{
	struct sound *s = arg;

	(void)e;
	if (s->count + n > s->room) {
		s->room = 2 * (s->count + n);
		s->ready = mem_grow(
			s->ready, s->room * s->channels, sizeof(*s->ready));
	}
	memcpy(s->ready + s->count * s->channels, frames,
		n * s->channels * sizeof(*frames));
	s->count += n;
	return 0;
}

/* Another block through the converter. */
static int
refill(struct sound *s, struct err *e)
{
	ptrdiff_t n = s->pull(s->arg, s->block, BLOCK, e);

	if (n < 0)
		return -1;
	s->first = s->count = 0;
	s->end = (size_t)n < BLOCK;
	return resample_push(
		s->resample, s->block, (size_t)n, s->end, keep, s, e);
}

ptrdiff_t
sound_read(struct sound *s, float *out, size_t n, struct err *e)
{
	size_t got = 0;

	if (!s->resample)
		return s->pull(s->arg, out, n, e);
	while (got < n) {
		size_t m = s->count - s->first;

		if (m == 0) {
			if (s->end)
				break;
			if (refill(s, e) != 0)
				return -1;
			continue;
		}
		m = m < n - got ? m : n - got;
		memcpy(out + got * s->channels,
			s->ready + s->first * s->channels,
			m * s->channels * sizeof(*out));
		s->first += m;
		got += m;
	}
	return (ptrdiff_t)got;
}
