#include <math.h>
#include <stdlib.h>

#include "report/atlas_draw.h"
#include "report/chart.h"
#include "util/mem.h"

#define FINER 2.0
#define FILL 1800.0 /* pixels that columns fill, where there are enough */
#define MARGINS 96.0
#define HIGH 460.0
#define WIDEST 24.0 /* pixels of a column */
#define RANGE_DB 60.0f

/* Dark to light, even to the eye and without red against green: ten steps of
 * viridis (van der Walt and Smith, CC0). */
static const uint32_t loud[] = { 0x440154, 0x482878, 0x3e4a89, 0x31688e,
	0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b, 0xfde725 };
/* Below 0, 0, above 0. */
static const uint32_t sides[] = { 0x0072b2, 0xffffff, 0xd55e00 };

/* Between the colours of a scale of n; at from 0 to 1. */
static uint32_t
blend(const uint32_t *scale, size_t n, float at)
{
	float place = (at > 0 ? at < 1 ? at : 1 : 0) * (float)(n - 1);
	size_t low = (size_t)place < n - 1 ? (size_t)place : n - 2;
	uint32_t rgb = 0;

	place -= (float)low;
	for (int shift = 16; shift >= 0; shift -= 8) {
		float a = (float)(scale[low] >> shift & 255);
		float b = (float)(scale[low + 1] >> shift & 255);

		rgb = rgb << 8 | (uint32_t)(a + (b - a) * place + 0.5f);
	}
	return rgb;
}

/* The largest of x, or of |x|. */
static float
largest(const float *x, size_t n, bool size)
{
	float most = size ? 0 : -INFINITY;

	for (size_t i = 0; i < n; i++)
		most = fmaxf(most, size ? fabsf(x[i]) : x[i]);
	return most;
}

/* [dim, n], the first number of a code at the bottom. */
static uint32_t *
paint(const struct atlas_codes *a, bool sound)
{
	uint32_t *rgb = mem_alloc(a->n * a->dim, sizeof(*rgb));
	float most = largest(a->x, a->n * a->dim, !sound);

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < a->dim; j++) {
			float v = a->x[i * a->dim + j];
			uint32_t *to = rgb + (a->dim - 1 - j) * a->n + i;

			if (sound)
				*to = blend(
					loud, 10, 1 + (v - most) / RANGE_DB);
			else
				*to = blend(sides, 3,
					most > 0 ? 0.5f + v / most / 2 : 0.5f);
		}
	return rgb;
}

/* A line before the first code without tokens, where all behind it have none. */
static void
mark_dead(struct chart *c, const struct atlas_codes *a)
{
	size_t alive = a->n;

	if (a->sort != ATLAS_USE || !a->counts)
		return;
	while (alive && atlas_codes_count(a, alive - 1) == 0)
		alive--;
	if (alive < a->n)
		chart_guide(c, "right of it: never used",
			(double[]){ (double)alive, (double)alive },
			(double[]){ c->y.low, c->y.high });
}

static const char *
order_label(const struct atlas_codes *a)
{
	switch (a->sort) {
	case ATLAS_SIMILARITY: return "codes, like ones near each other";
	case ATLAS_INDEX: return "codes, by their number";
	default: return "codes, the most used first";
	}
}

static void
fit(struct chart *c, const struct atlas_codes *a, bool sound)
{
	const struct transform *t = &a->model->transform;
	double top = sound ? (double)t->sample_rate / 2000 : (double)a->dim;

	c->x = (struct axis){
		.label = order_label(a), .whole = true, .exact = true
	};
	c->y = (struct axis){ .label = sound ? "frequency, kHz" : "dimension",
		.whole = !sound,
		.exact = true };
	axis_fit(&c->x, 0, (double)a->n, 10);
	axis_fit(&c->y, 0, top, 6);
	mark_dead(c, a);
}

struct canvas *
atlas_columns(const struct atlas_codes *a, const struct atlas_words *words,
	struct err *e)
{
	bool sound = a->model->transform.kind == ITEM_AUDIO;
	struct chart chart = { .title = mem_strdup(words->title) };
	double column = floor(FILL / (double)a->n), w;
	struct canvas *c;
	uint32_t *rgb;

	column = column < 1 ? 1 : column < WIDEST ? column : WIDEST;
	w = MARGINS + fmax(column * (double)a->n / FINER, 480);
	c = canvas_open(false, w, HIGH, FINER, e);
	if (!c)
		return NULL;
	chart.subtitle = mem_printf("%s%s%s", words->codes,
		words->counts ? "\n" : "", words->counts ? words->counts : "");
	rgb = paint(a, sound);
	chart.image = (struct canvas_pixels){ rgb, a->n, a->dim };
	fit(&chart, a, sound);
	canvas_color(c, chart_draw_paper(CHART_LIGHT), 1);
	canvas_fill(c, 0, 0, w, HIGH);
	chart_draw(&chart, c, CHART_LIGHT, 0, 0, w, HIGH);
	chart_free(&chart);
	free(rgb);
	return c;
}
