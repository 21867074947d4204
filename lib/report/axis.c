#include <math.h>
#include <stdio.h>

#include "report/axis.h"

/* The least of 1, 2, 5 times a power of ten that is not below v > 0. */
static double
round_step(double v)
{
	double ten = pow(10, floor(log10(v)));

	/* Steps that are round already pass, whatever pow rounded. */
	for (int i = 0; i < 3; i++) {
		const double of[] = { 1, 2, 5 };

		if (v <= of[i] * ten * (1 + 1e-9))
			return of[i] * ten;
	}
	return 10 * ten;
}

static void
add_tick(struct axis *a, double v)
{
	double slack = 1e-9 * (a->high - a->low);

	if (v >= a->low - slack && v <= a->high + slack &&
		a->ticks < AXIS_TICKS_MAX)
		a->tick[a->ticks++] = v;
}

static void
fit_linear(struct axis *a, double low, double high, size_t ticks)
{
	double step;

	if (!(high > low)) {
		double half = low != 0 ? fabs(low) / 2 : 0.5;

		if (a->whole && half < 1)
			half = 1;
		low -= half;
		high += half;
	}
	step = round_step((high - low) / (double)ticks);
	if (a->whole && step < 1)
		step = 1;
	a->low = a->exact ? low : floor(low / step + 1e-9) * step;
	a->high = a->exact ? high : ceil(high / step - 1e-9) * step;
	if (!(a->high > a->low))
		a->high = a->low + step;
	for (double i = ceil(a->low / step - 1e-9);
		i * step <= a->high + step / 2 && a->ticks < AXIS_TICKS_MAX;
		i++)
		add_tick(a, i * step);
}

/* Every step-th power of ten; between two of them also twice and five times
 * one. */
static void
log_ticks(struct axis *a, int step, bool between)
{
	int first = (int)floor(log10(a->low)), last = (int)ceil(log10(a->high));

	for (int p = first; p <= last; p++) {
		double ten = pow(10, p);

		if (p % step == 0)
			add_tick(a, ten);
		if (between) {
			add_tick(a, 2 * ten);
			add_tick(a, 5 * ten);
		}
	}
}

static void
fit_log(struct axis *a, double low, double high, size_t ticks)
{
	double decades;
	int step;

	if (!(low > 0)) {
		low = high > 1 ? 1 : high > 0 ? high / 10 : 1;
		high = high > 0 ? high : 10;
	}
	if (!(high > low)) {
		low /= sqrt(10);
		high = low * 10;
	}
	a->low = a->exact ? low : pow(10, floor(log10(low) + 1e-9));
	a->high = a->exact ? high : round_step(high);
	decades = log10(a->high / a->low);
	step = (int)ceil(decades / (double)ticks);
	log_ticks(a, step > 1 ? step : 1, decades < 3);
	if (a->ticks < 3) {
		double l = a->low, h = a->high;

		a->ticks = 0;
		a->exact = true;
		fit_linear(a, l, h, ticks);
	}
}

void
axis_fit(struct axis *a, double low, double high, size_t ticks)
{
	a->ticks = 0;
	if (!isfinite(low) || !isfinite(high)) {
		low = a->log ? 1 : 0;
		high = a->log ? 10 : 1;
	}
	if (a->zero && !a->log) {
		low = fmin(low, 0);
		high = fmax(high, 0);
	}
	if (a->log)
		fit_log(a, low, high, ticks ? ticks : 1);
	else
		fit_linear(a, low, high, ticks ? ticks : 1);
}

double
axis_place(const struct axis *a, double v)
{
	if (!isfinite(v) || (a->log && !(v > 0)))
		return NAN;
	if (a->log)
		return log(v / a->low) / log(a->high / a->low);
	return (v - a->low) / (a->high - a->low);
}

void
axis_text(double tick, char to[AXIS_TEXT_MAX])
{
	static const char *const suffix[] = { "k", "M", "G" };
	double v = fabs(tick);
	int i = -1;

	while (i < 2 && v >= 1000) {
		v /= 1000;
		i++;
	}
	snprintf(to, AXIS_TEXT_MAX, "%s%.6g%s", tick < 0 ? "\u2212" : "", v,
		i < 0 ? "" : suffix[i]);
}
