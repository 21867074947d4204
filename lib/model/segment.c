#include <stdlib.h>
#include <string.h>

#include "model/segment.h"
#include "model/weight.h"

static size_t
ceil_div(size_t a, size_t b)
{
	return a / b + (a % b != 0);
}

static size_t
own_samples(const struct segment *s)
{
	return s->rows - s->left - s->right;
}

/* Places of something of this size among n. */
static size_t
places(size_t n, size_t size)
{
	return n > size ? n - size + 1 : 1;
}

static size_t
rows_that_count(const struct segment *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->rows; i++)
		n += !s->w || s->w[i] > 0;
	return n;
}

void
segment_count(struct segment *s, const struct transform *t)
{
	switch (t->kind) {
	case ITEM_IMAGE:
		s->tokens = ceil_div(s->rows, t->patch) *
			ceil_div(s->cols, t->patch);
		s->places =
			places(s->rows, t->patch) * places(s->cols, t->patch);
		break;
	case ITEM_AUDIO:
		s->tokens = ceil_div(own_samples(s), t->patch);
		s->places = places(own_samples(s), t->patch);
		break;
	case ITEM_ROWS: s->tokens = s->places = rows_that_count(s); break;
	}
}

double
segment_weight(const struct segment *s)
{
	return s->sum ? s->sum[s->rows - 1] : (double)s->tokens;
}

void
segment_free(struct segment *s)
{
	free(s->x);
	free(s->w);
	free(s->sum);
	*s = (struct segment){ 0 };
}

struct spot
segment_grid(const struct segment *s, const struct transform *t, size_t i)
{
	size_t across;

	switch (t->kind) {
	case ITEM_IMAGE:
		across = ceil_div(s->cols, t->patch);
		return (struct spot){ i / across * t->patch,
			i % across * t->patch, 0 };
	case ITEM_AUDIO: return (struct spot){ .row = s->left + i * t->patch };
	default: return (struct spot){ .row = i };
	}
}

static size_t
any_place(size_t n, size_t size, struct rng *r)
{
	return n > size ? rng_below(r, places(n, size)) : 0;
}

struct spot
segment_random(const struct segment *s, const struct transform *t, bool turn,
	struct rng *r)
{
	struct spot at = { 0 };

	switch (t->kind) {
	case ITEM_IMAGE:
		at.row = any_place(s->rows, t->patch, r);
		at.col = any_place(s->cols, t->patch, r);
		at.turn = turn ? (unsigned)rng_below(r, 8) : 0;
		break;
	case ITEM_AUDIO:
		at.row = s->left + any_place(own_samples(s), t->patch, r);
		break;
	case ITEM_ROWS:
		at.row = s->sum ? weight_draw(s->sum, s->rows, r)
				: any_place(s->rows, 1, r);
		break;
	}
	return at;
}

static size_t
clamp(size_t i, size_t n)
{
	return i < n ? i : n - 1;
}

/* p x p pixels of c numbers: `down` and `across` lead from one to the next. */
static inline void
copy_pixels(const float *from, ptrdiff_t down, ptrdiff_t across, size_t p,
	size_t c, float *restrict out)
{
	for (size_t i = 0; i < p; i++, from += down) {
		const float *pixel = from;

		for (size_t j = 0; j < p; j++, pixel += across)
			for (size_t b = 0; b < c; b++)
				*out++ = pixel[b];
	}
}

/* A patch that lies inside, as patch_at turns it. */
static void
inner_patch(const struct segment *s, const struct transform *t, struct spot at,
	float *out)
{
	size_t p = t->patch, c = t->channels;
	size_t y = at.row + (at.turn & 2 ? p - 1 : 0);
	size_t x = at.col + (at.turn & 1 ? p - 1 : 0);
	const float *from = s->x + (y * s->cols + x) * c;
	ptrdiff_t down = (ptrdiff_t)(s->cols * c), across = (ptrdiff_t)c;

	down = at.turn & 2 ? -down : down;
	across = at.turn & 1 ? -across : across;
	if (at.turn & 4) {
		ptrdiff_t was = down;

		down = across;
		across = was;
	}
	if (c == 3) /* the usual ones, known to the compiler */
		copy_pixels(from, down, across, p, 3, out);
	else if (c == 1)
		copy_pixels(from, down, across, p, 1, out);
	else
		copy_pixels(from, down, across, p, c, out);
}

/* Bits of turn: 1 left-right, 2 up-down, 4 transposed. */
static void
patch_at(const struct segment *s, const struct transform *t, struct spot at,
	float *out)
{
	size_t p = t->patch, c = t->channels;

	if (at.row + p <= s->rows && at.col + p <= s->cols) {
		inner_patch(s, t, at, out);
		return;
	}
	for (size_t i = 0; i < p; i++)
		for (size_t j = 0; j < p; j++) {
			size_t y = at.turn & 4 ? j : i, x = at.turn & 4 ? i : j;
			const float *pixel;

			y = at.row + (at.turn & 2 ? p - 1 - y : y);
			x = at.col + (at.turn & 1 ? p - 1 - x : x);
			pixel = s->x + clamp(y, s->rows) * s->cols * c +
				clamp(x, s->cols) * c;
			for (size_t b = 0; b < c; b++)
				*out++ = pixel[b];
		}
}

/*
 * Three blocks around the spot, zeros outside the item; a butterfly on each
 * side of the middle one, unless the item begins or ends there.
 */
static void
block_at(const struct segment *s, const struct transform *t,
	const struct lap *lap, struct spot at, float *out, float *work)
{
	size_t hop = t->patch, end = at.row + hop;

	for (size_t i = 0; i < 3 * hop; i++) {
		size_t j = at.row + i; /* sample j - hop */

		work[i] = j >= hop && j - hop < s->rows ? s->x[j - hop] : 0;
	}
	if (at.row > 0)
		lap_forward(lap, work, work + hop);
	if (end < s->rows)
		lap_forward(lap, work + hop, work + 2 * hop);
	memcpy(out, work + hop, hop * sizeof(*out));
}

void
segment_vector(const struct segment *s, const struct transform *t,
	const struct lap *lap, struct spot at, float *out, float *work)
{
	switch (t->kind) {
	case ITEM_IMAGE: patch_at(s, t, at, out); break;
	case ITEM_AUDIO: block_at(s, t, lap, at, out, work); break;
	case ITEM_ROWS:
		memcpy(out, s->x + at.row * s->cols, s->cols * sizeof(*out));
		break;
	}
}
