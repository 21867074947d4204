#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/dataset.h"
#include "util/mem.h"

#define SEGMENT_FLOATS ((size_t)1 << 22) /* 16 MiB a segment */
#define HOLD_EVERY 10
#define HOLD_FIRST 3
#define FEW_ITEMS 4 /* fewer items: pieces of items are held back */
#define PIECES 20
#define CHUNK ((size_t)256) /* vectors a task */

/* Streams of the seeded generator. */
enum { DRAWS = 1, TRAIN_SAMPLE, HELD_SAMPLE };

static bool
is_held(const struct dataset *s, size_t item, size_t piece)
{
	size_t i = s->corpus->items < FEW_ITEMS ? piece : item;

	return s->opts.hold_back && i % HOLD_EVERY == HOLD_FIRST;
}

static struct corpus_pass *
begin_pass(struct dataset *s, bool tell, struct rng *shuffle)
{
	struct corpus_cut cut = { .transform = s->transform,
		.most = SEGMENT_FLOATS,
		.pieces = s->corpus->items < FEW_ITEMS ? PIECES : 0,
		.tell = tell,
		.shuffle = shuffle };

	return corpus_begin(s->corpus, cut);
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
	for (size_t i = 0; i < seg->tokens; i++) {
		float *to = reservoir_offer(r);
		struct place p = { .segment = seg };

		if (!to)
			continue;
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
add_to_window(struct dataset *s, const struct segment *seg)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->window = mem_grow(s->window, s->room, sizeof(*s->window));
		s->edge = mem_grow(s->edge, s->room, sizeof(*s->edge));
	}
	s->edge[s->count] =
		seg->tokens + (s->count ? s->edge[s->count - 1] : 0);
	s->window[s->count++] = *seg;
	s->bytes += seg->rows * seg->cols * s->channels * sizeof(float);
}

static void
drop_oldest(struct dataset *s)
{
	struct segment *seg = &s->window[0];
	size_t tokens = seg->tokens;

	s->bytes -= seg->rows * seg->cols * s->channels * sizeof(float);
	segment_free(seg);
	s->count--;
	memmove(s->window, s->window + 1, s->count * sizeof(*s->window));
	for (size_t i = 0; i < s->count; i++)
		s->edge[i] = s->edge[i + 1] - tokens;
}

/* One segment of the endless sequence of passes into the window. */
static bool
refill(struct dataset *s)
{
	struct segment seg;
	size_t item, piece;

	for (int passes = 0; passes < 2;) {
		if (!s->pass)
			s->pass = begin_pass(s, false, &s->rng);
		if (!corpus_next(s->pass, &seg, &item, &piece)) {
			corpus_end(s->pass);
			s->pass = NULL;
			passes++; /* two without a segment: nothing is left */
			continue;
		}
		if (!is_held(s, item, piece)) {
			add_to_window(s, &seg);
			return true;
		}
		segment_free(&seg);
	}
	return false;
}

/* The first pass, in the order given: samples, counts, and the buffer. */
static void
read_all(struct dataset *s)
{
	struct corpus_pass *p = begin_pass(s, true, NULL);
	struct segment seg;
	size_t item, piece;

	while (corpus_next(p, &seg, &item, &piece)) {
		bool held = is_held(s, item, piece);

		sample_segment(s, held ? &s->held : &s->train, &seg, held);
		if (held) {
			s->held_tokens += seg.tokens;
			s->held_places += seg.places;
		} else {
			s->train_tokens += seg.tokens;
			s->train_places += seg.places;
		}
		if (!held && s->bytes < s->opts.buffer_bytes) {
			add_to_window(s, &seg);
			continue;
		}
		s->streams = s->streams || !held;
		segment_free(&seg);
	}
	corpus_end(p);
}

static struct place
random_place(struct dataset *s)
{
	size_t t = rng_below(&s->rng, s->edge[s->count - 1]);
	size_t low = 0, high = s->count - 1;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t < s->edge[mid])
			high = mid;
		else
			low = mid + 1;
	}
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

/* mu = mean; scale^2 = E |x - mu|^2. */
static void
fit_transform(struct dataset *s)
{
	struct transform *t = s->transform;
	const struct reservoir *r = &s->train;
	double *mean = mem_zalloc(t->dim, sizeof(*mean)), sum = 0;

	for (size_t v = 0; v < r->count; v++)
		for (size_t i = 0; i < t->dim; i++)
			mean[i] += (double)r->x[v * t->dim + i];
	for (size_t i = 0; i < t->dim; i++) {
		mean[i] /= (double)r->count;
		t->mu[i] = (float)mean[i];
	}
	for (size_t v = 0; v < r->count; v++)
		for (size_t i = 0; i < t->dim; i++) {
			double c = (double)r->x[v * t->dim + i] - mean[i];

			sum += c * c;
		}
	t->scale = (float)sqrt(sum / (double)r->count);
	/* Constant data: any scale does, there is nothing to code. */
	if (!(t->scale > 1e-12f))
		t->scale = 1;
	free(mean);
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
		return err_set(e, "no vectors to train on");
	if (c->failed >= c->items)
		return err_set(e, "no item could be read to its end");
	top_up(s);
	if (!o->keep_transform)
		fit_transform(s);
	transform_normalize(t, s->train.x, s->train.count);
	transform_normalize(t, s->held.x, s->held.count);
	return 0;
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
			.most = SEGMENT_FLOATS,
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
	transform_normalize(s->transform, s->held.x, s->held.count);
	return 0;
}

/* Segments that have given as many vectors as they hold leave. */
static void
move_window(struct dataset *s)
{
	while (s->drawn >= s->window[0].tokens) {
		s->drawn -= s->window[0].tokens;
		/* The new one first: the window is never empty. */
		if (!refill(s))
			break;
		drop_oldest(s);
	}
}

void
dataset_batch(struct dataset *s, size_t n, float *x)
{
	size_t dim = s->transform->dim;

	/* No more at once than the window holds: with more, the window would
	 * skip segments, the same ones in every pass. */
	for (size_t v = 0, m; v < n; v += m) {
		size_t all = s->edge[s->count - 1];

		m = s->streams && all < n - v ? all : n - v;
		draw(s, m, true, x + v * dim);
		s->drawn += m;
		if (s->streams)
			move_window(s);
	}
}
