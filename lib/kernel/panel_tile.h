/*
 * panel_tile.h - the panel kernels, written once for every instruction set.
 *
 * Included by panel_NAME.c, which defines before it
 *
 *     ISA                    the attribute of its functions
 *     WIDTH                  lanes of a register; a divisor of PANEL
 *     vec, ivec, mask        registers of floats, of uint32_t, of choices
 *     load, loadu, store, iload, istore, set1, iset1, iadd
 *     fma(a, b, c)           a * b + c, rounded once
 *     larger(a, b)           a > b ? a : b, so that a NaN a leaves b
 *     smaller(a, b)          a < b ? a : b
 *     above(a, b)            the mask a > b; false where one is NaN
 *     pick(m, a, b)          m ? a : b of ivec
 *     hold(x)                nothing; keeps x in its register (see panel_avx2)
 *
 * and what panel_tile_near.h names.  All loops over constants unroll, so that
 * the sums live in registers.
 */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define TILE static inline __attribute__((always_inline)) ISA

#define STRIPS (PANEL / WIDTH) /* registers of a panel */
#define MOST_ROWS 16           /* of a tile */
#define MOST_STRIPS 4

/* A register's worth of the vectors in a panel of them. */
struct strip {
	const float *x;
	float *score, *score2;
	uint32_t *idx, *idx2;
};

/* The strips of n panels. */
TILE void
tile_strips(const struct panel_lanes *l, size_t n, struct strip *s)
{
	for (size_t h = 0; h < n * STRIPS; h++) {
		const struct panel_lanes *from = l + h / STRIPS;
		size_t at = h % STRIPS * WIDTH;

		s[h] = (struct strip){ .x = from->x + at,
			.score = from->score + at,
			.idx = from->idx + at };
		if (from->score2) {
			s[h].score2 = from->score2 + at;
			s[h].idx2 = from->idx2 + at;
		}
	}
}

TILE void
tile_start(const struct panel *p, size_t j, size_t rows, size_t n,
	vec (*acc)[MOST_STRIPS])
{
	UNROLL
	for (size_t r = 0; r < rows; r++) {
		UNROLL
		for (size_t q = 0; q < n; q++)
			acc[r][q] = set1(p->start[j + r]);
	}
}

/* Links from .. to of the chains of rows j .. j + rows against n strips. */
TILE void
tile_chain(const struct panel *p, size_t j, size_t rows, const struct strip *s,
	size_t n, size_t from, size_t to, vec (*acc)[MOST_STRIPS])
{
	const float *w =
		p->w + j / PANEL * p->d * PANEL + from * PANEL + j % PANEL;
	vec x[MOST_STRIPS];

	for (size_t i = from; i < to; i++, w += PANEL) {
		UNROLL
		for (size_t q = 0; q < n; q++) {
			x[q] = load(s[q].x + i * PANEL);
			hold(x[q]);
		}
		UNROLL
		for (size_t r = 0; r < rows; r++) {
			vec c = set1(w[r]);

			UNROLL
			for (size_t q = 0; q < n; q++)
				acc[r][q] = fma(x[q], c, acc[r][q]);
		}
	}
}

TILE void
tile_best(const struct panel *p, size_t j, size_t rows, const struct strip *s,
	size_t n)
{
	vec acc[MOST_ROWS][MOST_STRIPS];

	tile_start(p, j, rows, n, acc);
	tile_chain(p, j, rows, s, n, 0, p->d, acc);
	UNROLL
	for (size_t q = 0; q < n; q++) {
		vec score = load(s[q].score);
		ivec idx = iload(s[q].idx), at = iset1((int)j);

		UNROLL
		for (size_t r = 0; r < rows; r++) {
			vec a = acc[r][q];

			idx = pick(above(a, score), at, idx);
			score = larger(a, score);
			at = iadd(at, iset1(1));
		}
		store(s[q].score, score);
		istore(s[q].idx, idx);
	}
}

/* The same, and the runner-up. */
TILE void
tile_best2(const struct panel *p, size_t j, size_t rows, const struct strip *s,
	size_t n)
{
	vec acc[MOST_ROWS][MOST_STRIPS];

	tile_start(p, j, rows, n, acc);
	tile_chain(p, j, rows, s, n, 0, p->d, acc);
	UNROLL
	for (size_t q = 0; q < n; q++) {
		vec score = load(s[q].score), score2 = load(s[q].score2);
		ivec idx = iload(s[q].idx), idx2 = iload(s[q].idx2);
		ivec at = iset1((int)j);

		UNROLL
		for (size_t r = 0; r < rows; r++) {
			vec a = acc[r][q];
			mask first = above(a, score);

			idx2 = pick(above(a, score2), at, idx2);
			idx2 = pick(first, idx, idx2);
			idx = pick(first, at, idx);
			score2 = larger(smaller(score, a), score2);
			score = larger(a, score);
			at = iadd(at, iset1(1));
		}
		store(s[q].score, score);
		istore(s[q].idx, idx);
		store(s[q].score2, score2);
		istore(s[q].idx2, idx2);
	}
}

TILE void
tile(const struct panel *p, size_t j, size_t rows, const struct strip *s,
	size_t n, bool second)
{
	if (second)
		tile_best2(p, j, rows, s, n);
	else
		tile_best(p, j, rows, s, n);
}

/* All rows of some panels; n, rows and second are constants. */
TILE void
tile_sweep(const struct panel *p, size_t first, size_t count,
	const struct strip *s, size_t n, size_t rows, bool second)
{
	size_t end = (first + count) * PANEL;

	for (size_t j = first * PANEL; j < end; j += rows)
		tile(p, j, rows, s, n, second);
}

/* n vectors against `panels` panels from row j on: the rows in lanes, the
 * vectors broadcast, so that y is written in its own order.  Where ldx is
 * not 0, the vectors are columns of x [d, ldx], and y is added to. */
TILE void
tile_scores(const struct panel *p, size_t j, size_t panels, const float *x,
	size_t n, float *y, size_t ldy, size_t ldx)
{
	size_t d = p->d, live = p->rows - j, strips = panels * STRIPS;
	const float *w = p->w + j * d;
	vec acc[SCORE_VECTORS][SCORE_PANELS * STRIPS];
	vec c[SCORE_PANELS * STRIPS];
	float all[SCORE_PANELS * PANEL] = { 0 };
	bool whole = live >= panels * PANEL;

	UNROLL
	for (size_t v = 0; v < n; v++) {
		const float *from = ldx ? y + v * ldy + j : p->start + j;

		if (ldx && !whole) {
			memcpy(all, from, live * sizeof(*y));
			from = all;
		}
		UNROLL
		for (size_t h = 0; h < strips; h++)
			acc[v][h] = loadu(from + h * WIDTH);
	}
	for (size_t i = 0; i < d; i++, w += PANEL) {
		UNROLL
		for (size_t h = 0; h < strips; h++)
			c[h] = load(w + h / STRIPS * d * PANEL +
				h % STRIPS * WIDTH);
		UNROLL
		for (size_t v = 0; v < n; v++) {
			vec xi = set1(x[ldx ? i * ldx + v : v * d + i]);

			UNROLL
			for (size_t h = 0; h < strips; h++)
				acc[v][h] = fma(xi, c[h], acc[v][h]);
		}
	}
	UNROLL
	for (size_t v = 0; v < n; v++) {
		float *to = whole ? y + v * ldy + j : all;

		UNROLL
		for (size_t h = 0; h < strips; h++)
			store(to + h * WIDTH, acc[v][h]);
		if (!whole)
			memcpy(y + v * ldy + j, all, live * sizeof(*y));
	}
}

#define SCORE_FEW ((SCORE_VECTORS + 2) / 3) /* at the end: not one by one */

/* n vectors, a constant, against all panels. */
TILE void
tile_rows(const struct panel *p, const float *x, size_t n, float *y, size_t ldy,
	size_t ldx)
{
	size_t b = 0;

	for (; b + SCORE_PANELS <= p->count; b += SCORE_PANELS)
		tile_scores(p, b * PANEL, SCORE_PANELS, x, n, y, ldy, ldx);
	for (; b < p->count; b++)
		tile_scores(p, b * PANEL, 1, x, n, y, ldy, ldx);
}

TILE void
tile_all(const struct panel *p, const float *x, size_t n, float *y, size_t ldy,
	size_t ldx)
{
	for (; n >= SCORE_VECTORS; n -= SCORE_VECTORS) {
		tile_rows(p, x, SCORE_VECTORS, y, ldy, ldx);
		x += SCORE_VECTORS * (ldx ? 1 : p->d);
		y += SCORE_VECTORS * ldy;
	}
	for (; n >= SCORE_FEW; n -= SCORE_FEW) {
		tile_rows(p, x, SCORE_FEW, y, ldy, ldx);
		x += SCORE_FEW * (ldx ? 1 : p->d);
		y += SCORE_FEW * ldy;
	}
	for (; n; n--, x += ldx ? 1 : p->d, y += ldy)
		tile_rows(p, x, 1, y, ldy, ldx);
}

ISA static void
scores(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	tile_all(p, x, n, y, ldy, 0);
}

ISA static void
columns(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	tile_all(p, x, n, y, ldy, n);
}

/* How a version deals rows and strips to tiles; second is a constant. */
TILE void search(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n, bool second);

ISA static void
best(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	search(p, first, count, l, n, false);
}

ISA static void
best2(const struct panel *p, size_t first, size_t count,
	const struct panel_lanes *l, size_t n)
{
	search(p, first, count, l, n, true);
}
