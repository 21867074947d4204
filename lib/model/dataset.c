#include <stdlib.h>
#include <string.h>

#include "model/crops.h"
#include "model/dataset.h"
#include "model/dataset_ranks.h"
#include "model/dataset_window.h"
#include "model/gather.h"
#include "model/transform_fit.h"
#include "model/weight.h"
#include "util/mem.h"

#define HOLD_EVERY 10
#define HOLD_FIRST 3

/* Streams of the seeded generator. */
enum { DRAWS = 1, TRAIN_SAMPLE, HELD_SAMPLE };

bool
dataset_is_held(const struct dataset *s, size_t item, size_t piece)
{
	size_t i = s->corpus->items < DATASET_FEW_ITEMS ? piece : item;

	return s->opts.hold_back && i % HOLD_EVERY == HOLD_FIRST;
}

size_t
dataset_held_items(const struct dataset *s)
{
	size_t upto = s->corpus->items + HOLD_EVERY - HOLD_FIRST - 1;

	return s->opts.hold_back ? upto / HOLD_EVERY : 0;
}

/* Offer each token of a segment to a sample, on the grid or at any phase. */
static void
sample_segment(struct dataset *s, struct reservoir *r,
	const struct segment *seg, bool on_grid)
{
	size_t n = s->transform->kind == ITEM_ROWS ? seg->rows : seg->tokens;

	for (size_t i = 0; i < n; i++) {
		float *to, w = seg->w ? seg->w[i] : 1;
		struct spot at;

		if (!(w > 0) || !(to = reservoir_offer(r)))
			continue;
		reservoir_weigh(r, to, w);
		/* Rows have no phase: each is taken itself. */
		if (on_grid || s->transform->kind == ITEM_ROWS)
			at = segment_grid(seg, s->transform, i);
		else
			at = segment_random(
				seg, s->transform, s->opts.turn, &s->rng);
		dataset_ranks_take(s, r, seg, at, to);
	}
}

static void
count_segment(struct dataset *s, const struct segment *seg, bool held)
{
	if (held) {
		s->held_tokens += seg->tokens;
		s->held_places += seg->places;
		return;
	}
	s->train_tokens += seg->tokens;
	s->train_places += seg->places;
	s->train_weight += segment_weight(seg);
	s->weighted = s->weighted || seg->w;
}

/* The first pass, in the order given: samples, counts, and the buffer. */
static void
read_all(struct dataset *s)
{
	struct reservoir *const samples[] = { &s->train, &s->held,
		&s->train_crops, &s->held_crops };
	struct corpus_pass *p;
	struct segment seg;
	size_t item, piece;

	dataset_ranks_begin(s, s->corpus);
	p = dataset_window_pass(s, true, NULL);
	for (size_t n = 0; corpus_next(p, &seg, &item, &piece); n++) {
		bool held = dataset_is_held(s, item, piece);
		bool counts = !held && segment_weight(&seg) > 0;

		sample_segment(s, held ? &s->held : &s->train, &seg, held);
		crops_sample(s, held ? &s->held_crops : &s->train_crops, &seg);
		count_segment(s, &seg, held);
		seg.origin = (struct segment_origin){ .number = n };
		if (counts && s->bytes < s->opts.buffer_bytes) {
			dataset_window_add(s, &seg);
			continue;
		}
		s->streams = s->streams || counts;
		segment_free(&seg);
	}
	corpus_end(p);
	dataset_ranks_fill(s, s->corpus, samples, 4);
	for (size_t i = 0; i < s->count; i++)
		s->window[i].stay = dataset_window_stay(s, &s->window[i]);
}

const struct segment *
dataset_segment(struct dataset *s)
{
	double all = s->edge[s->count - 1];
	size_t low = s->weighted
		? weight_draw(s->edge, s->count, &s->rng)
		: weight_find(s->edge, s->count,
			  (double)rng_below(&s->rng, (size_t)all));

	return &s->window[low];
}

static struct place
random_place(struct dataset *s)
{
	const struct segment *seg = dataset_segment(s);

	return (struct place){ seg,
		segment_random(seg, s->transform, s->opts.turn, &s->rng) };
}

/* n vectors, from v on of a batch of `all` (dataset_ranks_gather). */
static void
draw(struct dataset *s, size_t n, bool normalize, size_t v, size_t all,
	float *x)
{
	struct place *place = mem_alloc(n, sizeof(*place));

	for (size_t i = 0; i < n; i++)
		place[i] = random_place(s);
	dataset_ranks_gather(s, place, n, normalize, v, all, x);
	free(place);
}

/* Few tokens on the grid: shifted grids fill the training sample. */
static void
top_up(struct dataset *s)
{
	struct reservoir *r = &s->train;
	size_t n = r->room - r->count;

	if (s->streams || s->transform->kind == ITEM_ROWS || n == 0)
		return;
	r->x = mem_grow(r->x, r->room * r->d, sizeof(*r->x));
	draw(s, n, false, 0, 0, r->x + r->count * r->d);
	r->count = r->room;
}

static int
normalize(const struct transform *t, struct reservoir *r, struct err *e)
{
	transform_normalize(t, r->x, r->count);
	return transform_fit_check(t, r, e);
}

int
dataset_open(struct dataset *s, struct corpus *c, struct transform *t,
	const struct dataset_opts *o, struct pool *pool, struct err *e)
{
	*s = (struct dataset){
		.corpus = c, .transform = t, .opts = *o, .pool = pool
	};
	s->channels = t->kind == ITEM_IMAGE ? t->channels : 1;
	rng_seed(&s->rng, o->seed, DRAWS);
	reservoir_init(&s->train, o->sample, t->dim, o->seed, TRAIN_SAMPLE);
	reservoir_init(&s->held, o->sample, t->dim, o->seed, HELD_SAMPLE);
	s->window_work = mem_floats(3 * t->patch + 1);
	if (t->kind == ITEM_AUDIO) {
		float *basis = mem_floats(t->patch * t->patch);

		lap_init(&s->lap, t->patch);
		lap_dct4(basis, t->patch);
		panel_init(&s->dct, basis, NULL, t->patch, t->patch);
		free(basis);
	}
	if (o->crop)
		crops_init(s);
	read_all(s);
	if (s->train.count == 0)
		return err_set(e,
			s->weighted ? "all vectors to train on have weight 0"
				    : "no vectors to train on");
	if (c->failed >= c->items)
		return err_set(e, "no item could be read to its end");
	top_up(s);
	if (!o->keep_transform)
		transform_fit(t, &s->train);
	crops_normalize(t, &s->train_crops);
	crops_normalize(t, &s->held_crops);
	if (normalize(t, &s->train, e) != 0)
		return -1;
	return normalize(t, &s->held, e);
}

void
dataset_close(struct dataset *s)
{
	for (size_t i = 0; i < s->count; i++)
		segment_free(&s->window[i]);
	if (s->pass)
		corpus_end(s->pass);
	reservoir_free(&s->train);
	reservoir_free(&s->held);
	reservoir_free(&s->train_crops);
	reservoir_free(&s->held_crops);
	lap_free(&s->lap);
	panel_free(&s->dct);
	free(s->window);
	free(s->edge);
	free(s->window_work);
	*s = (struct dataset){ 0 };
}

int
dataset_validate_on(struct dataset *s, struct corpus *c, struct err *e)
{
	struct reservoir *const samples[] = { &s->held, &s->held_crops };
	struct corpus_cut cut = { .transform = s->transform,
		.most = DATASET_SEGMENT_FLOATS,
		.weights = s->opts.weights,
		.tell = true };
	struct corpus_pass *p;
	struct segment seg;
	size_t item, piece;

	dataset_ranks_begin(s, c);
	p = corpus_begin(c, cut);
	reservoir_free(&s->held);
	reservoir_init(&s->held, s->opts.sample, s->transform->dim,
		s->opts.seed, HELD_SAMPLE);
	crops_forget_held(s);
	s->held_tokens = 0;
	while (corpus_next(p, &seg, &item, &piece)) {
		sample_segment(s, &s->held, &seg, true);
		crops_sample(s, &s->held_crops, &seg);
		s->held_tokens += seg.tokens;
		segment_free(&seg);
	}
	corpus_end(p);
	dataset_ranks_fill(s, c, samples, 2);
	if (s->held.count == 0)
		return err_set(e, "no vectors to validate on");
	if (c->failed >= c->items)
		return err_set(
			e, "no validation item could be read to its end");
	crops_normalize(s->transform, &s->held_crops);
	return normalize(s->transform, &s->held, e);
}

void
dataset_drawn(struct dataset *s, size_t n)
{
	s->drawn += n;
	if (s->streams)
		dataset_window_move(s);
}

void
dataset_batch(struct dataset *s, size_t n, float *x)
{
	size_t dim = s->transform->dim;

	for (size_t v = 0, m; v < n; v += m) {
		m = n - v;
		if (s->streams && dataset_window_draws(s) < m)
			m = dataset_window_draws(s);
		draw(s, m, true, v, n, x + v * dim);
		dataset_drawn(s, m);
	}
}
