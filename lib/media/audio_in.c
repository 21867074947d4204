#include <errno.h>
#include <limits.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/audio.h"
#include "media/audio_claim.h"
#include "media/audio_error.h"
#include "util/mem.h"

#define MAX_CHANNELS 64
#define BLOCK 4096

struct audio_in {
	SNDFILE *sf;
	struct input_region region;
	uint64_t pos; /* libsndfile's, in the region */
	int error;    /* errno of a failed read */
	struct audio_claim claim;
	SF_INFO info;
	size_t frames, at, channels;
};

static sf_count_t
on_length(void *arg)
{
	const struct audio_in *a = arg;

	return (sf_count_t)a->region.size;
}

static sf_count_t
on_seek(sf_count_t offset, int whence, void *arg)
{
	struct audio_in *a = arg;
	sf_count_t base = 0;

	if (whence == SEEK_CUR)
		base = (sf_count_t)a->pos;
	else if (whence == SEEK_END)
		base = (sf_count_t)a->region.size;
	if (offset < -base || offset > SSIZE_MAX - base)
		return -1;
	a->pos = (uint64_t)(base + offset);
	return base + offset;
}

/*
 * A size left 0 by a writer that could not come back becomes the largest one,
 * which libsndfile takes as "to the end".
 */
static void
patch(const struct audio_in *a, unsigned char *p, uint64_t at, size_t n)
{
	for (uint64_t i = a->claim.unset; i < a->claim.unset + 4; i++)
		if (a->claim.unset != 0 && i >= at && i - at < n)
			p[i - at] = 0xff;
}

static sf_count_t
on_read(void *buf, sf_count_t count, void *arg)
{
	struct audio_in *a = arg;
	unsigned char *p = buf;
	size_t want = (size_t)count;
	uint64_t left;

	left = a->pos < a->region.size ? a->region.size - a->pos : 0;
	if (want > left)
		want = (size_t)left;
	while (want > 0) {
		ptrdiff_t n = pread(a->region.fd, p, want,
			(off_t)(a->region.start + a->pos));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			a->error = errno;
		if (n <= 0)
			break;
		patch(a, p, a->pos, (size_t)n);
		p += n;
		a->pos += (uint64_t)n;
		want -= (size_t)n;
	}
	return p - (unsigned char *)buf;
}

static sf_count_t
on_tell(void *arg)
{
	const struct audio_in *a = arg;

	return (sf_count_t)a->pos;
}

/* libsndfile takes a read that failed for the end of the file, and may still
 * find a header, or samples, in what came before. */
static int
read_failed(const struct audio_in *a, struct err *e)
{
	if (a->error == 0)
		return 0;
	return err_set(e, "read: %s", strerror(a->error));
}

static int
file_open(struct audio_in *a, struct err *e)
{
	SF_VIRTUAL_IO io = { .get_filelen = on_length,
		.seek = on_seek,
		.read = on_read,
		.tell = on_tell };

	a->pos = 0;
	a->info = (SF_INFO){ 0 };
	a->sf = sf_open_virtual(&io, SFM_READ, &a->info, a);
	if (read_failed(a, e) != 0)
		return -1;
	if (a->sf == NULL)
		return audio_error(NULL, "not readable as audio", e);
	if (a->info.channels < 1 || a->info.channels > MAX_CHANNELS)
		return err_set(e, "%d channels; 1 to %d can be read",
			a->info.channels, MAX_CHANNELS);
	if (a->info.samplerate < 1)
		return err_set(e, "a sample rate of %d", a->info.samplerate);
	a->channels = (size_t)a->info.channels;
	return 0;
}

/* A stream that was written without its length is read through once, as far as
 * it may go. */
static int
count_frames(struct audio_in *a, const struct limit *most, struct err *e)
{
	float *buf = mem_floats(BLOCK * a->channels);
	sf_count_t n;

	a->frames = 0;
	while ((!most->samples || a->frames <= most->samples) &&
		(n = sf_readf_float(a->sf, buf, BLOCK)) > 0)
		a->frames += (size_t)n;
	free(buf);
	sf_close(a->sf);
	a->sf = NULL;
	return read_failed(a, e) == 0 ? file_open(a, e) : -1;
}

/* Bytes of a sample that is stored as it is; 0 for coded sound. */
static size_t
sample_bytes(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8: return 1;
	case SF_FORMAT_PCM_16: return 2;
	case SF_FORMAT_PCM_24: return 3;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_FLOAT: return 4;
	case SF_FORMAT_DOUBLE: return 8;
	default: return 0;
	}
}

static int
check_claim(struct audio_in *a, struct err *e)
{
	size_t frame = sample_bytes(a->info.format) * a->channels;
	const struct audio_claim *c = &a->claim;

	if (c->missing && a->frames == 0)
		return err_set(e, "truncated before the first frame");
	if (c->known && c->bytes == 0)
		a->frames = 0;
	if (!c->known || c->bytes <= c->there)
		return 0;
	if (frame > 0)
		return err_set(e, "truncated: %zu of %zu frames",
			(size_t)c->there / frame, (size_t)c->bytes / frame);
	return err_set(e, "truncated: %zu of %zu bytes of sound",
		(size_t)c->there, (size_t)c->bytes);
}

static size_t
bit_depth(int format)
{
	switch (format & SF_FORMAT_SUBMASK) {
	case SF_FORMAT_PCM_S8:
	case SF_FORMAT_PCM_U8: return 8;
	case SF_FORMAT_PCM_24:
	case SF_FORMAT_ALAC_20:
	case SF_FORMAT_ALAC_24: return 24;
	case SF_FORMAT_PCM_32:
	case SF_FORMAT_ALAC_32:
	case SF_FORMAT_FLOAT:
	case SF_FORMAT_DOUBLE: return 32;
	default: return 16;
	}
}

struct audio_in *
audio_in_open(struct input *in, const struct limit *most,
	struct audio_info *info, struct err *e)
{
	struct audio_in *a = mem_zalloc(1, sizeof *a);

	if (input_spool(in, &a->region, e) != 0 ||
		audio_claim_read(&a->region, &a->claim, e) != 0 ||
		file_open(a, e) != 0)
		goto fail;
	a->frames = (size_t)a->info.frames;
	if (check_claim(a, e) != 0)
		goto fail;
	if ((a->info.frames < 0 || a->info.frames == SF_COUNT_MAX) &&
		count_frames(a, most, e) != 0)
		goto fail;
	if (limit_audio(most, a->frames, e) != 0)
		goto fail;
	*info = (struct audio_info){ a->frames, a->channels,
		(size_t)a->info.samplerate, bit_depth(a->info.format) };
	return a;
fail:
	audio_in_close(a);
	return NULL;
}

static int
short_read(struct audio_in *a, struct err *e)
{
	char where[64];

	if (sf_error(a->sf) == SF_ERR_NO_ERROR)
		return err_set(
			e, "truncated: %zu of %zu frames", a->at, a->frames);
	snprintf(where, sizeof where, "frame %zu of %zu", a->at, a->frames);
	return audio_error(a->sf, where, e);
}

ptrdiff_t
audio_in_read(struct audio_in *a, float *out, size_t n, struct err *e)
{
	sf_count_t got;

	if (n > a->frames - a->at)
		n = a->frames - a->at;
	if (n == 0)
		return 0;
	got = sf_readf_float(a->sf, out, (sf_count_t)n);
	if (got > 0)
		a->at += (size_t)got;
	if (read_failed(a, e) != 0)
		return -1;
	if (got < (sf_count_t)n)
		return short_read(a, e);
	return (ptrdiff_t)got;
}

void
audio_in_close(struct audio_in *a)
{
	if (a == NULL)
		return;
	sf_close(a->sf);
	free(a);
}
