#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/fma.h"
#include "kernel/panel.h"
#include "util/mem.h"

void
panel_pack(struct panel *p, const float *w, const float *start)
{
	size_t d = p->d;

	for (size_t j = 0; j < p->rows; j++) {
		float *to = p->w + j / PANEL * d * PANEL + j % PANEL;

		for (size_t i = 0; i < d; i++)
			to[i * PANEL] = w[j * d + i];
		p->start[j] = start ? start[j] : 0;
	}
}

void
panel_init(struct panel *p, const float *w, const float *start, size_t rows,
	size_t d)
{
	p->rows = rows;
	p->d = d;
	p->count = (rows + PANEL - 1) / PANEL;
	p->w = mem_zfloats(p->count * d * PANEL);
	p->start = mem_floats(p->count * PANEL);
	for (size_t j = rows; j < p->count * PANEL; j++)
		p->start[j] = -INFINITY;
	panel_pack(p, w, start);
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

/* One pair, as the definition reads; numbers of x lie `apart`. */
static float
chain_from(
	float s, const struct panel *p, size_t j, const float *x, size_t apart)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;

	for (size_t i = 0; i < p->d; i++)
		s = fmaf(x[i * apart], w[i * PANEL], s);
	return s;
}

static float
chain(const struct panel *p, size_t j, const float *x)
{
	return chain_from(p->start[j], p, j, x, 1);
}

static void
ref_scores(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < p->rows; j++)
			y[v * ldy + j] = chain(p, j, x + v * p->d);
}

static void
plain_columns(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < p->rows; j++)
			y[v * ldy + j] =
				chain_from(y[v * ldy + j], p, j, x + v, n);
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

/* One vector, whose numbers lie `apart`, against one panel: PANEL chains side
 * by side, from s on. */
static void
lanes(const struct panel *p, size_t b, const float *x, size_t apart, float *s)
{
	const float *w = p->w + b * p->d * PANEL;

	for (size_t i = 0; i < p->d; i++, w += PANEL)
		for (size_t lane = 0; lane < PANEL; lane++)
			s[lane] = fma_once(x[i * apart], w[lane], s[lane]);
}

static void
generic_all(const struct panel *p, const float *x, size_t n, float *y,
	size_t ldy, bool columns)
{
	float s[PANEL] = { 0 };

	for (size_t b = 0; b < p->count; b++) {
		size_t live = p->rows - b * PANEL;

		if (live > PANEL)
			live = PANEL;
		for (size_t v = 0; v < n; v++) {
			float *to = y + v * ldy + b * PANEL;

			memcpy(s, columns ? to : p->start + b * PANEL,
				live * sizeof(*s));
			if (columns)
				lanes(p, b, x + v, n, s);
			else
				lanes(p, b, x + v * p->d, 1, s);
			memcpy(to, s, live * sizeof(*s));
		}
	}
}

static void
generic_scores(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	generic_all(p, x, n, y, ldy, false);
}

static void
generic_columns(
	const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	generic_all(p, x, n, y, ldy, true);
}

/* One row against PANEL vectors. */
static void
row_scores(const struct panel *p, size_t j, const float *x, float *restrict s)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;

	for (size_t lane = 0; lane < PANEL; lane++)
		s[lane] = p->start[j];
	for (size_t i = 0; i < p->d; i++)
		for (size_t lane = 0; lane < PANEL; lane++)
			s[lane] = fma_once(
				x[i * PANEL + lane], w[i * PANEL], s[lane]);
}

static void
generic_best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	float s[PANEL];

	for (; n; n--, l++)
		for (size_t j = first * PANEL; j < (first + count) * PANEL;
			j++) {
			row_scores(p, j, l->x, s);
			for (size_t lane = 0; lane < PANEL; lane++)
				keep(l, lane, s[lane], j);
		}
}

static void
plain_features(
	const float *u, size_t d, size_t head, const float *x, float *out)
{
	memset(out, 0, 5 * PANEL * sizeof(*out));
	for (size_t i = 0; i < d * PANEL; i++) {
		float v = x[i], *lane = out + i % PANEL;

		lane[0] += v * u[i / PANEL];
		lane[PANEL] += v * u[d + i / PANEL];
		lane[3 * PANEL] += v * v;
		if (i / PANEL >= head)
			lane[4 * PANEL] += v * v;
	}
	for (size_t i = 0; i < d * PANEL; i++) {
		float *lane = out + i % PANEL;
		float t = x[i] - lane[0] * u[i / PANEL] -
			lane[PANEL] * u[d + i / PANEL];

		lane[2 * PANEL] += t * t;
	}
}

/* How far [a, b] is from [lo, hi], squared. */
static float
gap(float lo, float hi, float a, float b)
{
	float t = lo - b > a - hi ? lo - b : a - hi;

	return t > 0 ? t * t : 0;
}

/* May the box of a group hold a winner for a lane? */
static bool
in_reach(const struct near_codes *c, size_t group, const struct near_vectors *v,
	size_t lane)
{
	float sum = 0;

	for (size_t a = 0; a < NEAR_FEATURES; a++)
		sum += gap(c->lo[a * c->stride + group],
			c->hi[a * c->stride + group], v->f[a][lane],
			v->f[a][lane]);
	return sum <= v->base[lane] - 2 * v->score[lane];
}

static bool
plain_reach(
	const struct near_codes *c, size_t group, const struct near_vectors *v)
{
	for (size_t lane = 0; lane < PANEL; lane++)
		if (in_reach(c, group, v, lane))
			return true;
	return false;
}

static uint32_t
plain_boxes(
	const struct near_codes *c, size_t first, const struct near_vectors *v)
{
	uint32_t found = 0;

	for (size_t b = 0; b < PANEL && first + b < c->groups; b++)
		found |= (uint32_t)plain_reach(c, first + b, v) << b;
	return found;
}

static size_t
plain_near(const struct near_codes *c, size_t first, size_t count,
	struct near_vectors *v)
{
	float s[PANEL];

	for (size_t j = first * PANEL; j < (first + count) * PANEL; j++) {
		uint32_t row = c->row[j];

		row_scores(&c->panel, j, v->x, s);
		for (size_t lane = 0; lane < PANEL; lane++)
			if (s[lane] > v->score[lane] ||
				(s[lane] == v->score[lane] &&
					row < v->idx[lane])) {
				v->score[lane] = s[lane];
				v->idx[lane] = row;
			}
	}
	return count * PANEL;
}

/* Both keep the runner-up where there is room for it. */
const struct panel_ops panel_ref = { "ref", panel_lay, ref_scores, ref_best,
	ref_best, plain_features, plain_boxes, plain_reach, plain_near,
	plain_columns, depthwise_row_ref, depthwise_back_ref };
const struct panel_ops panel_generic = { "generic", panel_lay, generic_scores,
	generic_best, generic_best, plain_features, plain_boxes, plain_reach,
	plain_near, generic_columns, depthwise_row_ref, depthwise_back_ref };
