#include <math.h>
#include <stdlib.h>

#include "kernel/cpu.h"
#include "kernel/nearest_top.h"
#include "util/mem.h"

#define BLOCK ((size_t)48)  /* vectors that share one pass over the codes */
#define PANELS ((size_t)16) /* panels of codes whose scores are kept at once */
#define CHUNK ((size_t)192) /* rows a task */

size_t
nearest_top_work(const struct nearest *s)
{
	return BLOCK * s->panel.d + BLOCK * PANELS * PANEL;
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
	size_t n, m;
	uint32_t *idx;
	float *score, *work;
};

static void
top_chunk(void *arg, size_t chunk, size_t worker)
{
	struct task *t = arg;
	size_t v = chunk * CHUNK;

	nearest_top(t->s, t->x + v * t->s->panel.d,
		t->n - v < CHUNK ? t->n - v : CHUNK, t->m, t->idx + v * t->m,
		t->score + v * t->m, t->work + worker * nearest_top_work(t->s));
}

void
nearest_top_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, size_t m, uint32_t *idx, float *score)
{
	size_t work = nearest_top_work(s) * pool_threads(pool);
	struct task t = { s, x, n, m, idx, score, mem_floats(work) };

	pool_run(pool, (n + CHUNK - 1) / CHUNK, top_chunk, &t);
	free(t.work);
}
