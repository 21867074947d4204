#include <samplerate.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "media/resample.h"
#include "util/mem.h"

/*
 * The converter sees the input in blocks of this many frames, cut from its
 * first one, whatever the caller's pieces.  The block that is full waits
 * until more input comes: only the last one is marked as the end.
 */
#define BLOCK 4096

struct resample {
	SRC_STATE *src; /* NULL: equal rates, frames pass as they are */
	size_t channels, from, to;
	size_t held;        /* frames in block */
	size_t taken;       /* frames the caller has pushed */
	size_t given;       /* frames the sink has got */
	float *block, *out; /* [BLOCK, channels] */
};

struct target {
	resample_sink *sink;
	void *arg;
};

size_t
resample_length(size_t frames, size_t from, size_t to)
{
	uint64_t a = frames,
		 n = a / from * to + (a % from * to + from - 1) / from;

	return n < SIZE_MAX ? (size_t)n : SIZE_MAX - 1;
}

struct resample *
resample_open(size_t channels, size_t from, size_t to, struct err *e)
{
	struct resample *r;
	int error;

	if (from == 0 || to == 0 || from > UINT32_MAX || to > UINT32_MAX ||
		!src_is_valid_ratio((double)to / (double)from)) {
		err_set(e, "cannot resample from %zu Hz to %zu Hz", from, to);
		return NULL;
	}
	r = mem_zalloc(1, sizeof *r);
	r->channels = channels;
	r->from = from;
	r->to = to;
	r->block = mem_floats(2 * BLOCK * channels);
	r->out = r->block + BLOCK * channels;
	if (from == to)
		return r;
	r->src = src_new(SRC_SINC_MEDIUM_QUALITY, (int)channels, &error);
	if (r->src == NULL) {
		err_set(e, "cannot resample %zu channels: %s", channels,
			src_strerror(error));
		resample_close(r);
		return NULL;
	}
	return r;
}

static int
give(struct resample *r, const float *x, size_t n, const struct target *t,
	struct err *e)
{
	if (n == 0)
		return 0;
	r->given += n;
	return t->sink(t->arg, x, n, e);
}

/* Convert what is held; at the end no more than `want` frames in all. */
static int
convert(struct resample *r, int last, size_t want, const struct target *t,
	struct err *e)
{
	SRC_DATA d = { .src_ratio = (double)r->to / (double)r->from,
		.data_in = r->block,
		.input_frames = (long)r->held,
		.data_out = r->out,
		.output_frames = BLOCK,
		.end_of_input = last };

	do {
		int error = src_process(r->src, &d);
		size_t n = (size_t)d.output_frames_gen;

		if (error != 0)
			return err_set(
				e, "resampling: %s", src_strerror(error));
		if (n > want - r->given)
			n = want - r->given;
		if (give(r, r->out, n, t, e) != 0)
			return -1;
		d.input_frames -= d.input_frames_used;
		/* Its end is where out begins: libsamplerate refuses that as
		 * an overlap, even of no frames. */
		if (d.input_frames > 0)
			d.data_in += (size_t)d.input_frames_used * r->channels;
		else
			d.data_in = r->block;
	} while (d.input_frames > 0 || d.output_frames_gen > 0);
	r->held = 0;
	return 0;
}

/* The exact length: the converter may stop a frame or two early. */
static int
finish(struct resample *r, const struct target *t, struct err *e)
{
	size_t want = resample_length(r->taken, r->from, r->to);

	if (convert(r, 1, want, t, e) != 0)
		return -1;
	memset(r->out, 0, BLOCK * r->channels * sizeof *r->out);
	while (r->given < want) {
		size_t n = want - r->given < BLOCK ? want - r->given : BLOCK;

		if (give(r, r->out, n, t, e) != 0)
			return -1;
	}
	return 0;
}

int
resample_push(struct resample *r, const float *in, size_t n, int last,
	resample_sink *sink, void *arg, struct err *e)
{
	const struct target t = { sink, arg };

	r->taken += n;
	if (r->src == NULL)
		return give(r, in, n, &t, e);
	while (n > 0) {
		size_t m = BLOCK - r->held < n ? BLOCK - r->held : n;

		if (m == 0) {
			if (convert(r, 0, SIZE_MAX, &t, e) != 0)
				return -1;
			continue;
		}
		memcpy(r->block + r->held * r->channels, in,
			m * r->channels * sizeof *in);
		r->held += m;
		in += m * r->channels;
		n -= m;
	}
	return last ? finish(r, &t, e) : 0;
}

void
resample_close(struct resample *r)
{
	if (r == NULL)
		return;
	src_delete(r->src);
	free(r->block);
	free(r);
}
