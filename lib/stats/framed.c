#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kiss_fftr.h>

#include "stats/framed.h"
#include "util/input_tmp.h"
#include "util/mem.h"

struct framed {
	int fd;
	size_t channels, window, size, length;
	kiss_fftr_cfg fft;
	float *hann;     /* [window] */
	float *raw;      /* [window, channels] */
	float *in;       /* [size] */
	kiss_fft_cpx *x; /* [size/2 + 1] */
};

static size_t
fast_size(size_t window)
{
	return (size_t)kiss_fftr_next_fast_size_real((int)window);
}

static void
hann_window(float *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w[i] = (float)(0.5 -
			0.5 * cos(2 * M_PI * (double)i / (double)n));
}

struct framed *
framed_open(size_t channels, size_t window, struct err *e)
{
	struct framed *f = mem_zalloc(1, sizeof(*f));

	*f = (struct framed){ .channels = channels, .window = window };
	f->size = fast_size(window);
	f->hann = mem_floats(window);
	f->raw = mem_floats(window * channels);
	f->in = mem_zfloats(f->size);
	f->x = mem_alloc(f->size / 2 + 1, sizeof(*f->x));
	hann_window(f->hann, window);
	f->fft = kiss_fftr_alloc((int)f->size, 0, NULL, NULL);
	f->fd = input_tmp_open(e);
	if (f->fd >= 0 && f->fft)
		return f;
	if (f->fd >= 0)
		err_set(e, "no memory for a transform of %zu samples", f->size);
	framed_close(f);
	return NULL;
}

void
framed_close(struct framed *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	kiss_fftr_free(f->fft);
	free(f->hann);
	free(f->raw);
	free(f->in);
	free(f->x);
	free(f);
}

size_t
framed_size(const struct framed *f)
{
	return f->size;
}

int
framed_add(struct framed *f, const float *x, size_t n, struct err *e)
{
	size_t row = f->channels * sizeof(*x), left = n * row;
	const char *p = (const char *)x;

	while (left) {
		ssize_t w = write(f->fd, p, left);

		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_sys(e, "temporary file");
		p += w;
		left -= (size_t)w;
	}
	f->length += n;
	return 0;
}

/* The samples at start that exist into raw, zeros behind them. */
static int
fetch(struct framed *f, size_t start, struct err *e)
{
	size_t row = f->channels * sizeof(float), have, done = 0;
	char *p = (char *)f->raw;

	have = start < f->length ? f->length - start : 0;
	have = (have < f->window ? have : f->window) * row;
	memset(p + have, 0, f->window * row - have);
	while (done < have) {
		ssize_t r = pread(f->fd, p + done, have - done,
			(off_t)(start * row + done));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, "temporary file");
		if (r == 0)
			return err_set(e, "temporary file: cut short");
		done += (size_t)r;
	}
	return 0;
}

int
framed_power(struct framed *f, size_t start, size_t channel, size_t first,
	size_t count, double *power, struct err *e)
{
	if (fetch(f, start, e) != 0)
		return -1;
	for (size_t i = 0; i < f->window; i++)
		f->in[i] = f->raw[i * f->channels + channel] * f->hann[i];
	kiss_fftr(f->fft, f->in, f->x);
	for (size_t i = 0; i < count; i++) {
		double re = f->x[first + i].r, im = f->x[first + i].i;

		power[i] = re * re + im * im;
	}
	return 0;
}
