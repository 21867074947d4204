#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/panel.h"
#include "util/mem.h"

void
panel_init(struct panel *p, const float *w, const float *start, size_t rows,
	size_t d)
{
	p->rows = rows;
	p->d = d;
	p->count = (rows + PANEL - 1) / PANEL;
	p->w = mem_zfloats(p->count * d * PANEL);
	p->start = mem_zfloats(p->count * PANEL);
	for (size_t j = 0; j < rows; j++) {
		float *to = p->w + j / PANEL * d * PANEL + j % PANEL;

		for (size_t i = 0; i < d; i++)
			to[i * PANEL] = w[j * d + i];
		if (start)
			p->start[j] = start[j];
	}
	for (size_t j = rows; j < p->count * PANEL; j++)
		p->start[j] = -INFINITY;
}

void
panel_free(struct panel *p)
{
	free(p->w);
	free(p->start);
	*p = (struct panel){ 0 };
}

/* One pair, as the definition reads. */
static float
chain(const struct panel *p, size_t j, const float *x)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;
	float s = p->start[j];

	for (size_t i = 0; i < p->d; i++)
		s = fmaf(x[i], w[i * PANEL], s);
	return s;
}

static void
ref_scores(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < p->rows; j++)
			y[v * ldy + j] = chain(p, j, x + v * p->d);
}

void
panel_improve(const float *s, uint32_t mask, size_t panel, float *score,
	uint32_t *idx)
{
	for (; mask; mask &= mask - 1) {
		uint32_t lane = (uint32_t)__builtin_ctz(mask);

		if (s[lane] > *score) {
			*score = s[lane];
			*idx = (uint32_t)(panel * PANEL) + lane;
		}
	}
}

#define ALL_LANES ((uint32_t)0xffff)

static void
ref_best(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	float s[PANEL];

	for (size_t v = 0; v < n; v++)
		for (size_t b = first; b < first + count; b++) {
			for (size_t lane = 0; lane < PANEL; lane++)
				s[lane] = chain(
					p, b * PANEL + lane, x + v * p->d);
			panel_improve(s, ALL_LANES, b, &score[v], &idx[v]);
		}
}

/* One vector against one panel: PANEL chains side by side. */
static void
lanes(const struct panel *p, size_t b, const float *x, float *s)
{
	const float *w = p->w + b * p->d * PANEL;

	memcpy(s, p->start + b * PANEL, PANEL * sizeof(*s));
	for (size_t i = 0; i < p->d; i++, w += PANEL)
		for (size_t lane = 0; lane < PANEL; lane++)
			s[lane] = fmaf(x[i], w[lane], s[lane]);
}

static void
generic_scores(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	float s[PANEL];

	for (size_t b = 0; b < p->count; b++) {
		size_t live = p->rows - b * PANEL;

		if (live > PANEL)
			live = PANEL;
		for (size_t v = 0; v < n; v++) {
			lanes(p, b, x + v * p->d, s);
			memcpy(y + v * ldy + b * PANEL, s, live * sizeof(*s));
		}
	}
}

static void
generic_best(const struct panel *p, size_t first, size_t count, const float *x,
	size_t n, float *score, uint32_t *idx)
{
	float s[PANEL];

	for (size_t b = first; b < first + count; b++)
		for (size_t v = 0; v < n; v++) {
			lanes(p, b, x + v * p->d, s);
			panel_improve(s, ALL_LANES, b, &score[v], &idx[v]);
		}
}

const struct panel_ops panel_ref = { "ref", 1, ref_scores, ref_best };
const struct panel_ops panel_generic = { "generic", 8, generic_scores,
	generic_best };
