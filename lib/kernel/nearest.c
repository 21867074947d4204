#include <math.h>
#include <stdlib.h>

#include "kernel/cpu.h"
#include "kernel/nearest.h"
#include "util/mem.h"

/* Vectors that share one pass over the codes; a multiple of every group. */
#define BLOCK 96

/* Bytes of packed codes that stay in the second-level cache meanwhile. */
#define CODE_BYTES ((size_t)128 << 10)

#define CHUNK ((size_t)192) /* rows a task: 2 blocks */

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

void
nearest_init(struct nearest *s, const float *code, size_t k, size_t d)
{
	float *centred = mem_floats(k * d), *half = mem_floats(k);

	s->centre = mem_floats(d);
	mean_row(code, k, d, s->centre);
	for (size_t j = 0; j < k; j++) {
		double norm = 0;

		for (size_t i = 0; i < d; i++) {
			float c = code[j * d + i] - s->centre[i];

			centred[j * d + i] = c;
			norm += (double)c * (double)c;
		}
		half[j] = (float)(-0.5 * norm);
	}
	panel_init(&s->panel, centred, half, k, d);
	free(centred);
	free(half);
}

void
nearest_free(struct nearest *s)
{
	panel_free(&s->panel);
	free(s->centre);
	s->centre = NULL;
}

size_t
nearest_work(size_t d)
{
	return BLOCK * d;
}

/* At most BLOCK vectors, centred, against all codes, cache block by block. */
static void
find_block(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score)
{
	const struct panel_ops *ops = cpu_panel_ops();
	const struct panel *p = &s->panel;
	size_t step = CODE_BYTES / (PANEL * sizeof(float) * p->d);
	float best[BLOCK];

	if (step == 0)
		step = 1;
	for (size_t v = 0; v < n; v++) {
		best[v] = -INFINITY;
		idx[v] = 0;
	}
	for (size_t b = 0; b < p->count; b += step) {
		size_t count = p->count - b < step ? p->count - b : step;

		for (size_t v = 0; v < n; v += ops->group)
			ops->best(p, b, count, x + v * p->d,
				n - v < ops->group ? n - v : ops->group,
				best + v, idx + v);
	}
	for (size_t v = 0; score && v < n; v++)
		score[v] = best[v];
}

void
nearest_find(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score, float *work)
{
	size_t d = s->panel.d;

	for (size_t v = 0; v < n; v += BLOCK) {
		size_t m = n - v < BLOCK ? n - v : BLOCK;

		for (size_t r = 0; r < m; r++)
			for (size_t i = 0; i < d; i++)
				work[r * d + i] =
					x[(v + r) * d + i] - s->centre[i];
		find_block(s, work, m, idx + v, score ? score + v : NULL);
	}
}

struct task {
	const struct nearest *s;
	const float *x;
	size_t n;
	uint32_t *idx;
	float *score, *work;
};

static void
find_chunk(void *arg, size_t chunk, size_t worker)
{
	struct task *t = arg;
	size_t v = chunk * CHUNK, d = t->s->panel.d;

	nearest_find(t->s, t->x + v * d, t->n - v < CHUNK ? t->n - v : CHUNK,
		t->idx + v, t->score ? t->score + v : NULL,
		t->work + worker * nearest_work(d));
}

void
nearest_find_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, uint32_t *idx, float *score)
{
	size_t work = nearest_work(s->panel.d) * pool_threads(pool);
	struct task t = { s, x, n, idx, score, mem_floats(work) };

	pool_run(pool, (n + CHUNK - 1) / CHUNK, find_chunk, &t);
	free(t.work);
}
