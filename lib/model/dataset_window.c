#include <stdlib.h>
#include <string.h>

#include "model/corpus_ranks.h"
#include "model/crops.h"
#include "model/dataset_window.h"
#include "model/state_bytes.h"
#include "util/mem.h"

#define PIECES 20

struct corpus_pass *
dataset_window_pass(struct dataset *s, bool tell, struct rng *shuffle)
{
	struct corpus_cut cut = { .transform = s->transform,
		.most = DATASET_SEGMENT_FLOATS,
		.pieces = s->corpus->items < DATASET_FEW_ITEMS
			? crops_pieces(s, PIECES)
			: 0,
		.tell = tell,
		.weights = s->opts.weights,
		.shuffle = shuffle };

	return corpus_begin(s->corpus, cut);
}

void
dataset_window_add(struct dataset *s, const struct segment *seg)
{
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 16;
		s->window = mem_grow(s->window, s->room, sizeof(*s->window));
		s->edge = mem_grow(s->edge, s->room, sizeof(*s->edge));
	}
	s->edge[s->count] =
		segment_weight(seg) + (s->count ? s->edge[s->count - 1] : 0);
	s->window[s->count++] = *seg;
	corpus_ranks_fetch(s->corpus, &s->window[s->count - 1]);
	s->bytes += seg->rows * seg->cols * s->channels * sizeof(float);
}

static void
drop_oldest(struct dataset *s)
{
	struct segment *seg = &s->window[0];
	double sum = 0;

	s->bytes -= seg->rows * seg->cols * s->channels * sizeof(float);
	segment_free(seg);
	s->count--;
	memmove(s->window, s->window + 1, s->count * sizeof(*s->window));
	for (size_t i = 0; i < s->count; i++)
		s->edge[i] = sum += segment_weight(&s->window[i]);
}

size_t
dataset_window_stay(struct dataset *s, const struct segment *seg)
{
	if (!s->weighted)
		return seg->tokens;
	return (size_t)(segment_weight(seg) / s->train_weight *
			(double)s->train_tokens +
		rng_unit(&s->rng));
}

/* One segment of the endless sequence of passes into the window. */
static bool
refill(struct dataset *s)
{
	struct segment seg;
	size_t item, piece;

	for (int passes = 0; passes < 2;) {
		if (!s->pass) {
			s->next = (struct segment_origin){ .shuffled = true,
				.rng = s->rng };
			s->pass = dataset_window_pass(s, false, &s->rng);
		}
		if (!corpus_next(s->pass, &seg, &item, &piece)) {
			corpus_end(s->pass);
			s->pass = NULL;
			passes++; /* two without a segment: nothing is left */
			continue;
		}
		seg.origin = s->next;
		s->next.number++;
		if (!dataset_is_held(s, item, piece) &&
			segment_weight(&seg) > 0) {
			seg.stay = dataset_window_stay(s, &seg);
			dataset_window_add(s, &seg);
			return true;
		}
		segment_free(&seg);
	}
	return false;
}

void
dataset_window_move(struct dataset *s)
{
	while (s->drawn >= s->window[0].stay) {
		s->drawn -= s->window[0].stay;
		/* The new one first: the window is never empty. */
		if (!refill(s))
			break;
		drop_oldest(s);
	}
}

size_t
dataset_window_draws(const struct dataset *s)
{
	size_t all = 0;

	for (size_t i = 0; i < s->count; i++)
		all += s->window[i].stay;
	if (s->weighted) /* small shares: not beyond them */
		all = all > s->drawn ? all - s->drawn : 0;
	return all ? all : 1;
}

/* Where a dataset is. */
struct position {
	struct rng rng;
	size_t drawn;
	size_t passing; /* a pass is open, and gives `next` next */
	struct segment_origin next;
};

struct stay {
	struct segment_origin origin;
	size_t stay;
};

void
dataset_window_save(const struct dataset *s, struct record *r)
{
	struct position at = { s->rng, s->drawn, s->pass != NULL, s->next };
	struct stay *in = mem_zalloc(s->count + 1, sizeof(*in));

	for (size_t i = 0; i < s->count; i++)
		in[i] = (struct stay){ s->window[i].origin, s->window[i].stay };
	state_bytes_put(r, "data.at", 0, &at, sizeof(at));
	state_bytes_put(r, "data.window", 0, in, s->count * sizeof(*in));
	free(in);
}

static bool
same_pass(const struct segment_origin *a, const struct segment_origin *b)
{
	return a->shuffled == b->shuffled &&
		memcmp(&a->rng, &b->rng, sizeof(a->rng)) == 0;
}

/* Go on until `to` is the next, in its own pass. */
static int
seek(struct dataset *s, const struct segment_origin *to, struct err *e)
{
	struct rng shuffle = to->rng;
	struct segment seg;
	size_t item, piece;

	if (s->pass &&
		(!same_pass(&s->next, to) || s->next.number > to->number)) {
		corpus_end(s->pass);
		s->pass = NULL;
	}
	if (!s->pass) {
		s->pass = dataset_window_pass(
			s, false, to->shuffled ? &shuffle : NULL);
		s->next = *to;
		s->next.number = 0;
	}
	for (; s->next.number < to->number; s->next.number++) {
		if (!corpus_next(s->pass, &seg, &item, &piece))
			return err_set(e, "the inputs have changed");
		segment_free(&seg);
	}
	return 0;
}

static int
take(struct dataset *s, const struct stay *in, struct err *e)
{
	struct segment seg;
	size_t item, piece;

	if (seek(s, &in->origin, e) != 0)
		return -1;
	if (!corpus_next(s->pass, &seg, &item, &piece))
		return err_set(e, "the inputs have changed");
	seg.origin = s->next;
	seg.stay = in->stay;
	s->next.number++;
	dataset_window_add(s, &seg);
	return 0;
}

static int
fill(struct dataset *s, const struct tensor *t, const struct position *at,
	struct err *e)
{
	struct stay in;

	for (size_t i = 0; i < s->count; i++)
		segment_free(&s->window[i]);
	s->count = s->bytes = 0;
	for (size_t i = 0; i < t->bytes / sizeof(in); i++) {
		memcpy(&in, t->data + i * sizeof(in), sizeof(in));
		if (take(s, &in, e) != 0)
			return -1;
	}
	if (at->passing)
		return seek(s, &at->next, e);
	if (s->pass)
		corpus_end(s->pass);
	s->pass = NULL;
	return 0;
}

int
dataset_window_load(struct dataset *s, const struct record *r, struct err *e)
{
	const struct tensor *t = state_bytes_find(r, "data.window", 0, e);
	struct position at;

	if (!t || state_bytes_take(r, "data.at", 0, &at, sizeof(at), e) != 0)
		return -1;
	if (t->bytes == 0 || t->bytes % sizeof(struct stay))
		return err_set(e, "tensor \"%s\" is damaged", t->name);
	if (s->streams && fill(s, t, &at, e) != 0)
		return -1;
	s->rng = at.rng;
	s->drawn = at.drawn;
	return 0;
}
