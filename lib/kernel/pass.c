#include <math.h>

#include "kernel/cpu.h"
#include "kernel/pass.h"

/* Panels of vectors that the kernels like to get at a time, and their rows. */
#define TRIO ((size_t)3)
#define TRIO_ROWS (TRIO * PANEL)
#define MOST_ROWS ((size_t)PASS_PANELS * PANEL)

/* Bytes of codes that stay in the second-level cache while the vectors of a
 * pass go by.  The more of these, the more seldom large codebooks come from
 * memory: with a quarter, 256 numbers and 65,536 codes fell from 87 % of the
 * processor's peak to 81, though 1,024 codes rose from 91 to 95. */
#define CODE_BYTES ((size_t)256 << 10)
#define LANE_BYTES ((size_t)1024 << 10)

/* Tasks a thread: one that is late should hold up the others little, but small
 * ones go through a large codebook too often. */
#define TASKS 2

/* Beside the d numbers a lane holds two scores and two rows. */
#define STATE 4

size_t
pass_rows(size_t d)
{
	size_t rows = LANE_BYTES / (sizeof(float) * d);

	if (rows > MOST_ROWS)
		return MOST_ROWS;
	return rows < TRIO_ROWS ? TRIO_ROWS : rows / TRIO_ROWS * TRIO_ROWS;
}

size_t
pass_work(size_t d)
{
	return pass_rows(d) * (d + STATE) + PANEL; /* to begin aligned */
}

static void
nothing_yet(float *score, uint32_t *idx, uint32_t none)
{
	for (size_t lane = 0; lane < PANEL; lane++) {
		score[lane] = -INFINITY;
		idx[lane] = none;
	}
}

void
pass_lay(struct pass *p, const float *x, size_t n, size_t d,
	const float *centre, bool second, float *work)
{
	const struct panel_ops *ops = cpu_panel_ops();
	uintptr_t end = (uintptr_t)(void *)work % (PANEL * sizeof(float));

	work += end ? PANEL - end / sizeof(float) : 0;
	p->panels = (n + PANEL - 1) / PANEL;
	for (size_t q = 0; q < p->panels; q++, work += (d + STATE) * PANEL) {
		struct panel_lanes *l = &p->lanes[q];
		float *state = work + d * PANEL;
		size_t v = q * PANEL;

		*l = (struct panel_lanes){ .x = work, .score = state };
		l->idx = (uint32_t *)(void *)(state + PANEL);
		nothing_yet(l->score, l->idx, second ? PANEL_NONE : 0);
		ops->lay(x + v * d, n - v < PANEL ? n - v : PANEL, d, centre,
			l->x);
		if (!second)
			continue;
		l->score2 = state + 2 * PANEL;
		l->idx2 = (uint32_t *)(void *)(state + 3 * PANEL);
		nothing_yet(l->score2, l->idx2, PANEL_NONE);
	}
}

void
pass_search(const struct pass *p, const struct panel *codes)
{
	const struct panel_ops *ops = cpu_panel_ops();
	bool second = p->panels && p->lanes[0].score2;
	size_t step = CODE_BYTES / (PANEL * sizeof(float) * codes->d);

	if (step == 0)
		step = 1;
	for (size_t b = 0; b < codes->count; b += step) {
		size_t left = codes->count - b;

		for (size_t q = 0; q < p->panels; q += TRIO)
			(second ? ops->best2 : ops->best)(codes, b,
				left < step ? left : step, p->lanes + q,
				p->panels - q < TRIO ? p->panels - q : TRIO);
	}
}

size_t
pass_chunk(size_t n, size_t most, size_t threads)
{
	size_t fair = n / (threads * TASKS);

	fair = (fair + TRIO_ROWS) / TRIO_ROWS * TRIO_ROWS;
	return fair < most ? fair : most;
}
