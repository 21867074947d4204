/*
 * panel_tile_near.h - the second half of panel_tile.h: searches that leave out
 * codes (panel_near.h).  Included behind it, with these defined as well:
 *
 *     zero(), add, sub, mul
 *     atleast, equal         the masks a >= b, a == b; false where one is NaN
 *     below(a, b)            the mask of ivec a < b, as signed numbers
 *     both, either(m, n)     of masks
 *     any(m), bits(m)        whether one lane is chosen; lane i at bit i
 */
static const float minus_two = -2;

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
