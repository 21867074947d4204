#include <errno.h>
#include <limits.h>
#include <sndfile.h>
#include <stdlib.h>
#include <unistd.h>

#include "media/audio.h"
#include "media/audio_error.h"
#include "util/input_tmp.h"
#include "util/mem.h"

#define BLOCK 8192

/* Room for a header and a pad byte below the 32-bit limit of WAV. */
#define MAX_WAV ((uint64_t)UINT32_MAX - 4096)

struct audio_out {
	SNDFILE *sf;
	struct output *o;
	int tmp;           /* what a pipe gets in the end, or -1 */
	uint64_t base;     /* where this item begins in the output */
	uint64_t pos, end; /* libsndfile's, from base */
	uint64_t room;     /* frames that still fit the container */
	bool failed;       /* err says why; nothing is written any more */
	struct err err;
	size_t channels;
	size_t bits; /* 16 or 24; 32 is float, unclamped */
	int *block;
};

static sf_count_t
on_length(void *arg)
{
	const struct audio_out *a = arg;

	return (sf_count_t)a->end;
}

static sf_count_t
on_seek(sf_count_t offset, int whence, void *arg)
{
	struct audio_out *a = arg;
	sf_count_t base = 0;

	if (whence == SEEK_CUR)
		base = (sf_count_t)a->pos;
	else if (whence == SEEK_END)
		base = (sf_count_t)a->end;
	if (offset < -base || offset > (sf_count_t)a->end - base)
		return -1;
	a->pos = (uint64_t)(base + offset);
	return base + offset;
}

static sf_count_t
on_tell(void *arg)
{
	const struct audio_out *a = arg;

	return (sf_count_t)a->pos;
}

static int
tmp_write(struct audio_out *a, const char *p, size_t n)
{
	uint64_t at = a->pos;

	while (n > 0) {
		ptrdiff_t m = pwrite(a->tmp, p, n, (off_t)at);

		if (m < 0 && errno == EINTR)
			continue;
		if (m < 0)
			return err_sys(&a->err, "temporary file");
		p += m;
		at += (uint64_t)m;
		n -= (size_t)m;
	}
	return 0;
}

/* Bytes behind the end are appended, those before it replaced. */
static int
direct_write(struct audio_out *a, const char *p, size_t n)
{
	size_t old = a->end - a->pos < n ? (size_t)(a->end - a->pos) : n;

	if (old > 0 &&
		output_pwrite(a->o, a->base + a->pos, p, old, &a->err) != 0)
		return -1;
	return n > old ? output_write(a->o, p + old, n - old, &a->err) : 0;
}

static sf_count_t
on_write(const void *buf, sf_count_t count, void *arg)
{
	struct audio_out *a = arg;
	size_t n = (size_t)count;
	int status;

	if (a->failed)
		return 0;
	status = a->tmp >= 0 ? tmp_write(a, buf, n) : direct_write(a, buf, n);
	if (status != 0) {
		a->failed = true;
		return 0;
	}
	a->pos += n;
	if (a->end < a->pos)
		a->end = a->pos;
	return count;
}

static int
sample_format(size_t bits)
{
	switch (bits) {
	case 24: return SF_FORMAT_PCM_24;
	case 32: return SF_FORMAT_FLOAT;
	default: return SF_FORMAT_PCM_16;
	}
}

static int
choose(struct audio_out *a, enum audio_format f, const struct audio_info *info,
	SF_INFO *sf, struct err *e)
{
	uint64_t most;

	a->channels = info->channels;
	a->bits = info->bit_depth <= 16 ? 16 : info->bit_depth <= 24 ? 24 : 32;
	if (f == AUDIO_FLAC && a->bits > 24)
		a->bits = 24;
	if (info->channels == 0 || info->channels > 1024 ||
		info->sample_rate == 0 || info->sample_rate > INT_MAX)
		return err_set(e, "cannot write %zu channels at %zu Hz",
			info->channels, info->sample_rate);
	most = MAX_WAV / (a->bits / 8 * info->channels);
	a->room = UINT64_MAX;
	sf->channels = (int)info->channels;
	sf->samplerate = (int)info->sample_rate;
	sf->format = sample_format(a->bits);
	if (f == AUDIO_FLAC) {
		sf->format |= SF_FORMAT_FLAC;
	} else if (info->frames > most) {
		sf->format |= SF_FORMAT_RF64;
	} else {
		sf->format |= SF_FORMAT_WAV;
		a->room = most;
	}
	if (!sf_format_check(sf))
		return err_set(e, "%s cannot hold %zu channels at %zu Hz",
			f == AUDIO_FLAC ? "FLAC" : "WAV", info->channels,
			info->sample_rate);
	return 0;
}

static int
file_open(struct audio_out *a, SF_INFO *sf, struct err *e)
{
	SF_VIRTUAL_IO io = { .get_filelen = on_length,
		.seek = on_seek,
		.write = on_write,
		.tell = on_tell };

	a->sf = sf_open_virtual(&io, SFM_WRITE, sf, a);
	if (a->failed) {
		*e = a->err;
		return -1;
	}
	if (a->sf == NULL)
		return audio_error(NULL, "cannot write audio", e);
	/* A PEAK chunk would hold the time of day. */
	sf_command(a->sf, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	if ((sf->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RF64)
		sf_command(a->sf, SFC_RF64_AUTO_DOWNGRADE, NULL, SF_TRUE);
	return 0;
}

struct audio_out *
audio_out_open(struct output *o, enum audio_format f, struct audio_info info,
	struct err *e)
{
	struct audio_out *a = mem_zalloc(1, sizeof *a);
	SF_INFO sf = { 0 };

	a->o = o;
	a->tmp = -1;
	a->base = output_offset(o);
	a->block = mem_alloc(BLOCK, sizeof *a->block);
	if (choose(a, f, &info, &sf, e) != 0)
		goto fail;
	if (!output_seekable(o) && (a->tmp = input_tmp_open(e)) < 0)
		goto fail;
	if (file_open(a, &sf, e) != 0)
		goto fail;
	return a;
fail:
	audio_out_abort(a);
	return NULL;
}

/*
 * To the upper bits of an int, as libsndfile wants it.  We round to nearest,
 * so that what was read comes back; libsndfile's own clipping truncates.
 */
static int
quantize(float v, float top)
{
	v *= top;
	if (v >= top - 1)
		return (int)(top - 1);
	if (v <= -top)
		return (int)-top;
	if (v < 0)
		return (int)(v - 0.5f);
	return v > 0 ? (int)(v + 0.5f) : 0; /* 0 for NaN */
}

static int
write_block(struct audio_out *a, const float *in, size_t n)
{
	float top;
	sf_count_t count = (sf_count_t)n;

	if (a->bits == 32)
		return sf_writef_float(a->sf, in, count) == count ? 0 : -1;
	top = a->bits == 16 ? 0x1p15f : 0x1p23f;
	for (size_t i = 0; i < n * a->channels; i++)
		a->block[i] = quantize(in[i], top) * (1 << (32 - a->bits));
	return sf_writef_int(a->sf, a->block, count) == count ? 0 : -1;
}

int
audio_out_write(struct audio_out *a, const float *in, size_t n, struct err *e)
{
	if (n > a->room)
		return err_set(e,
			"more than 4 GiB of sound in a WAV whose "
			"length was not known at the start");
	a->room -= n;
	while (n > 0) {
		size_t m = BLOCK / a->channels < n ? BLOCK / a->channels : n;

		if (write_block(a, in, m) != 0) {
			if (!a->failed)
				return audio_error(a->sf, "audio", e);
			*e = a->err;
			return -1;
		}
		in += m * a->channels;
		n -= m;
	}
	return 0;
}

static int
copy_out(struct audio_out *a, struct err *e)
{
	uint64_t at = 0;
	ptrdiff_t n;

	while (at < a->end) {
		n = pread(
			a->tmp, a->block, BLOCK * sizeof *a->block, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_sys(e, "temporary file");
		if (output_write(a->o, a->block, (size_t)n, e) != 0)
			return -1;
		at += (uint64_t)n;
	}
	return 0;
}

int
audio_out_close(struct audio_out *a, struct err *e)
{
	int status;

	/* FLAC writes its header with the first frame, if there is one. */
	if (a->end == 0)
		sf_command(a->sf, SFC_UPDATE_HEADER_NOW, NULL, 0);
	status = sf_close(a->sf);
	a->sf = NULL;
	if (a->failed) {
		*e = a->err;
		status = -1;
	} else if (status != 0) {
		status = err_set(e, "audio: %s", sf_error_number(status));
	} else if (a->tmp >= 0) {
		status = copy_out(a, e);
	}
	audio_out_abort(a);
	return status;
}

void
audio_out_abort(struct audio_out *a)
{
	if (a == NULL)
		return;
	a->failed = true;
	sf_close(a->sf);
	if (a->tmp >= 0)
		close(a->tmp);
	free(a->block);
	free(a);
}
