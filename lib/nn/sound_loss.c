#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/mel.h"
#include "nn/sound_loss.h"
#include "nn/spectra.h"
#include "util/mem.h"

#define FLOOR 1e-6   /* of the largest power: -60 dB */
#define AUDIBLE 1e-4 /* of the loudest frame: -40 dB */
#define QUIET 0.01   /* of the noise's power: -20 dB */
#define BANDS 80
#define HIGH_HZ 4000
#define STFTS 3

static const double stft_window_s[STFTS] = { 0.008, 0.032, 0.128 };

struct sound_loss {
	struct sound_loss_opts o;
	struct spectra stft[STFTS], mel, logspec; /* frames 0: not there */
	struct mel bank;
	kiss_fft_cpx *x, *y; /* [frames, bins] of the largest of them */
	float *px, *py, *d;  /* the same: powers, gradient by py */
	float *mx, *my, *dm; /* [bands]: of one frame */
};

static size_t
samples_in(double seconds, size_t rate)
{
	size_t n = (size_t)lround(seconds * (double)rate);

	return n ? n : 1;
}

/* At least two samples of window: one alone is weighed with 0.  size: room for
 * the largest so far. */
static void
add(const struct sound_loss_opts *o, struct spectra *p, double window_s,
	double hop_s, size_t *size)
{
	size_t window = samples_in(window_s, o->rate);

	spectra_init(p, o->samples, window < 2 ? 2 : window,
		samples_in(hop_s, o->rate));
	if (*size < p->frames * p->bins)
		*size = p->frames * p->bins;
}

struct sound_loss *
sound_loss_open(struct sound_loss_opts o)
{
	struct sound_loss *s = mem_zalloc(1, sizeof(*s));
	size_t n = 0;

	s->o = o;
	for (size_t i = 0; o.stft && i < STFTS; i++)
		add(&o, &s->stft[i], stft_window_s[i], stft_window_s[i] / 2,
			&n);
	if (o.mel) {
		add(&o, &s->mel, 0.064, 0.032, &n);
		mel_init(&s->bank, BANDS, s->mel.size, o.rate);
	}
	if (o.logspec)
		add(&o, &s->logspec, 0.032, 0.008, &n);
	s->x = mem_alloc(n, sizeof(*s->x));
	s->y = mem_alloc(n, sizeof(*s->y));
	s->px = mem_floats(n);
	s->py = mem_floats(n);
	s->d = mem_floats(n);
	s->mx = mem_floats(BANDS);
	s->my = mem_floats(BANDS);
	s->dm = mem_floats(BANDS);
	return s;
}

void
sound_loss_close(struct sound_loss *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < STFTS; i++)
		spectra_free(&s->stft[i]);
	spectra_free(&s->mel);
	spectra_free(&s->logspec);
	mel_free(&s->bank);
	free(s->x);
	free(s->y);
	free(s->px);
	free(s->py);
	free(s->d);
	free(s->mx);
	free(s->my);
	free(s->dm);
	free(s);
}

static void
powers(const kiss_fft_cpx *x, size_t n, float *p)
{
	for (size_t i = 0; i < n; i++)
		p[i] = x[i].r * x[i].r + x[i].i * x[i].i;
}

static void
both(struct sound_loss *s, struct spectra *p, const float *x, const float *y)
{
	spectra_run(p, x, s->x);
	spectra_run(p, y, s->y);
	powers(s->x, p->frames * p->bins, s->px);
	powers(s->y, p->frames * p->bins, s->py);
}

/* Of bins first .. first+bins-1 of every frame of px. */
static float
floor_of(const struct sound_loss *s, const struct spectra *p, size_t bins)
{
	float most = (float)(s->o.power * p->energy);

	for (size_t f = 0; f < p->frames; f++)
		for (size_t k = f * p->bins; k < f * p->bins + bins; k++)
			most = s->px[k] > most ? s->px[k] : most;
	return (float)FLOOR * most;
}

/*
 * With a = sqrt(px + floor), b = sqrt(py + floor), n of each:
 * sqrt(sum (a - b)^2) / sqrt(sum a^2) + sum |ln a - ln b| / n.
 */
static double
stft_term(struct sound_loss *s, const struct spectra *p, double weight)
{
	size_t n = p->frames * p->bins;
	float floor = floor_of(s, p, p->bins), by_far, by_log;
	double far = 0, size = 0, logs = 0, least;

	for (size_t i = 0; i < n; i++) {
		float a2 = s->px[i] + floor, b2 = s->py[i] + floor;
		float e = sqrtf(b2) - sqrtf(a2);

		size += (double)a2;
		far += (double)e * (double)e;
		logs += (double)fabsf(logf(b2 / a2));
	}
	least = QUIET * s->o.power * p->energy * (double)n;
	size = sqrt(size > least ? size : least);
	far = sqrt(far);
	by_far = far > 0 ? (float)(weight / (2 * far * size)) : 0;
	by_log = (float)(weight / (2 * (double)n));
	for (size_t i = 0; i < n; i++) {
		float a = sqrtf(s->px[i] + floor), b = sqrtf(s->py[i] + floor);
		float side = (float)((b > a) - (b < a));

		s->d[i] = by_far * (b - a) / b + by_log * side / (b * b);
	}
	return far / size + logs / (2 * (double)n);
}

double
sound_loss_stft(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy)
{
	double sum = 0;

	for (size_t i = 0; i < STFTS; i++) {
		both(s, &s->stft[i], x, y);
		sum += stft_term(s, &s->stft[i], weight / STFTS);
		if (dy)
			spectra_backward(&s->stft[i], s->d, s->y, dy);
	}
	return sum / STFTS;
}

/* One frame; d is the gradient by py. */
static double
mel_frame(struct sound_loss *s, const float *px, const float *py, float floor,
	float by, float *d)
{
	double sum = 0;

	mel_run(&s->bank, px, s->mx);
	mel_run(&s->bank, py, s->my);
	for (size_t b = 0; b < s->bank.bands; b++) {
		float x = s->mx[b] + floor, y = s->my[b] + floor;

		sum += (double)fabsf(logf(y / x));
		s->dm[b] = by * (float)((y > x) - (y < x)) / y;
	}
	mel_backward(&s->bank, s->dm, d);
	return sum / 2;
}

double
sound_loss_mel(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy)
{
	struct spectra *p = &s->mel;
	double n = (double)(p->frames * s->bank.bands), sum = 0;
	float floor;

	both(s, p, x, y);
	floor = floor_of(s, p, p->bins);
	for (size_t f = 0; f < p->frames; f++) {
		size_t at = f * p->bins;

		sum += mel_frame(s, s->px + at, s->py + at, floor,
			(float)(weight / (2 * n)), s->d + at);
	}
	if (dy)
		spectra_backward(p, s->d, s->y, dy);
	return sum / n;
}

/* Bins of 0 to 4 kHz. */
static size_t
band_bins(const struct sound_loss *s, const struct spectra *p)
{
	size_t bins = HIGH_HZ * p->size / s->o.rate + 1;

	return bins < p->bins ? bins : p->bins;
}

static double
sum_of(const float *x, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)x[i];
	return sum;
}

/* The least sum of powers that a frame counts with. */
static double
audible(const struct sound_loss *s, const struct spectra *p, size_t bins)
{
	double most = s->o.power * p->energy * (double)bins;

	for (size_t f = 0; f < p->frames; f++)
		most = fmax(most, sum_of(s->px + f * p->bins, bins));
	return AUDIBLE * most;
}

double
sound_loss_logspec(struct sound_loss *s, const float *x, const float *y,
	double weight, float *dy)
{
	struct spectra *p = &s->logspec;
	size_t bins = band_bins(s, p);
	double n = (double)(p->frames * bins), sum = 0, loud;
	float floor, by = (float)(-2 * M_LOG10E * weight / n);

	both(s, p, x, y);
	floor = floor_of(s, p, bins);
	loud = audible(s, p, bins);
	memset(s->d, 0, p->frames * p->bins * sizeof(*s->d));
	for (size_t f = 0; f < p->frames; f++) {
		size_t at = f * p->bins;

		if (sum_of(s->px + at, bins) < loud)
			continue;
		for (size_t i = at; i < at + bins; i++) {
			float b = s->py[i] + floor;
			float l =
				(float)M_LOG10E * logf((s->px[i] + floor) / b);

			sum += (double)l * (double)l;
			s->d[i] = by * l / b;
		}
	}
	if (dy)
		spectra_backward(p, s->d, s->y, dy);
	return sum / n;
}
