#include <math.h>
#include <stdlib.h>

#include "kernel/centre.h"
#include "kernel/cpu.h"
#include "kernel/nearest_prepare.h"
#include "util/mem.h"

#define COLUMNS ((size_t)64) /* of the mean, a task */
#define BLOCK ((size_t)16)
#define PANELS ((size_t)8) /* packed in a task */

struct task {
	struct nearest *s;
	const float *code;
	size_t k, d;
};

/* sum [m] += c [m]; whole blocks are a loop that compilers make vectors of. */
static void
add_row(const float *restrict c, size_t m, double *restrict sum)
{
	for (; m >= BLOCK; m -= BLOCK, c += BLOCK, sum += BLOCK)
		for (size_t i = 0; i < BLOCK; i++)
			sum[i] += (double)c[i];
	for (size_t i = 0; i < m; i++)
		sum[i] += (double)c[i];
}

/* Columns are added row by row in their order, as nearest_init does. */
static void
mean_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t from = chunk * COLUMNS;
	size_t m = t->d - from < COLUMNS ? t->d - from : COLUMNS;
	double sum[COLUMNS] = { 0 };

	(void)worker;
	for (size_t j = 0; j < t->k; j++)
		add_row(t->code + j * t->d + from, m, sum);
	for (size_t i = 0; i < m; i++)
		t->s->centre[from + i] = (float)(sum[i] / (double)t->k);
}

/* start = -|c|^2 / 2 of the n rows of a panel. */
static void
half_norms(const float *restrict w, size_t n, size_t d, float *restrict start)
{
	double norm[PANEL] = { 0 };

	for (size_t i = 0; i < d; i++)
		for (size_t r = 0; r < PANEL; r++) {
			double c = (double)w[i * PANEL + r];

			norm[r] += c * c;
		}
	for (size_t r = 0; r < PANEL; r++)
		start[r] = r < n ? (float)(-0.5 * norm[r]) : -INFINITY;
}

static void
pack_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct panel_ops *ops = cpu_panel_ops();
	const struct task *t = arg;
	struct panel *p = &t->s->panel;
	size_t end = (chunk + 1) * PANELS;

	(void)worker;
	if (end > p->count)
		end = p->count;
	for (size_t b = chunk * PANELS; b < end; b++) {
		size_t j = b * PANEL, n = t->k - j < PANEL ? t->k - j : PANEL;
		float *w = p->w + j * t->d;

		ops->lay(t->code + j * t->d, n, t->d, t->s->centre, w);
		half_norms(w, n, t->d, p->start + j);
	}
}

/* Keep panels of this shape, and the groups for another nearest_prune. */
static void
make_room(struct nearest *s, size_t k, size_t d)
{
	struct panel *p = &s->panel;

	if (s->leaves)
		s->leaves->stale = true;
	if (p->w && p->rows == k && p->d == d)
		return;
	nearest_free(s);
	p->rows = k;
	p->d = d;
	p->count = (k + PANEL - 1) / PANEL;
	p->w = mem_floats(p->count * d * PANEL);
	p->start = mem_floats(p->count * PANEL);
	s->centre = mem_floats(d);
}

void
nearest_prepare(struct nearest *s, struct pool *pool, const float *code,
	size_t k, size_t d)
{
	struct task t = { s, code, k, d };
	size_t packs;

	make_room(s, k, d);
	packs = (s->panel.count + PANELS - 1) / PANELS;
	pool_run(pool, (d + COLUMNS - 1) / COLUMNS, mean_chunk, &t);
	pool_run(pool, packs, pack_chunk, &t);
	if (centre_settle(code, k, d, s->panel.start, s->centre))
		pool_run(pool, packs, pack_chunk, &t);
}
