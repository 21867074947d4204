#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "kernel/margin.h"
#include "kernel/nearest_top.h"
#include "model/router_book.h"
#include "util/mem.h"

#define ROWS ((size_t)96) /* a pass */
#define AHEAD ((size_t)8) /* codes looked at for one of another expert */

void
router_book_free(struct router_book *b)
{
	if (b->k)
		nearest_free(&b->search);
	free(b->q);
	free(b->map);
	transform_free(&b->transform);
	*b = (struct router_book){ 0 };
}

static bool
all_apart(const uint32_t *map, size_t k)
{
	char *seen = mem_zalloc((size_t)UINT16_MAX + 1, 1);
	bool apart = true;

	for (size_t i = 0; i < k && apart; i++)
		apart = !seen[map[i]]++;
	free(seen);
	return apart;
}

void
router_book_init(
	struct router_book *b, float *q, uint32_t *map, size_t k, size_t d)
{
	b->k = k;
	b->d = d;
	b->q = q;
	router_book_remap(b, map);
	nearest_init(&b->search, q, k, d);
}

void
router_book_remap(struct router_book *b, uint32_t *map)
{
	free(b->map);
	b->map = map;
	b->apart = all_apart(map, b->k);
}

/* Candidates a row. */
static size_t
ahead(const struct router_book *b)
{
	size_t most = b->apart ? 2 : AHEAD;

	return b->k < most ? b->k : most;
}

/* Rows whose scores of all codes are kept at once. */
static size_t
block(const struct router_book *b)
{
	size_t n = ((size_t)1 << 18) / b->k;

	return n < 1 ? 1 : n > 48 ? 48 : n;
}

/* Parts of the scratch, in floats. */
struct scratch {
	float *x;             /* [ROWS, d] normalised */
	uint32_t *idx;        /* [ROWS, ahead] */
	float *score;         /* [ROWS, ahead] */
	uint32_t *far;        /* [ROWS] */
	float *centred, *all; /* [block, d], [block, k] */
	float *top;
};

static size_t
lay_out(const struct router_book *b, float *work, struct scratch *s)
{
	size_t sizes[] = { b->transform.dim ? ROWS * b->d : 0, ROWS * ahead(b),
		ROWS * ahead(b), ROWS, block(b) * b->d, block(b) * b->k,
		nearest_top_work(&b->search) };
	size_t at[8] = { 0 };

	for (size_t i = 0; i < 7; i++)
		at[i + 1] = at[i] + (sizes[i] + 15) / 16 * 16;
	if (s) {
		void *idx = work + at[1], *far = work + at[3];

		*s = (struct scratch){ work, idx, work + at[2], far,
			work + at[4], work + at[5], work + at[6] };
	}
	return at[7];
}

size_t
router_book_work(const struct router_book *b)
{
	return lay_out(b, NULL, NULL);
}

/* The best score among codes that are not of this expert. */
static uint32_t
best_of_others(const struct router_book *b, const float *score, uint32_t expert)
{
	uint32_t best = NEAREST_NONE;

	for (size_t j = 0; j < b->k; j++)
		if (b->map[j] != expert &&
			(best == NEAREST_NONE || score[j] > score[best]))
			best = (uint32_t)j;
	return best;
}

/* far[r] for those of n rows where no candidate was of another expert: m of
 * them at a time, against all codes, by the same scores. */
static void
search_others(const struct router_book *b, const float *x, size_t n,
	const uint32_t *code, const struct scratch *s)
{
	size_t d = b->d, row[48], m = 0;

	for (size_t r = 0; r <= n; r++) {
		if (r < n && s->far[r] == NEAREST_NONE) {
			for (size_t i = 0; i < d; i++)
				s->centred[m * d + i] =
					x[r * d + i] - b->search.centre[i];
			row[m++] = r;
		}
		if (m == 0 || (m < block(b) && r < n))
			continue;
		cpu_panel_ops()->scores(
			&b->search.panel, s->centred, m, s->all, b->k);
		for (size_t i = 0; i < m; i++)
			s->far[row[i]] = best_of_others(
				b, s->all + i * b->k, b->map[code[row[i]]]);
		m = 0;
	}
}

/* The first candidate of another expert than the winner, or none. */
static uint32_t
first_other(const struct router_book *b, const uint32_t *idx, size_t m)
{
	for (size_t j = 1; j < m; j++)
		if (idx[j] < b->k && b->map[idx[j]] != b->map[idx[0]])
			return idx[j];
	return NEAREST_NONE;
}

/* n <= ROWS of x as searched. */
static size_t
find(const struct router_book *b, const float *x, size_t n, float unit,
	uint32_t *codes, float *margin, const struct scratch *s)
{
	size_t m = ahead(b), d = b->d;
	bool missing = false;

	nearest_top(&b->search, x, n, m, s->idx, s->score, s->top);
	for (size_t r = 0; r < n; r++) {
		if (s->idx[r * m] >= b->k || !isfinite(s->score[r * m]))
			return r;
		codes[r] = s->idx[r * m];
		s->far[r] = first_other(b, s->idx + r * m, m);
		missing = missing || s->far[r] == NEAREST_NONE;
	}
	if (missing && m < b->k)
		search_others(b, x, n, codes, s);
	for (size_t r = 0; r < n; r++)
		margin[r] = s->far[r] == NEAREST_NONE ? INFINITY
						      : unit *
				margin_between(x + r * d, b->q + codes[r] * d,
					b->q + s->far[r] * d, d);
	return n;
}

size_t
router_book_rows(const struct router_book *b, const float *x, size_t n,
	bool normalize, uint32_t *codes, float *margin, float *work)
{
	float unit = normalize ? b->transform.scale : 1;
	struct scratch s;

	lay_out(b, work, &s);
	for (size_t v = 0; v < n; v += ROWS) {
		size_t m = n - v < ROWS ? n - v : ROWS, done;
		const float *rows = x + v * b->d;

		if (normalize) {
			memcpy(s.x, rows, m * b->d * sizeof(*x));
			transform_normalize(&b->transform, s.x, m);
			rows = s.x;
		}
		done = find(b, rows, m, unit, codes + v, margin + v, &s);
		if (done < m)
			return v + done;
	}
	return n;
}
