#include <math.h>
#include <stdlib.h>

#include "kernel/cpu.h"
#include "kernel/nearest.h"
#include "util/mem.h"

/* Panels of vectors that the kernels like to get at a time, and their rows. */
#define TRIO ((size_t)3)
#define TRIO_ROWS (TRIO * PANEL)

/* Bytes that stay in the second-level cache together: codes, and the vectors
 * that share one pass over all codes (at most MOST_ROWS). */
#define CODE_BYTES ((size_t)128 << 10)
#define LANE_BYTES ((size_t)256 << 10)
#define MOST_ROWS (10 * TRIO_ROWS)

/* Tasks a thread, so that one that is late holds up the others little. */
#define TASKS 4

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

/* Vectors a pass over the codes: whole trios. */
static size_t
pass_rows(size_t d)
{
	size_t rows = LANE_BYTES / (sizeof(float) * d);

	if (rows > MOST_ROWS)
		return MOST_ROWS;
	return rows < TRIO_ROWS ? TRIO_ROWS : rows / TRIO_ROWS * TRIO_ROWS;
}

size_t
nearest_work(size_t d)
{
	return pass_rows(d) * (d + 2) + PANEL; /* to begin aligned */
}

/* Vectors in lanes, in scratch: n <= pass_rows. */
struct pass {
	struct panel_lanes lanes[MOST_ROWS / PANEL];
	size_t panels;
};

static void
lay(const struct nearest *s, const float *x, size_t n, float *work,
	struct pass *p)
{
	size_t d = s->panel.d;
	const struct panel_ops *ops = cpu_panel_ops();
	uintptr_t end = (uintptr_t)(void *)work % (PANEL * sizeof(float));

	work += end ? PANEL - end / sizeof(float) : 0;
	p->panels = (n + PANEL - 1) / PANEL;
	for (size_t q = 0; q < p->panels; q++) {
		struct panel_lanes *l = &p->lanes[q];
		size_t v = q * PANEL;

		l->x = work;
		l->score = l->x + d * PANEL;
		l->idx = (uint32_t *)(void *)(l->score + PANEL);
		work += (d + 2) * PANEL;
		ops->lay(x + v * d, n - v < PANEL ? n - v : PANEL, d, s->centre,
			l->x);
		for (size_t lane = 0; lane < PANEL; lane++) {
			l->score[lane] = -INFINITY;
			l->idx[lane] = 0;
		}
	}
}

/* All codes, cache block by block, against the vectors trio by trio. */
static void
search(const struct nearest *s, const struct pass *p)
{
	const struct panel_ops *ops = cpu_panel_ops();
	const struct panel *c = &s->panel;
	size_t step = CODE_BYTES / (PANEL * sizeof(float) * c->d);

	if (step == 0)
		step = 1;
	for (size_t b = 0; b < c->count; b += step)
		for (size_t q = 0; q < p->panels; q += TRIO)
			ops->best(c, b,
				c->count - b < step ? c->count - b : step,
				p->lanes + q,
				p->panels - q < TRIO ? p->panels - q : TRIO);
}

void
nearest_find(const struct nearest *s, const float *x, size_t n, uint32_t *idx,
	float *score, float *work)
{
	size_t d = s->panel.d, most = pass_rows(d);
	struct pass p;

	for (size_t v = 0; v < n; v += most) {
		size_t rows = n - v < most ? n - v : most;

		lay(s, x + v * d, rows, work, &p);
		search(s, &p);
		for (size_t r = 0; r < rows; r++)
			idx[v + r] = p.lanes[r / PANEL].idx[r % PANEL];
		for (size_t r = 0; score && r < rows; r++)
			score[v + r] = p.lanes[r / PANEL].score[r % PANEL];
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

/* Rows a task: answers do not depend on it, so it may follow n. */
static size_t
chunk_rows(size_t n, size_t d, size_t threads)
{
	size_t fair = n / (threads * TASKS), most = pass_rows(d);

	fair = (fair + TRIO_ROWS) / TRIO_ROWS * TRIO_ROWS;
	return fair < most ? fair : most;
}

void
nearest_find_all(const struct nearest *s, struct pool *pool, const float *x,
	size_t n, uint32_t *idx, float *score)
{
	size_t threads = pool_threads(pool), d = s->panel.d;
	struct task t = { s, x, n, chunk_rows(n, d, threads), idx, score,
		mem_floats(nearest_work(d) * threads) };

	pool_run(pool, (n + t.chunk - 1) / t.chunk, find_chunk, &t);
	free(t.work);
}
