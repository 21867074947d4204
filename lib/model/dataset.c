#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/dataset.h"
#include "model/dataset_window.h"
#include "model/transform_fit.h"
#include "model/weight.h"
#include "util/mem.h"

#define HOLD_EVERY 10
#define HOLD_FIRST 3
#define CHUNK ((size_t)256) /* vectors a task */

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

/* Where the vectors of a batch lie. */
struct place {
	const struct segment *segment;
	struct spot spot;
};

struct gather {
	const struct dataset *s;
	const struct place *place;
	size_t n;
	float *x, *work;
	bool normalize;
};

static void
gather_chunk(void *arg, size_t chunk, size_t worker)
{
	struct gather *g = arg;
	const struct transform *t = g->s->transform;
	size_t v = chunk * CHUNK, end = v + CHUNK < g->n ? v + CHUNK : g->n;
	size_t from = v;
	float *work = g->work + worker * 3 * t->patch;

	for (; v < end; v++)
		segment_vector(g->place[v].segment, t, &g->s->lap,
			g->place[v].spot, g->x + v * t->dim, work);
	if (t->kind == ITEM_AUDIO) {
		size_t n = end - from;
		float *y = mem_floats(n * t->dim);

		product_rows(&g->s->dct, g->x + from * t->dim, n, y);
		memcpy(g->x + from * t->dim, y, n * t->dim * sizeof(*y));
		free(y);
	}
	if (g->normalize)
		transform_normalize(t, g->x + from * t->dim, end - from);
}

/* The vectors at these places. */
static void
gather(const struct dataset *s, const struct place *place, size_t n,
	bool normalize, float *x)
{
	size_t work = 3 * s->transform->patch * pool_threads(s->pool) + 1;
	struct gather g = { s, place, n, x, mem_floats(work), normalize };

	pool_run(s->pool, (n + CHUNK - 1) / CHUNK, gather_chunk, &g);
	free(g.work);
}

/* Offer each token of a segment to a sample, on the grid or at any phase. */
static void
sample_segment(struct dataset *s, struct reservoir *r,
	const struct segment *seg, bool on_grid)
{
	size_t n = s->transform->kind == ITEM_ROWS ? seg->rows : seg->tokens;

	for (size_t i = 0; i < n; i++) {
		struct place p = { .segment = seg };
		float *to, w = seg->w ? seg->w[i] : 1;

		if (!(w > 0) || !(to = reservoir_offer(r)))
			continue;
		reservoir_weigh(r, to, w);
		/* Rows have no phase: each is taken itself. */
		if (on_grid || s->transform->kind == ITEM_ROWS)
			p.spot = segment_grid(seg, s->transform, i);
		else
			p.spot = segment_random(
				seg, s->transform, s->opts.turn, &s->rng);
		/* One at a time in this thread: places arrive one by one. */
		gather_chunk(
			&(struct gather){ s, &p, 1, to, s->window_work, false },
			0, 0);
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
	struct corpus_pass *p = dataset_window_pass(s, true, NULL);
	struct segment seg;
	size_t item, piece;

	for (size_t n = 0; corpus_next(p, &seg, &item, &piece); n++) {
		bool held = dataset_is_held(s, item, piece);
		bool counts = !held && segment_weight(&seg) > 0;

		sample_segment(s, held ? &s->held : &s->train, &seg, held);
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
	for (size_t i = 0; i < s->count; i++)
		s->window[i].stay = dataset_window_stay(s, &s->window[i]);
}

static struct place
random_place(struct dataset *s)
{
	double all = s->edge[s->count - 1];
	size_t low = s->weighted
		? weight_draw(s->edge, s->count, &s->rng)
		: weight_find(s->edge, s->count,
			  (double)rng_below(&s->rng, (size_t)all));

	return (struct place){ &s->window[low],
		segment_random(
			&s->window[low], s->transform, s->opts.turn, &s->rng) };
}

static void
draw(struct dataset *s, size_t n, bool normalize, float *x)
{
	struct place *place = mem_alloc(n, sizeof(*place));

	for (size_t v = 0; v < n; v++)
		place[v] = random_place(s);
	gather(s, place, n, normalize, x);
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
	draw(s, n, false, r->x + r->count * r->d);
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
	struct corpus_pass *p = corpus_begin(c,
		(struct corpus_cut){ .transform = s->transform,
			.most = DATASET_SEGMENT_FLOATS,
			.weights = s->opts.weights,
			.tell = true });
	struct segment seg;
	size_t item, piece;

	reservoir_free(&s->held);
	reservoir_init(&s->held, s->opts.sample, s->transform->dim,
		s->opts.seed, HELD_SAMPLE);
	s->held_tokens = 0;
	while (corpus_next(p, &seg, &item, &piece)) {
		sample_segment(s, &s->held, &seg, true);
		s->held_tokens += seg.tokens;
		segment_free(&seg);
	}
	corpus_end(p);
	if (s->held.count == 0)
		return err_set(e, "no vectors to validate on");
	if (c->failed >= c->items)
		return err_set(
			e, "no validation item could be read to its end");
	return normalize(s->transform, &s->held, e);
}

void
dataset_batch(struct dataset *s, size_t n, float *x)
{
	size_t dim = s->transform->dim;

	for (size_t v = 0, m; v < n; v += m) {
		m = n - v;
		if (s->streams && dataset_window_draws(s) < m)
			m = dataset_window_draws(s);
		draw(s, m, true, x + v * dim);
		s->drawn += m;
		if (s->streams)
			dataset_window_move(s);
	}
}
