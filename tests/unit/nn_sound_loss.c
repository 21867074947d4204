/* Losses of sounds, and their gradients, against plain double code. */
#include "nn/sound_loss.h"
#include "nn_gradients.h"

#define RATE 1000

/*
 * What an absolute value is taken of, ln a - ln b, moves by at most
 * BUMP / (2 sqrt(floor)) when a sample does by BUMP: 2.9e-4 at the least floor
 * here, 1e-6 of a power of 1e-2 in a window of 8.  Nearer to 0 than KINK (this,
 * and what floats lose) differences would go across the kink.
 */
#define BUMP 1e-7
#define KINK 5e-4

enum term { STFT, MEL, LOGSPEC, TERMS };

struct plain {
	enum term term;
	size_t n;
	double power;
	double *x, *y;
	double weight;
	double *kink; /* the least of what absolute values were taken of */
};

/* Powers of windows of `window` samples every `hop`; in them one frame lies
 * behind the other. */
struct plain_spectra {
	size_t frames, bins;
	double *power, energy;
};

static double
hann(size_t i, size_t n)
{
	return 0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)n);
}

static double
bin_power(const double *x, size_t n, size_t window, size_t size, size_t k)
{
	double re = 0, im = 0;

	for (size_t i = 0; i < window && i < n; i++) {
		double at = 2 * M_PI * (double)(i * k % size) / (double)size;

		re += x[i] * hann(i, window) * cos(at);
		im += x[i] * hann(i, window) * sin(at);
	}
	return re * re + im * im;
}

/* All windows here are of fast sizes. */
static struct plain_spectra
spectra_of(const double *x, size_t n, size_t window, size_t hop)
{
	struct plain_spectra s = { n < window ? 1 : 1 + (n - window) / hop,
		window / 2 + 1, NULL, 0 };

	s.power = mem_alloc(s.frames * s.bins, sizeof(*s.power));
	for (size_t f = 0; f < s.frames; f++)
		for (size_t k = 0; k < s.bins; k++)
			s.power[f * s.bins + k] = bin_power(
				x + f * hop, n - f * hop, window, window, k);
	for (size_t i = 0; i < window; i++)
		s.energy += hann(i, window) * hann(i, window);
	return s;
}

static double
floor_of(const struct plain *p, const struct plain_spectra *s)
{
	double most = p->power * s->energy;

	for (size_t i = 0; i < s->frames * s->bins; i++)
		most = fmax(most, s->power[i]);
	return 1e-6 * most;
}

static double
absolute(const struct plain *p, double x)
{
	*p->kink = fmin(*p->kink, fabs(x));
	return fabs(x);
}

static double
plain_stft(const struct plain *p, const struct plain_spectra *x,
	const struct plain_spectra *y)
{
	size_t n = x->frames * x->bins;
	double floor = floor_of(p, x), far = 0, size = 0, logs = 0;

	for (size_t i = 0; i < n; i++) {
		double a = sqrt(x->power[i] + floor);
		double b = sqrt(y->power[i] + floor);

		far += (a - b) * (a - b);
		size += a * a;
		logs += absolute(p, log(a) - log(b));
	}
	size = fmax(size, 0.01 * p->power * x->energy * (double)n);
	return sqrt(far / size) + logs / (double)n;
}

static double
mel_of(double hz)
{
	return 2595 * log10(1 + hz / 700);
}

static double
hz_of(double mel)
{
	return 700 * (pow(10, mel / 2595) - 1);
}

static double
band_power(const double *power, size_t bins, size_t size, size_t b)
{
	double step = mel_of(RATE / 2.0) / 81, sum = 0, all = 0;
	double low = hz_of(step * (double)b);
	double mid = hz_of(step * (double)(b + 1));
	double high = hz_of(step * (double)(b + 2));

	for (size_t k = 0; k < bins; k++) {
		double f = (double)k * RATE / (double)size, w = 0;

		if (f > low && f < high)
			w = f < mid ? (f - low) / (mid - low)
				    : (high - f) / (high - mid);
		sum += w * power[k];
		all += w;
	}
	if (all > 0)
		return sum / all;
	return power[lround(mid * (double)size / RATE)];
}

static double
plain_mel(const struct plain *p, const struct plain_spectra *x,
	const struct plain_spectra *y)
{
	double floor = floor_of(p, x), sum = 0;

	for (size_t f = 0; f < x->frames; f++)
		for (size_t b = 0; b < 80; b++) {
			double m = band_power(
				x->power + f * x->bins, x->bins, 64, b);
			double l = band_power(
				y->power + f * y->bins, y->bins, 64, b);

			sum += absolute(
				p, log(m + floor) / 2 - log(l + floor) / 2);
		}
	return sum / (double)(x->frames * 80);
}

static double
energy_at(const struct plain_spectra *s, size_t f)
{
	double sum = 0;

	for (size_t k = 0; k < s->bins; k++)
		sum += s->power[f * s->bins + k];
	return sum;
}

static double
plain_logspec(const struct plain *p, const struct plain_spectra *x,
	const struct plain_spectra *y)
{
	double floor = floor_of(p, x), sum = 0;
	double most = p->power * x->energy * (double)x->bins;

	for (size_t f = 0; f < x->frames; f++)
		most = fmax(most, energy_at(x, f));
	for (size_t f = 0; f < x->frames; f++)
		for (size_t k = 0; k < x->bins; k++) {
			double a = x->power[f * x->bins + k] + floor;
			double b = y->power[f * x->bins + k] + floor;
			double db = 10 * log10(a / b);

			if (energy_at(x, f) >= 1e-4 * most)
				sum += db * db / 100;
		}
	return sum / (double)(x->frames * x->bins);
}

static double
at_window(const struct plain *p, size_t window, size_t hop)
{
	struct plain_spectra x = spectra_of(p->x, p->n, window, hop);
	struct plain_spectra y = spectra_of(p->y, p->n, window, hop);
	double v = p->term == STFT ? plain_stft(p, &x, &y)
		: p->term == MEL   ? plain_mel(p, &x, &y)
				   : plain_logspec(p, &x, &y);

	free(x.power);
	free(y.power);
	return v;
}

static double
loss(const void *arg)
{
	const struct plain *p = arg;

	switch (p->term) {
	case MEL: return p->weight * at_window(p, 64, 32);
	case LOGSPEC: return p->weight * at_window(p, 32, 8);
	default:
		return p->weight / 3 *
			(at_window(p, 8, 4) + at_window(p, 32, 16) +
				at_window(p, 128, 64));
	}
}

static double
measure(const struct plain *p, const float *x, const float *y, double weight,
	float *dy)
{
	struct sound_loss *s =
		sound_loss_open((struct sound_loss_opts){ p->n, RATE, p->power,
			p->term == STFT, p->term == MEL, p->term == LOGSPEC });
	double (*run)(struct sound_loss *, const float *, const float *, double,
		float *) = p->term == STFT ? sound_loss_stft
		: p->term == MEL           ? sound_loss_mel
					   : sound_loss_logspec;
	double v;

	run(s, y, x, 1, NULL); /* nothing of it stays */
	v = run(s, x, y, weight, dy);
	sound_loss_close(s);
	return v;
}

/* Tones that come and go, and noise. */
static float *
a_sound(struct rng *r, size_t n)
{
	float *x = mem_floats(n);
	double f = 0.2 + 0.5 * fabs(rng_normal(r)), slow = 0.02;

	for (size_t i = 0; i < n; i++) {
		double t = (double)i;

		x[i] = (float)(0.3 * sin(slow * t) * sin(f * t) +
			0.02 * rng_normal(r));
	}
	return x;
}

/* Whether it was one with a gradient to compare: none is near a kink. */
static bool
one_sound(struct rng *r, enum term term, size_t n, double power)
{
	float *x = a_sound(r, n), *y = a_sound(r, n), *dy = ones(n);
	double kink = 1, got, want;
	struct plain p = { term, n, power, doubles(x, n), doubles(y, n),
		10 * (double)n, &kink };
	bool smooth;

	want = loss(&p) / p.weight;
	smooth = kink > KINK;
	got = measure(&p, x, y, p.weight, dy);
	near(got, want, 2e-5 * want);
	near(measure(&p, x, y, 1, NULL), got, 0);
	if (smooth)
		gradient_within(1e-3, BUMP, r, dy, 1, p.y, n, loss, &p);
	free(p.x);
	free(p.y);
	free(x);
	free(y);
	free(dy);
	return smooth;
}

static void
losses_and_gradients_meet_plain_ones(void **state)
{
	struct rng r = seeded("losses_and_gradients_meet_plain_ones");

	(void)state;
	for (int trial = 0; trial < 12; trial++)
		while (!one_sound(&r, (enum term)(trial % TERMS),
			between(&r, 60, 220), trial % 2 ? 1e-2 : 10))
			;
}

static void
silence_has_a_finite_gradient(void **state)
{
	struct rng r = seeded("silence_has_a_finite_gradient");
	size_t n = 200;
	float *zero = mem_zfloats(n), *y = normals(&r, n, 1e-3);
	float *dy = mem_zfloats(n);

	(void)state;
	for (int term = 0; term < TERMS; term++)
		for (int pass = 0; pass < 3; pass++) {
			struct plain p = { (enum term)term, n, 1e-2, NULL, NULL,
				1, NULL };
			double v = measure(&p, zero, pass ? zero : y, 1, dy);

			assert_true(isfinite(v));
			if (pass)
				near(v, 0, 1e-9);
			for (size_t i = 0; i < n; i++)
				assert_true(fabsf(dy[i]) < 100);
		}
	free(zero);
	free(y);
	free(dy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_and_gradients_meet_plain_ones),
		cmocka_unit_test(silence_has_a_finite_gradient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
