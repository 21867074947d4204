#include <math.h>
#include <stdbool.h>
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

void
panel_lay(const float *x, size_t n, size_t d, const float *centre, float *lanes)
{
	for (size_t v = 0; v < PANEL; v++)
		for (size_t i = 0; i < d; i++)
			lanes[i * PANEL + v] =
				v < n ? x[v * d + i] - centre[i] : 0;
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

/* Row j has score s in a lane: keep it if it is among the best. */
static void
keep(const struct panel_lanes *l, size_t lane, float s, size_t j)
{
	if (l->score2 && s > l->score2[lane]) {
		bool first = s > l->score[lane];

		l->score2[lane] = first ? l->score[lane] : s;
		l->idx2[lane] = first ? l->idx[lane] : (uint32_t)j;
	}
	if (s > l->score[lane]) {
		l->score[lane] = s;
		l->idx[lane] = (uint32_t)j;
	}
}

static void
ref_best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	float *x = mem_floats(p->d);

	for (size_t v = 0; v < n * PANEL; v++) {
		const struct panel_lanes *at = l + v / PANEL;
		size_t lane = v % PANEL;

		for (size_t i = 0; i < p->d; i++)
			x[i] = at->x[i * PANEL + lane];
		for (size_t j = first * PANEL; j < (first + count) * PANEL; j++)
			keep(at, lane, chain(p, j, x), j);
	}
	free(x);
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

/* One row against PANEL vectors. */
static void
row_best(const struct panel *p, size_t j, const struct panel_lanes *l)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;
	float s[PANEL];

	for (size_t lane = 0; lane < PANEL; lane++)
		s[lane] = p->start[j];
	for (size_t i = 0; i < p->d; i++)
		for (size_t lane = 0; lane < PANEL; lane++)
			s[lane] = fmaf(
				l->x[i * PANEL + lane], w[i * PANEL], s[lane]);
	for (size_t lane = 0; lane < PANEL; lane++)
		keep(l, lane, s[lane], j);
}

static void
generic_best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	for (size_t q = 0; q < n; q++)
		for (size_t j = first * PANEL; j < (first + count) * PANEL; j++)
			row_best(p, j, l + q);
}

/* Both keep the runner-up where there is room for it. */
const struct panel_ops panel_ref = { "ref", panel_lay, ref_scores, ref_best,
	ref_best };
const struct panel_ops panel_generic = { "generic", panel_lay, generic_scores,
	generic_best, generic_best };
