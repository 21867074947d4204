#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "nn/blend.h"
#include "util/mem.h"

void
blend_init(struct blend *b, size_t p, size_t c)
{
	const double pi = 3.14159265358979323846;

	*b = (struct blend){ p, c, mem_floats(2 * p) };
	for (size_t t = 0; t < 2 * p; t++) {
		double s = sin(pi * ((double)t + 0.5) / (2 * (double)p));

		b->window[t] = (float)(s * s);
	}
}

void
blend_free(struct blend *b)
{
	free(b->window);
	*b = (struct blend){ 0 };
}

/* The two tiles that line j of a patch is written by: its own, and that of the
 * neighbour on its side. */
struct meeting {
	bool before;      /* the neighbour */
	size_t own, away; /* lines of the tiles */
};

static struct meeting
meet(const struct blend *b, size_t j)
{
	size_t own = j + b->p / 2;
	bool before = own < b->p;

	return (struct meeting){ before, own,
		before ? own + b->p : own - b->p };
}

/* y = a own + b away; without a neighbour the window is 1. */
static void
mix(const float *own, float a, const float *away, float b, size_t n, float *y)
{
	if (!away) {
		for (size_t i = 0; i < n; i++)
			y[i] = own[i];
		return;
	}
	for (size_t i = 0; i < n; i++)
		y[i] = a * own[i] + b * away[i];
}

/* Row j of the patches of a row of tokens, still as wide as tiles are: z [w,
 * 2p, c]. */
static void
mix_rows(const struct blend *b, struct blend_rows v, size_t j, float *z)
{
	struct meeting m = meet(b, j);
	const float *away = m.before ? v.above : v.below;
	size_t line = 2 * b->p * b->c, tile = 2 * b->p * line;

	for (size_t i = 0; i < v.w; i++)
		mix(v.here + i * tile + m.own * line, b->window[m.own],
			away ? away + i * tile + m.away * line : NULL,
			b->window[m.away], line, z + i * line);
}

/* Of the token's row z [2p, c] and those beside it: line [p, c]. */
static void
mix_columns(
	const struct blend *b, const float *z, size_t i, size_t w, float *line)
{
	size_t ld = 2 * b->p * b->c;
	const float *here = z + i * ld;

	for (size_t k = 0; k < b->p; k++, line += b->c) {
		struct meeting m = meet(b, k);
		const float *away = m.before ? i > 0 ? here - ld : NULL
			: i + 1 < w          ? here + ld
					     : NULL;

		mix(here + m.own * b->c, b->window[m.own],
			away ? away + m.away * b->c : NULL, b->window[m.away],
			b->c, line);
	}
}

size_t
blend_work(const struct blend *b, size_t w)
{
	return 2 * b->p * b->c * (w + 1);
}

void
blend_row(const struct blend *b, struct blend_rows v, float *work, float *y)
{
	size_t line = b->p * b->c, patch = b->p * line;
	float *one = work + v.w * 2 * line;

	for (size_t j = 0; j < b->p; j++) {
		mix_rows(b, v, j, work);
		for (size_t i = 0; i < v.w; i++) {
			float *to = y + i * patch + j * line;

			mix_columns(b, work, i, v.w, one);
			for (size_t k = 0; k < line; k++)
				to[k] += one[k];
		}
	}
}

/* Line t of a tile lies in a patch: 0 the one before, 1 its own, 2 the next. */
struct place {
	size_t where, line;
};

static struct place
place_of(const struct blend *b, size_t t)
{
	size_t at = t + b->p - b->p / 2;

	return (struct place){ at / b->p, at % b->p };
}

/* The weight of line t; beside: is there the neighbour that its window is
 * shared with? */
static float
weight(const struct blend *b, size_t t, const bool beside[3])
{
	struct place o = place_of(b, t);

	if (o.where != 1)
		return b->window[t];
	return beside[meet(b, o.line).before ? 0 : 2] ? b->window[t] : 1;
}

/* Row t of a tile from the lines of the patches it lies in: in[3] of [p, c],
 * NULL where there is none. */
static void
spread_columns(const struct blend *b, const float *const in[3], float by,
	float *tile_row)
{
	const bool beside[3] = { in[0] != NULL, true, in[2] != NULL };

	for (size_t t = 0; t < 2 * b->p; t++, tile_row += b->c) {
		struct place o = place_of(b, t);
		float a = by * weight(b, t, beside);

		for (size_t k = 0; k < b->c; k++)
			tile_row[k] = in[o.where]
				? a * in[o.where][o.line * b->c + k]
				: 0;
	}
}

void
blend_backward(const struct blend *b, struct blend_rows dy, float *dv)
{
	const float *rows[3] = { dy.above, dy.here, dy.below };
	const bool beside[3] = { dy.above != NULL, true, dy.below != NULL };
	size_t line = b->p * b->c, patch = b->p * line, tile = 4 * patch;

	for (size_t t = 0; t < 2 * b->p; t++) {
		struct place o = place_of(b, t);
		const float *from = rows[o.where];
		float by = from ? weight(b, t, beside) : 0;

		/* Where there is nobody, any finite line times 0 is right. */
		from = (from ? from : dy.here) + o.line * line;
		for (size_t i = 0; i < dy.w; i++) {
			const float *in[3] = { i ? from + (i - 1) * patch
						 : NULL,
				from + i * patch,
				i + 1 < dy.w ? from + (i + 1) * patch : NULL };

			spread_columns(b, in, by, dv + i * tile + t * 2 * line);
		}
	}
}
