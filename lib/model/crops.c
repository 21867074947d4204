#include <math.h>
#include <stdlib.h>

#include "model/crops.h"
#include "model/dataset_ranks.h"
#include "model/gather.h"
#include "util/mem.h"

#define LEVEL_DB 8.0           /* a crop's own, at most, up or down */
#define JUDGED ((size_t)32768) /* tokens in a sample's crops */

/* Streams of the seeded generator; dataset.c has 1 to 3. */
enum { TRAIN_CROPS = 4, HELD_CROPS };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
ceil_div(size_t a, size_t b)
{
	size_t q = a / b + (a % b != 0);

	return q ? q : 1;
}

/* As large as asked for, where there is an item as large. */
static struct grid
shape_for(const struct dataset *s, size_t side, bool square)
{
	const struct corpus *c = s->corpus;
	const struct transform *t = s->transform;
	struct grid g = { 1, side, 1 };

	if (t->kind == ITEM_IMAGE) {
		g.h = least(side, ceil_div(c->tallest, t->patch));
		g.w = least(side, ceil_div(c->widest, t->patch));
		if (square)
			g.h = g.w = least(g.h, g.w);
	} else {
		double samples = ceil(c->longest * (double)t->sample_rate);

		g.h = least(side, ceil_div((size_t)samples, t->patch));
	}
	return g;
}

static void
init_sample(struct dataset *s, struct reservoir *r, uint64_t stream)
{
	size_t tokens = grid_tokens(s->tile);

	reservoir_init(r, ceil_div(JUDGED, tokens), tokens * s->transform->dim,
		s->opts.seed, stream);
}

void
crops_init(struct dataset *s)
{
	s->field = shape_for(s, s->opts.crop, s->opts.turn);
	s->tile = shape_for(s, 2 * s->opts.crop, false);
	init_sample(s, &s->train_crops, TRAIN_CROPS);
	init_sample(s, &s->held_crops, HELD_CROPS);
}

void
crops_forget_held(struct dataset *s)
{
	if (!s->opts.crop)
		return;
	reservoir_free(&s->held_crops);
	init_sample(s, &s->held_crops, HELD_CROPS);
}

size_t
crops_pieces(const struct dataset *s, size_t most)
{
	const struct transform *t = s->transform;
	double rows = t->kind == ITEM_IMAGE
		? (double)s->corpus->tallest
		: s->corpus->longest * (double)t->sample_rate;

	if (!s->opts.crop)
		return most;
	return least(
		most, (size_t)(rows / (double)(s->field.h * t->patch)) + 1);
}

/* Token (i, j) of a crop whose first pixel or sample is at, turned as at is. */
static struct spot
spot_in(struct spot at, struct grid g, size_t p, size_t i, size_t j)
{
	size_t y = at.turn & 4 ? j : i, x = at.turn & 4 ? i : j;

	y = at.turn & 2 ? g.h - 1 - y : y;
	x = at.turn & 1 ? g.w - 1 - x : x;
	return (struct spot){ at.row + y * p, at.col + x * p, at.turn };
}

static void
lay_out(const struct segment *seg, struct spot at, struct grid g, size_t p,
	struct place *to)
{
	for (size_t i = 0; i < g.h; i++)
		for (size_t j = 0; j < g.w; j++)
			*to++ = (struct place){ seg, spot_in(at, g, p, i, j) };
}

/* Rows and columns of a segment that are its own. */
static size_t
own_rows(const struct segment *seg)
{
	return seg->rows - seg->left - seg->right;
}

static size_t
own_cols(const struct dataset *s, const struct segment *seg)
{
	return s->transform->kind == ITEM_IMAGE ? seg->cols : 0;
}

void
crops_gather(const struct dataset *s, const struct reservoir *r,
	const struct segment *seg, struct spot at, float *to)
{
	size_t n = grid_tokens(s->tile);
	struct place *place;

	if (r != &s->train_crops && r != &s->held_crops) {
		gather_one(s, &(struct place){ seg, at }, to);
		return;
	}
	place = mem_alloc(n, sizeof(*place));
	lay_out(seg, at, s->tile, s->transform->patch, place);
	gather_places(s, place, n, false, to);
	free(place);
}

void
crops_sample(struct dataset *s, struct reservoir *r, const struct segment *seg)
{
	size_t p = s->transform->patch, high, wide;

	if (!s->opts.crop)
		return;
	high = own_rows(seg) / (s->tile.h * p);
	wide = own_cols(s, seg) / (s->tile.w * p);
	high = high ? high : 1;
	wide = wide ? wide : 1;
	for (size_t i = 0; i < high * wide; i++) {
		struct spot at = { .row = seg->left + i / wide * s->tile.h * p,
			.col = i % wide * s->tile.w * p };
		float *to = reservoir_offer(r);

		if (to)
			dataset_ranks_take(s, r, seg, at, to);
	}
}

void
crops_normalize(const struct transform *t, struct reservoir *r)
{
	if (r->count)
		transform_normalize(t, r->x, r->count * (r->d / t->dim));
}

static size_t
any_place(size_t n, size_t size, struct rng *r)
{
	return n > size ? rng_below(r, n - size + 1) : 0;
}

static struct spot
random_spot(struct dataset *s, const struct segment *seg)
{
	size_t p = s->transform->patch;
	struct spot at = { 0 };

	at.row = seg->left + any_place(own_rows(seg), s->field.h * p, &s->rng);
	if (s->transform->kind != ITEM_IMAGE)
		return at;
	at.col = any_place(seg->cols, s->field.w * p, &s->rng);
	at.turn = s->opts.turn ? (unsigned)rng_below(&s->rng, 8) : 0;
	return at;
}

/* The crops of sounds, each louder or softer about the mean. */
static void
change_levels(struct dataset *s, size_t count, float *x)
{
	size_t size = grid_tokens(s->field) * s->transform->dim;

	if (!s->opts.level || s->transform->kind != ITEM_AUDIO)
		return;
	for (size_t i = 0; i < count; i++) {
		double db = LEVEL_DB * (2 * rng_unit(&s->rng) - 1);
		float factor = (float)pow(10, db / 20);

		for (size_t j = 0; j < size; j++)
			x[i * size + j] *= factor;
	}
}

/* Where data stream, each crop's segment may leave behind it. */
void
crops_draw(struct dataset *s, size_t count, float *x)
{
	size_t n = grid_tokens(s->field), dim = s->transform->dim;
	size_t held = s->streams ? 1 : count, all = count * n;
	struct place *place = mem_alloc(held * n, sizeof(*place));

	for (size_t i = 0; i < count; i++) {
		const struct segment *seg = dataset_segment(s);
		struct spot at = random_spot(s, seg);
		size_t slot = s->streams ? 0 : i;

		lay_out(seg, at, s->field, s->transform->patch,
			place + slot * n);
		if (s->streams) {
			dataset_ranks_gather(
				s, place, n, true, i * n, all, x + i * n * dim);
			dataset_drawn(s, n);
		}
	}
	if (!s->streams)
		dataset_ranks_gather(s, place, all, true, 0, all, x);
	free(place);
	change_levels(s, count, x);
}

struct sample
crops_or_rows(const struct dataset *s, bool held)
{
	const struct reservoir *rows = held ? &s->held : &s->train;
	const struct reservoir *crops = held ? &s->held_crops : &s->train_crops;
	struct grid g = { crops->count, s->tile.h, s->tile.w };

	if (s->opts.crop)
		return (struct sample){
			.x = crops->x, .n = grid_tokens(g), .grid = g
		};
	return (struct sample){ .x = rows->x, .w = rows->w, .n = rows->count };
}
