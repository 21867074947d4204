#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "kernel/cpu.h"
#include "kernel/nearest_top.h"
#include "kernel/pass.h"
#include "util/mem.h"

#define BLOCK ((size_t)48)  /* vectors that share one pass over the codes */
#define PANELS ((size_t)16) /* panels of codes whose scores are kept at once */

size_t
nearest_top_work(const struct nearest *s)
{
	size_t d = s->panel.d, many = BLOCK * d + BLOCK * PANELS * PANEL;

	return many > pass_work(d) ? many : pass_work(d);
}

/* Winner and runner-up stay in the lanes. */
static void
top_two(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score, float *work)
{
	size_t d = s->panel.d, most = pass_rows(d);
	struct pass p;

	for (size_t v = 0; v < n; v += most) {
		size_t rows = n - v < most ? n - v : most;

		pass_lay(&p, x + v * d, rows, d, s->centre, true, work);
		pass_search(&p, &s->panel);
		for (size_t r = 0; r < rows; r++) {
			const struct panel_lanes *l = &p.lanes[r / PANEL];
			size_t lane = r % PANEL, at = 2 * (v + r);

			idx[at] = l->idx[lane];
			score[at] = l->score[lane];
			idx[at + 1] = l->idx2[lane];
			score[at + 1] = l->score2[lane];
		}
	}
}

/* Put (j, s) in its place among m, behind its equals; s > score[m - 1]. */
static void
insert(uint32_t j, float s, size_t m, uint32_t *idx, float *score)
{
	size_t at = m - 1;

	for (; at > 0 && s > score[at - 1]; at--) {
		score[at] = score[at - 1];
		idx[at] = idx[at - 1];
	}
	score[at] = s;
	idx[at] = j;
}

/* Centred vectors, n <= BLOCK, against panels first .. first + count - 1. */
static void
top_panels(const struct panel *all, size_t first, size_t count, const float *x,
	size_t n, size_t m, uint32_t *idx, float *score, float *s)
{
	size_t from = first * PANEL, left = all->rows - from;
	struct panel p = *all;

	p.rows = left < count * PANEL ? left : count * PANEL;
	p.count = count;
	p.w += from * p.d;
	p.start += from;
	cpu_panel_ops()->scores(&p, x, n, s, p.rows);
	for (size_t v = 0; v < n; v++) {
		const float *row = s + v * p.rows,
			    *worst = score + v * m + m - 1;

		for (size_t j = 0; j < p.rows; j++)
			if (row[j] > *worst)
				insert((uint32_t)(from + j), row[j], m,
					idx + v * m, score + v * m);
	}
}

void
nearest_top(const struct nearest *s, const float *x, size_t n, size_t m,
	uint32_t *idx, float *score, float *work)
{
	const struct panel *p = &s->panel;
	size_t d = p->d;

	if (m == 2) {
		top_two(s, x, n, idx, score, work);
		return;
	}
	for (size_t i = 0; i < n * m; i++) {
		idx[i] = NEAREST_NONE;
		score[i] = -INFINITY;
	}
	for (size_t v = 0; v < n; v += BLOCK) {
		size_t rows = n - v < BLOCK ? n - v : BLOCK;

		for (size_t r = 0; r < rows; r++)
			for (size_t i = 0; i < d; i++)
				work[r * d + i] =
					x[(v + r) * d + i] - s->centre[i];
		for (size_t b = 0; b < p->count; b += PANELS)
			top_panels(p, b,
				p->count - b < PANELS ? p->count - b : PANELS,
				work, rows, m, idx + v * m, score + v * m,
				work + BLOCK * d);
	}
}

struct task {
	const struct nearest *s;
	const float *x;
	size_t n, m, chunk; /* rows a task */
	uint32_t *idx;
	float *score, *work;
};

static void
top_chunk(void *arg, size_t chunk, size_t worker)
{
	struct task *t = arg;
	size_t v = chunk * t->chunk;

	nearest_top(t->s, t->x + v * t->s->panel.d,
		t->n - v < t->chunk ? t->n - v : t->chunk, t->m,
		t->idx + v * t->m, t->score + v * t->m,
		t->work + worker * nearest_top_work(t->s));
}

void
nearest_top_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, size_t m, uint32_t *idx, float *score)
{
	size_t threads = pool_threads(pool);
	struct task t = { s, x, n, m,
		pass_chunk(n, pass_rows(s->panel.d), threads), idx, score,
		mem_floats(nearest_top_work(s) * threads) };

	pool_run(pool, (n + t.chunk - 1) / t.chunk, top_chunk, &t);
	free(t.work);
}
