#include <math.h>
#include <stdlib.h>

#include "stats/framed.h"
#include "stats/spectral.h"
#include "util/mem.h"

/* Headers may claim anything; buffers are of these sizes. */
#define RATE_MAX 1000000
#define CHANNELS_MAX 1024

#define WINDOW_S 0.032
#define HOP_S 0.008
#define FLOOR 1e-6   /* of the largest power: -60 dB */
#define AUDIBLE 1e-4 /* of the loudest frame: -40 dB */
#define SEARCHED 256 /* frames, evenly spaced, that a lag is judged by */

struct spectral {
	size_t channels, window, hop, length;
	size_t max_lag, coarse; /* samples: range, step of the search */
	struct framed *ref, *got;
	size_t first, bins; /* of the band */
	double *x, *y;      /* [bins] */
	float *energy;      /* [frames, channels] */
	size_t *loud;       /* [louds]: frame * channels + channel */
	size_t louds;
	double floor;
};

static size_t
samples(double seconds, size_t rate)
{
	size_t n = (size_t)lround(seconds * (double)rate);

	return n ? n : 1;
}

static void
set_band(struct spectral *s, const struct spectral_opts *o)
{
	double size = (double)framed_size(s->ref), rate = (double)o->rate;
	double low = ceil(o->low_hz * size / rate);
	double high = fmin(floor(o->high_hz * size / rate), size / 2);

	if (low > high)
		return;
	s->first = (size_t)low;
	s->bins = (size_t)(high - low) + 1;
}

struct spectral *
spectral_open(struct spectral_opts o, struct err *e)
{
	struct spectral *s;

	if (o.rate == 0 || o.rate > RATE_MAX || o.channels > CHANNELS_MAX) {
		err_set(e, "no spectra of %zu channels at %zu Hz", o.channels,
			o.rate);
		return NULL;
	}
	s = mem_zalloc(1, sizeof(*s));
	s->channels = o.channels;
	s->window = samples(WINDOW_S, o.rate);
	s->hop = samples(HOP_S, o.rate);
	s->max_lag = samples(SPECTRAL_LAG_MS * 1e-3, o.rate);
	s->coarse = samples(1e-3, o.rate);
	s->ref = framed_open(o.channels, s->window, e);
	s->got = s->ref ? framed_open(o.channels, s->window, e) : NULL;
	if (!s->got) {
		spectral_close(s);
		return NULL;
	}
	set_band(s, &o);
	s->x = mem_alloc(s->bins, sizeof(*s->x));
	s->y = mem_alloc(s->bins, sizeof(*s->y));
	return s;
}

void
spectral_close(struct spectral *s)
{
	if (!s)
		return;
	framed_close(s->ref);
	framed_close(s->got);
	free(s->x);
	free(s->y);
	free(s->energy);
	free(s->loud);
	free(s);
}

int
spectral_add(struct spectral *s, const float *ref, const float *got, size_t n,
	struct err *e)
{
	if (framed_add(s->ref, ref, n, e) != 0)
		return -1;
	s->length += n;
	return framed_add(s->got, got, n, e);
}

static size_t
frame_count(const struct spectral *s)
{
	if (s->length <= s->window)
		return s->length ? 1 : 0;
	return 1 + (s->length - s->window) / s->hop;
}

static int
power(struct spectral *s, struct framed *f, size_t start, size_t channel,
	double *out, struct err *e)
{
	return framed_power(f, start, channel, s->first, s->bins, out, e);
}

/* Energies of the reference's frames; sets the floor. */
static int
scan(struct spectral *s, size_t frames, struct err *e)
{
	double peak = 0;

	for (size_t i = 0; i < frames * s->channels; i++) {
		double sum = 0;

		if (power(s, s->ref, i / s->channels * s->hop, i % s->channels,
			    s->x, e) != 0)
			return -1;
		for (size_t b = 0; b < s->bins; b++) {
			sum += s->x[b];
			peak = fmax(peak, s->x[b]);
		}
		s->energy[i] = (float)sum;
	}
	s->floor = FLOOR * peak;
	return 0;
}

static void
pick_loud(struct spectral *s, size_t n)
{
	float loudest = 0;

	for (size_t i = 0; i < n; i++)
		loudest = fmaxf(loudest, s->energy[i]);
	for (size_t i = 0; i < n && loudest > 0; i++)
		if (s->energy[i] >= AUDIBLE * (double)loudest)
			s->loud[s->louds++] = i;
}

static double
rms_db(const double *x, const double *y, size_t n, double floor)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double db = 10 * log10((x[i] + floor) / (y[i] + floor));

		sum += db * db;
	}
	return sqrt(sum / (double)n);
}

/* Where the decoded window of a frame begins; false: not inside the clip. */
static int
shifted(const struct spectral *s, size_t start, long lag, size_t *at)
{
	if (lag < 0 && start < (size_t)-lag)
		return 0;
	*at = lag < 0 ? start - (size_t)-lag : start + (size_t)lag;
	return lag == 0 || *at + s->window <= s->length;
}

/* The mean over every step-th loud frame; NaN if a lag leaves none. */
static int
distance(struct spectral *s, long lag, size_t step, struct spectral_result *r,
	struct err *e)
{
	double sum = 0;

	*r = (struct spectral_result){ .lag = lag };
	for (size_t i = 0; i < s->louds; i += step) {
		size_t start = s->loud[i] / s->channels * s->hop, at;
		size_t channel = s->loud[i] % s->channels;

		if (!shifted(s, start, lag, &at))
			continue;
		if (power(s, s->ref, start, channel, s->x, e) != 0 ||
			power(s, s->got, at, channel, s->y, e) != 0)
			return -1;
		sum += rms_db(s->x, s->y, s->bins, s->floor);
		r->frames++;
	}
	r->distance_db = r->frames ? sum / (double)r->frames : NAN;
	return 0;
}

/* Keep the better of *best and `lag`. */
static int
try_lag(struct spectral *s, long lag, size_t step, struct spectral_result *best,
	struct err *e)
{
	struct spectral_result r;

	if (labs(lag) > (long)s->max_lag)
		return 0;
	if (distance(s, lag, step, &r, e) != 0)
		return -1;
	if (r.distance_db < best->distance_db)
		*best = r;
	return 0;
}

/*
 * Every millisecond first: the distance grows smoothly over a window's length
 * around its minimum.  Then half the step around the best, down to a sample.
 */
static int
best_lag(struct spectral *s, long *lag, struct err *e)
{
	size_t step = (s->louds + SEARCHED - 1) / SEARCHED;
	long coarse = (long)s->coarse, max = (long)s->max_lag, at;
	struct spectral_result best;

	if (distance(s, 0, step, &best, e) != 0)
		return -1;
	for (long d = coarse; d <= max; d += coarse)
		if (try_lag(s, d, step, &best, e) != 0 ||
			try_lag(s, -d, step, &best, e) != 0)
			return -1;
	for (long d = coarse; d > 1;) {
		d = (d + 1) / 2;
		at = best.lag;
		if (try_lag(s, at + d, step, &best, e) != 0 ||
			try_lag(s, at - d, step, &best, e) != 0)
			return -1;
	}
	*lag = best.lag;
	return 0;
}

int
spectral_finish(struct spectral *s, struct spectral_result *r, struct err *e)
{
	size_t frames = frame_count(s), n = frames * s->channels;
	long lag = 0;

	*r = (struct spectral_result){ .distance_db = NAN };
	if (!s->bins || !frames)
		return 0;
	s->energy = mem_alloc(n, sizeof(*s->energy));
	if (scan(s, frames, e) != 0)
		return -1;
	s->loud = mem_alloc(n, sizeof(*s->loud));
	pick_loud(s, n);
	if (!s->louds)
		return 0;
	if (best_lag(s, &lag, e) != 0)
		return -1;
	return distance(s, lag, 1, r, e);
}
