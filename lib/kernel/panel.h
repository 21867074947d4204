/*
 * panel.h - a matrix packed for products with rows, one order of summation.
 *
 * Everything that decides a token goes through these panels: search, encoder,
 * transform.  For row j of the matrix w [rows, d] and a vector x [d]
 *
 *     s_j = fma(x[d-1], w[j][d-1], ... fma(x[0], w[j][0], start[j]))
 *
 * is one fused chain in index order.  Every version computes these same bits,
 * so an answer does not depend on the version, on the vector's place in a
 * batch, or on the machine.
 *
 * Packed: panels of PANEL rows, w[panel][i][lane]; rows beyond the last are
 * zero with a start of -infinity (they never win a search).
 */
#ifndef KERNEL_PANEL_H
#define KERNEL_PANEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PANEL 16
#define PANEL_NONE UINT32_MAX /* no row */

struct panel {
	size_t rows, d;
	size_t count; /* panels: ceil(rows / PANEL) */
	float *w;     /* [count, d, PANEL] */
	float *start; /* [count * PANEL] */
};

/* w is [rows, d] row-major; start is [rows], or NULL for zeros. */
void panel_init(struct panel *p, const float *w, const float *start,
	size_t rows, size_t d);
void panel_free(struct panel *p);

/* The same with other numbers: w and start are as panel_init took them. */
void panel_pack(struct panel *p, const float *w, const float *start);

/*
 * PANEL vectors side by side, x[i][lane], and the best row of each so far:
 * the search keeps the vectors in the lanes, so that a running maximum costs
 * a comparison and no shuffle, branch or reduction.
 */
struct panel_lanes {
	float *x;       /* [d, PANEL] */
	float *score;   /* [PANEL] */
	uint32_t *idx;  /* [PANEL] */
	float *score2;  /* [PANEL] the runner-up, or NULL */
	uint32_t *idx2; /* [PANEL] */
	float *rest;  /* [PANEL] for near: at least the norm beyond its head */
	float *slack; /* [PANEL] for near: what rounding may add to a score */
};

#include "kernel/depthwise.h"
#include "kernel/panel_near.h"

/*
 * The versions.  lay: put n <= PANEL rows of x [n, d], less centre [d], into
 * lanes [d, PANEL]; the rest zero.  scores: y[v * ldy + j] = s_j for v < n, j < rows.
 * best: for panels first .. first+count-1 in order and each lane of l[0 .. n),
 * raise the score and set idx to the row where some s_j > score: among equals
 * the lowest row stays.  best2: keep the runner-up as well, in the order of
 * score, then row.
 * features: of the vectors in lanes x [d, PANEL], with u [2, d], out [5, PANEL]:
 * x.u0, x.u1, |x - (x.u0) u0 - (x.u1) u1|^2, |x|^2, and the square sum beyond
 * the first `head` numbers; not the same bits in every version.
 * boxes: bit b says whether the box of group first + b may hold a code that
 * wins in some lane, going by the box around all lanes.
 * reach: the same of one group, lane by lane.
 * near: best for panels of grouped codes; idx are numbers of codes, and among
 * equals the lowest number stays.  Tiles may be left out where a bound says
 * that none of them wins; returns the rows that were gone through to the end.
 * columns: scores of the n columns of x [d, n], added to what is in y.
 * channels, channels_back: what kernel/depthwise.h says of a row.
 */
struct panel_ops {
	const char *name;
	void (*lay)(const float *x, size_t n, size_t d, const float *centre,
		float *lanes);
	void (*scores)(const struct panel *p, const float *x, size_t n,
		float *y, size_t ldy);
	void (*best)(const struct panel *p, size_t first, size_t count,
		const struct panel_lanes *l, size_t n);
	void (*best2)(const struct panel *p, size_t first, size_t count,
		const struct panel_lanes *l, size_t n);
	void (*features)(const float *u, size_t d, size_t head, const float *x,
		float *out);
	uint32_t (*boxes)(const struct near_codes *c, size_t first,
		const struct near_vectors *v);
	bool (*reach)(const struct near_codes *c, size_t group,
		const struct near_vectors *v);
	size_t (*near)(const struct near_codes *c, size_t first, size_t count,
		struct near_vectors *v);
	void (*columns)(const struct panel *p, const float *x, size_t n,
		float *y, size_t ldy);
	void (*channels)(const struct depthwise *s, const float *const *in,
		const float *weight, const float *start, size_t step, float *y);
	void (*channels_back)(const struct depthwise *s, const float *const *in,
		const float *dy, float *dweight);
};

/* lay in portable C, for whom has nothing better. */
void panel_lay(
	const float *x, size_t n, size_t d, const float *centre, float *lanes);

extern const struct panel_ops panel_ref, panel_generic;

#endif
