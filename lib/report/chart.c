#include <math.h>
#include <stdlib.h>

#include "report/chart.h"
#include "util/mem.h"

void
chart_free(struct chart *c)
{
	for (size_t i = 0; i < c->count; i++) {
		free(c->series[i].name);
		free(c->series[i].x);
		free(c->series[i].y);
	}
	free(c->title);
	free(c->subtitle);
	*c = (struct chart){ 0 };
}

static struct chart_series *
add(struct chart *c, const char *name, enum chart_mark mark, size_t n)
{
	struct chart_series *s = &c->series[c->count++];

	*s = (struct chart_series){ .name = name ? mem_strdup(name) : NULL,
		.x = mem_alloc(n, sizeof(double)),
		.y = mem_alloc(n, sizeof(double)),
		.n = n,
		.mark = mark };
	for (size_t i = 0; i < n; i++)
		s->x[i] = s->y[i] = NAN;
	return s;
}

struct chart_series *
chart_add(struct chart *c, const char *name, enum chart_mark mark, size_t n)
{
	if (c->count < CHART_SERIES_MAX)
		return add(c, name, mark, n);
	c->more++;
	return NULL;
}

static bool
is_guide(const struct chart_series *s, const double x[2], const double y[2])
{
	return s->guide && s->x[0] == x[0] && s->x[1] == x[1] &&
		s->y[0] == y[0] && s->y[1] == y[1];
}

void
chart_guide(
	struct chart *c, const char *name, const double x[2], const double y[2])
{
	struct chart_series *s;

	for (size_t i = 0; i < c->count; i++)
		if (is_guide(&c->series[i], x, y))
			return;
	if (c->count == CHART_SERIES_MAX + CHART_GUIDES_MAX)
		return;
	s = add(c, name, CHART_LINE, 2);
	s->guide = true;
	for (size_t i = 0; i < 2; i++) {
		s->x[i] = x[i];
		s->y[i] = y[i];
	}
}

struct range {
	double low, high; /* NaN: nothing yet */
};

static void
widen(struct range *r, double v)
{
	r->low = fmin(r->low, v);
	r->high = fmax(r->high, v);
}

/* A point that both axes have a place for. */
static bool
shown(const struct chart *c, const struct chart_series *s, size_t i)
{
	return isfinite(s->x[i]) && isfinite(s->y[i]) &&
		!(c->x.log && s->x[i] <= 0) && !(c->y.log && s->y[i] <= 0);
}

bool
chart_any(const struct chart *c)
{
	for (size_t i = 0; i < c->count; i++)
		for (size_t j = 0; j < c->series[i].n; j++)
			if (!c->series[i].guide && shown(c, &c->series[i], j))
				return true;
	return false;
}

/* So many bars have their numbers below them. */
#define BAR_TICKS 16

void
chart_fit(struct chart *c)
{
	struct range x = { NAN, NAN }, y = { NAN, NAN };

	bool bars = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct chart_series *s = &c->series[i];

		bars |= s->mark == CHART_BARS;
		for (size_t j = 0; j < s->n; j++) {
			double half = s->mark == CHART_BARS ? 0.6 : 0;

			if (!shown(c, s, j))
				continue;
			widen(&x, s->x[j] - half);
			widen(&x, s->x[j] + half);
			widen(&y, s->y[j]);
		}
	}
	axis_fit(&c->x, x.low, x.high, bars ? BAR_TICKS : 7);
	axis_fit(&c->y, y.low, y.high, 6);
}
