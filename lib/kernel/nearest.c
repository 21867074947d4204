#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "kernel/centre.h"
#include "kernel/nearest.h"
#include "kernel/pass.h"
#include "kernel/prune.h"
#include "util/mem.h"

void
nearest_ref(const float *x, size_t n, const float *code, size_t k, size_t d,
	uint32_t *idx)
{
	for (size_t v = 0; v < n; v++) {
		double least = INFINITY;

		for (size_t j = 0; j < k; j++) {
			double sum = 0;

			for (size_t i = 0; i < d; i++) {
				double t = (double)x[v * d + i] -
					(double)code[j * d + i];

				sum += t * t;
			}
			if (sum < least) {
				least = sum;
				idx[v] = (uint32_t)j;
			}
		}
	}
}

static void
mean_row(const float *code, size_t k, size_t d, float *mean)
{
	double *sum = mem_zalloc(d, sizeof(*sum));

	for (size_t j = 0; j < k; j++)
		for (size_t i = 0; i < d; i++)
			sum[i] += (double)code[j * d + i];
	for (size_t i = 0; i < d; i++)
		mean[i] = (float)(sum[i] / (double)k);
	free(sum);
}

size_t
nearest_too_long(const float *x, size_t n, size_t d)
{
	for (size_t v = 0; v < n; v++) {
		double sum = 0;

		for (size_t i = 0; i < d; i++)
			sum += (double)x[v * d + i] * (double)x[v * d + i];
		if (!(sum <= NEAREST_LONGEST * NEAREST_LONGEST))
			return v;
	}
	return n;
}

/* Codes less the centre, and -|c|^2 / 2. */
static void
take_off(const float *code, size_t k, size_t d, const float *centre,
	float *centred, float *half)
{
	for (size_t j = 0; j < k; j++) {
		double norm = 0;

		for (size_t i = 0; i < d; i++) {
			float c = code[j * d + i] - centre[i];

			centred[j * d + i] = c;
			norm += (double)c * (double)c;
		}
		half[j] = (float)(-0.5 * norm);
	}
}

void
nearest_init(struct nearest *s, const float *code, size_t k, size_t d)
{
	float *centred = mem_floats(k * d), *half = mem_floats(k);

	s->centre = mem_floats(d);
	mean_row(code, k, d, s->centre);
	take_off(code, k, d, s->centre, centred, half);
	if (centre_settle(code, k, d, half, s->centre))
		take_off(code, k, d, s->centre, centred, half);
	panel_init(&s->panel, centred, half, k, d);
	s->leaves = NULL;
	free(centred);
	free(half);
}

void
nearest_free(struct nearest *s)
{
	panel_free(&s->panel);
	leaves_free(s->leaves);
	s->leaves = NULL;
	free(s->centre);
	s->centre = NULL;
}

/* Codes that change at every step are not worth grouping anew while pruning
 * does not pay. */
#define PASSES_A_STEP 8

void
nearest_prune(struct nearest *s, struct pool *pool, const float *code)
{
	struct leaves *l = s->leaves;

	if (!l)
		s->leaves = leaves_new(&s->panel, code, s->centre, pool);
	else if (l->pause > 0)
		l->pause -= PASSES_A_STEP;
	else
		leaves_move(l, &s->panel, code, s->centre, pool);
}

/* What a search may use. */
static struct leaves *
leaves_of(const struct nearest *s)
{
	return s->leaves && !s->leaves->stale ? s->leaves : NULL;
}

size_t
nearest_work(size_t d)
{
	size_t a = pass_work(d), b = prune_work(d);

	return a > b ? a : b;
}

/* Every code against n <= pass_rows vectors. */
static void
find_fully(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score, float *work)
{
	struct pass p;

	pass_lay(&p, x, n, s->panel.d, s->centre, false, work);
	pass_search(&p, &s->panel);
	for (size_t r = 0; r < n; r++)
		idx[r] = p.lanes[r / PANEL].idx[r % PANEL];
	for (size_t r = 0; score && r < n; r++)
		score[r] = p.lanes[r / PANEL].score[r % PANEL];
}

static size_t
most_rows(const struct nearest *s)
{
	return leaves_of(s) ? PRUNE_ROWS : pass_rows(s->panel.d);
}

void
nearest_find(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score, float *work)
{
	size_t d = s->panel.d, most = most_rows(s), pass = pass_rows(d), m;
	struct leaves *l = leaves_of(s);

	for (; n; n -= m, x += m * d, idx += m,
		score = score ? score + m : NULL) {
		m = n < most ? n : most;
		if (l && prune_find(l, s->centre, x, m, idx, score, work))
			continue;
		m = m < pass ? m : pass;
		find_fully(s, x, m, idx, score, work);
	}
}

struct task {
	const struct nearest *s;
	const float *x;
	size_t n, chunk; /* rows a task */
	uint32_t *idx;
	float *score, *work;
};

static void
find_chunk(void *arg, size_t chunk, size_t worker)
{
	struct task *t = arg;
	size_t v = chunk * t->chunk, d = t->s->panel.d;

	nearest_find(t->s, t->x + v * d,
		t->n - v < t->chunk ? t->n - v : t->chunk, t->idx + v,
		t->score ? t->score + v : NULL,
		t->work + worker * nearest_work(d));
}

void
nearest_find_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, uint32_t *idx, float *score)
{
	size_t threads = pool_threads(pool), d = s->panel.d;
	struct task t = { s, x, n, pass_chunk(n, most_rows(s), threads), idx,
		score, mem_floats(nearest_work(d) * threads) };

	pool_run(pool, (n + t.chunk - 1) / t.chunk, find_chunk, &t);
	free(t.work);
}
