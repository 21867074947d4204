#include <float.h>
#include <math.h>
#include <stdbool.h>

#include "kernel/cpu.h"
#include "quant/children.h"

#define BLOCK ((size_t)48)  /* prefixes that share one pass over the codes */
#define PANELS ((size_t)16) /* panels of codes whose scores are kept at once */

/* A prefix on its way through the codes. */
struct row {
	struct child *best; /* [keep]: of its vector */
	size_t keep;
	double norm2;
	float limit; /* scores below it change nothing */
	uint32_t parent;
	bool followed;
	float score; /* if followed: of the nearest code so far */
	uint32_t nearest;
};

size_t
children_work(size_t d)
{
	return BLOCK * d + BLOCK * PANELS * PANEL;
}

/* y = r - centre, and its squared length in four chains, added in order. */
static double
centred(const float *r, const float *centre, size_t d, float *y)
{
	double sum[4] = { 0 };

	for (size_t i = 0; i < d; i++) {
		y[i] = r[i] - centre[i];
		sum[i % 4] += (double)y[i] * (double)y[i];
	}
	return ((sum[0] + sum[1]) + sum[2]) + sum[3];
}

static bool
before(const struct child *a, const struct child *b)
{
	if (a->error != b->error)
		return a->error < b->error;
	if (a->parent != b->parent)
		return a->parent < b->parent;
	return a->code < b->code;
}

/* A little below the score from which an error is among the best. */
static void
set_limit(struct row *r)
{
	double worst = r->best[r->keep - 1].error;
	double s = (r->norm2 - worst) / 2 -
		(r->norm2 + fabs(worst)) * (double)FLT_EPSILON;

	/* While there is room, and where an overflow hides the sum: all. */
	r->limit = -INFINITY;
	if (s > -(double)FLT_MAX)
		r->limit = s < (double)FLT_MAX ? (float)s : FLT_MAX;
	if (r->followed && r->score < r->limit)
		r->limit = r->score;
}

static void
consider(struct row *r, uint32_t code, float score)
{
	double e = r->norm2 - 2 * (double)score;
	struct child c = { e < INFINITY ? e : INFINITY, r->parent, code };
	size_t at = r->keep - 1;

	if (r->followed && score > r->score) {
		r->score = score;
		r->nearest = code;
	}
	if (before(&c, &r->best[at])) {
		for (; at > 0 && before(&c, &r->best[at - 1]); at--)
			r->best[at] = r->best[at - 1];
		r->best[at] = c;
	}
	set_limit(r);
}

static bool
none_reaches(const float *s, float limit)
{
	int count = 0;

	for (size_t i = 0; i < PANEL; i++)
		count += s[i] >= limit;
	return count == 0;
}

/* Scores s [n] of the codes from `from` on. */
static void
scan(struct row *r, const float *s, size_t n, size_t from)
{
	set_limit(r);
	for (size_t j = 0; j < n; j += PANEL) {
		size_t end = n - j < PANEL ? n : j + PANEL;

		if (end == j + PANEL && none_reaches(s + j, r->limit))
			continue;
		for (size_t i = j; i < end; i++)
			if (s[i] >= r->limit)
				consider(r, (uint32_t)(from + i), s[i]);
	}
}

/* Centred prefixes x [n, d], n <= BLOCK, against all codes. */
static void
scan_block(const struct panel *all, const float *x, struct row *row, size_t n,
	float *s)
{
	for (size_t b = 0; b < all->count; b += PANELS) {
		struct panel p = *all;
		size_t from = b * PANEL, left = all->rows - from;

		p.rows = left < PANELS * PANEL ? left : PANELS * PANEL;
		p.count = (p.rows + PANEL - 1) / PANEL;
		p.w += from * p.d;
		p.start += from;
		cpu_panel_ops()->scores(&p, x, n, s, p.rows);
		for (size_t r = 0; r < n; r++)
			scan(&row[r], s + r * p.rows, p.rows, from);
	}
}

/* Nothing found: behind all that can be. */
static const struct child nobody = { INFINITY, UINT32_MAX, 0 };

void
children_find(const struct nearest *s, const float *left, size_t n, size_t live,
	size_t keep, struct child *best, const size_t *followed,
	uint32_t *nearest, float *work)
{
	size_t d = s->panel.d;
	struct row row[BLOCK];

	for (size_t i = 0; i < n * keep; i++)
		best[i] = nobody;
	for (size_t at = 0; at < n * live; at += BLOCK) {
		size_t rows = n * live - at < BLOCK ? n * live - at : BLOCK;

		for (size_t r = 0; r < rows; r++) {
			size_t v = (at + r) / live, p = (at + r) % live;

			row[r] = (struct row){ .best = best + v * keep,
				.keep = keep,
				.norm2 = centred(left + (at + r) * d, s->centre,
					d, work + r * d),
				.parent = (uint32_t)p,
				.followed = followed[v] == p,
				.score = -INFINITY };
		}
		scan_block(&s->panel, work, row, rows, work + BLOCK * d);
		for (size_t r = 0; r < rows; r++)
			if (row[r].followed)
				nearest[(at + r) / live] = row[r].nearest;
	}
	for (size_t i = 0; i < n * keep; i++)
		if (best[i].parent == UINT32_MAX)
			best[i].parent = 0;
}
