/*
 * panel_tile.h - the panel kernels, written once for every instruction set.
 *
 * Included by panel_NAME.c, which defines before it
 *
 *     ISA                    the attribute of its functions
 *     WIDTH                  lanes of a register; a divisor of PANEL
 *     vec, ivec, mask        registers of floats, of uint32_t, of choices
 *     load, store, iload, istore, set1, iset1, iadd
 *     zero(), add, sub, mul
 *     fma(a, b, c)           a * b + c, rounded once
 *     larger(a, b)           a > b ? a : b, so that a NaN a leaves b
 *     smaller(a, b)          a < b ? a : b
 *     above, atleast, equal  the mask a > b, a >= b, a == b; false for NaN
 *     below(a, b)            the mask of ivec a < b, as signed numbers
 *     both, either(m, n)     of masks
 *     any(m), bits(m)        whether one lane is chosen; lane i at bit i
 *     pick(m, a, b)          m ? a : b of ivec
 *     hold(x)                nothing; keeps x in its register (see panel_avx2)
 *
 * All loops over constants unroll, so that the sums live in registers.
 */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif
#define TILE static inline __attribute__((always_inline)) ISA

static const float minus_two = -2;

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

/* The largest over rows of a strip's chains; several at a time, since each
 * comparison waits for the one before. */
TILE vec
tile_top(size_t rows, size_t q, vec (*acc)[MOST_STRIPS])
{
	vec a = acc[0][q], b = acc[1][q], c = acc[2][q];

	UNROLL
	for (size_t r = 3; r + 2 < rows; r += 3) {
		a = larger(acc[r][q], a);
		b = larger(acc[r + 1][q], b);
		c = larger(acc[r + 2][q], c);
	}
	if (rows % 3 >= 1)
		a = larger(acc[rows - 1][q], a);
	if (rows % 3 == 2)
		b = larger(acc[rows - 2][q], b);
	return larger(larger(a, b), c);
}

/* Whether one of these chains may still reach a score: |x||c| over the links
 * to come is the most that they can add. */
TILE bool
tile_hope(const float *rest, size_t rows, const struct near_vectors *v,
	size_t n, vec (*acc)[MOST_STRIPS])
{
	vec most[MOST_ROWS][MOST_STRIPS];
	mask hope = above(zero(), zero());

	UNROLL
	for (size_t q = 0; q < n; q++) {
		vec mine = load(v->rest + q * WIDTH), top;

		UNROLL
		for (size_t r = 0; r < rows; r++)
			most[r][q] = fma(mine, set1(rest[r]), acc[r][q]);
		top = tile_top(rows, q, most);
		top = add(top, load(v->slack + q * WIDTH));
		hope = either(hope, atleast(top, load(v->score + q * WIDTH)));
	}
	return any(hope);
}

/* Rows that are not in the order of their numbers: among equal scores the
 * lowest number wins. */
TILE void
tile_keep(const uint32_t *row, size_t rows, struct near_vectors *v, size_t n,
	vec (*acc)[MOST_STRIPS])
{
	UNROLL
	for (size_t q = 0; q < n; q++) {
		vec score = load(v->score + q * WIDTH);
		ivec idx = iload(v->idx + q * WIDTH);

		UNROLL
		for (size_t r = 0; r < rows; r++) {
			vec a = acc[r][q];
			ivec at = iset1((int)row[r]);
			mask tie = both(equal(a, score), below(at, idx));

			idx = pick(either(above(a, score), tie), at, idx);
			score = larger(a, score);
		}
		store(v->score + q * WIDTH, score);
		istore(v->idx + q * WIDTH, idx);
	}
}

/* A tile of codes most of which are far: look twice whether it is worth it.
 * Returns the rows gone through to the end. */
TILE size_t
tile_near(const struct near_codes *c, size_t j, size_t rows,
	struct near_vectors *v)
{
	const struct panel *p = &c->panel;
	vec acc[MOST_ROWS][MOST_STRIPS];
	mask hope = above(zero(), zero());
	struct strip s[STRIPS];

	UNROLL
	for (size_t q = 0; q < STRIPS; q++)
		s[q].x = v->x + q * WIDTH;
	tile_start(p, j, rows, STRIPS, acc);
	tile_chain(p, j, rows, s, STRIPS, 0, c->head, acc);
	if (c->head < p->d) {
		if (!tile_hope(c->rest + j, rows, v, STRIPS, acc))
			return 0;
		tile_chain(p, j, rows, s, STRIPS, c->head, p->d, acc);
	}
	UNROLL
	for (size_t q = 0; q < STRIPS; q++)
		hope = either(hope,
			atleast(tile_top(rows, q, acc),
				load(v->score + q * WIDTH)));
	if (any(hope))
		tile_keep(c->row + j, rows, v, STRIPS, acc);
	return rows;
}

/* What is farther than base - 2 score cannot win. */
TILE vec
tile_limit(const struct near_vectors *v, size_t lane)
{
	return fma(
		set1(minus_two), load(v->score + lane), load(v->base + lane));
}

/* sum + (how far [a, b] is from [lo, hi])^2 */
TILE vec
tile_gap(vec lo, vec hi, vec a, vec b, vec sum)
{
	vec t = larger(larger(sub(lo, b), sub(a, hi)), zero());

	return fma(t, t, sum);
}

ISA static uint32_t
boxes(const struct near_codes *c, size_t first, const struct near_vectors *v)
{
	float limit[PANEL] __attribute__((aligned(64)));
	float farthest = -INFINITY;
	uint32_t found = 0;

	for (size_t h = 0; h < PANEL; h += WIDTH)
		store(limit + h, tile_limit(v, h));
	for (size_t lane = 0; lane < PANEL; lane++)
		farthest = limit[lane] > farthest ? limit[lane] : farthest;
	for (size_t h = 0; h < PANEL; h += WIDTH) {
		vec sum = zero();

		for (size_t a = 0; a < NEAR_FEATURES; a++) {
			size_t at = a * c->stride + first + h;

			sum = tile_gap(load(c->lo + at), load(c->hi + at),
				set1(v->lo[a]), set1(v->hi[a]), sum);
		}
		found |= bits(atleast(set1(farthest), sum)) << h;
	}
	return found;
}

ISA static bool
reach(const struct near_codes *c, size_t group, const struct near_vectors *v)
{
	mask some = above(zero(), zero());

	for (size_t h = 0; h < PANEL; h += WIDTH) {
		vec sum = zero();

		for (size_t a = 0; a < NEAR_FEATURES; a++) {
			size_t at = a * c->stride + group;
			vec f = load(v->f[a] + h);

			sum = tile_gap(
				set1(c->lo[at]), set1(c->hi[at]), f, f, sum);
		}
		some = either(some, atleast(tile_limit(v, h), sum));
	}
	return any(some);
}

/* Sums over vectors in lanes: see panel.h. */
ISA static void
features(const float *u, size_t d, size_t head, const float *x, float *out)
{
	for (size_t h = 0; h < PANEL; h += WIDTH) {
		vec a = zero(), b = a, front = a, tail = a, rest = a;

		for (size_t i = 0; i < d; i++) {
			vec v = load(x + i * PANEL + h);

			a = fma(v, set1(u[i]), a);
			b = fma(v, set1(u[d + i]), b);
			if (i < head)
				front = fma(v, v, front);
			else
				tail = fma(v, v, tail);
		}
		for (size_t i = 0; i < d; i++) {
			vec v = load(x + i * PANEL + h);

			v = sub(v, mul(a, set1(u[i])));
			v = sub(v, mul(b, set1(u[d + i])));
			rest = fma(v, v, rest);
		}
		store(out + h, a);
		store(out + PANEL + h, b);
		store(out + 2 * PANEL + h, rest);
		store(out + 3 * PANEL + h, add(front, tail));
		store(out + 4 * PANEL + h, tail);
	}
}

/* n vectors against the panel from row j on: the rows in lanes, the vectors
 * broadcast, so that y is written in its own order. */
TILE void
tile_scores(const struct panel *p, size_t j, const float *x, size_t n, float *y,
	size_t ldy)
{
	size_t d = p->d, live = p->rows - j;
	const float *w = p->w + j * d;
	vec acc[SCORE_VECTORS][STRIPS], c[STRIPS];

	UNROLL
	for (size_t v = 0; v < n; v++) {
		UNROLL
		for (size_t h = 0; h < STRIPS; h++)
			acc[v][h] = load(p->start + j + h * WIDTH);
	}
	for (size_t i = 0; i < d; i++, w += PANEL) {
		UNROLL
		for (size_t h = 0; h < STRIPS; h++)
			c[h] = load(w + h * WIDTH);
		UNROLL
		for (size_t v = 0; v < n; v++) {
			vec xi = set1(x[v * d + i]);

			UNROLL
			for (size_t h = 0; h < STRIPS; h++)
				acc[v][h] = fma(xi, c[h], acc[v][h]);
		}
	}
	UNROLL
	for (size_t v = 0; v < n; v++) {
		float all[PANEL];
		float *to = live < PANEL ? all : y + v * ldy + j;

		UNROLL
		for (size_t h = 0; h < STRIPS; h++)
			store(to + h * WIDTH, acc[v][h]);
		if (live < PANEL)
			memcpy(y + v * ldy + j, all, live * sizeof(*y));
	}
}

ISA static void
scores(const struct panel *p, const float *x, size_t n, float *y, size_t ldy)
{
	for (; n >= SCORE_VECTORS; n -= SCORE_VECTORS) {
		for (size_t j = 0; j < p->rows; j += PANEL)
			tile_scores(p, j, x, SCORE_VECTORS, y, ldy);
		x += SCORE_VECTORS * p->d;
		y += SCORE_VECTORS * ldy;
	}
	for (; n; n--, x += p->d, y += ldy)
		for (size_t j = 0; j < p->rows; j += PANEL)
			tile_scores(p, j, x, 1, y, ldy);
}
