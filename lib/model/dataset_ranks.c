#include <stdlib.h>
#include <string.h>

#include "model/corpus_ranks.h"
#include "model/crops.h"
#include "model/dataset_ranks.h"
#include "util/mem.h"
#include "util/ranks.h"

#define ROOM ((size_t)64 << 20) /* bytes kept beyond a rank's share */

void
dataset_ranks_begin(const struct dataset *s, struct corpus *c)
{
	c->ahead_bytes = s->opts.buffer_bytes / ranks_count() * 5 / 4 + ROOM;
}

void
dataset_ranks_take(const struct dataset *s, struct reservoir *r,
	const struct segment *seg, struct spot at, float *to)
{
	if (seg->x)
		crops_gather(s, r, seg, at, to);
	else
		reservoir_note(r, to,
			(struct reservoir_from){
				seg->home.number, at.row, at.col, at.turn });
}

/* A vector of a sample that this rank holds. */
struct want {
	size_t number, sample, slot;
};

static int
by_number(const void *a, const void *b)
{
	const struct want *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	if (x->sample != y->sample)
		return x->sample < y->sample ? -1 : 1;
	return (x->slot > y->slot) - (x->slot < y->slot);
}

/* What this rank holds of the samples, in the order of segments. */
static struct want *
wanted(const struct corpus *c, struct reservoir *const *r, size_t n,
	size_t *count)
{
	size_t all = 0;
	struct want *w;

	for (size_t i = 0; i < n; i++)
		all += r[i]->from ? r[i]->count : 0;
	w = mem_alloc(all + 1, sizeof(*w));
	*count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; r[i]->from && j < r[i]->count; j++) {
			size_t number = r[i]->from[j].number;

			if (corpus_ranks_holder(c, number) == ranks_own())
				w[(*count)++] = (struct want){ number, i, j };
		}
	qsort(w, *count, sizeof(*w), by_number);
	return w;
}

/* Of the window, which is in the order of segments yet; NULL: not there. */
static const struct segment *
in_window(const struct dataset *s, size_t number)
{
	size_t low = 0, high = s->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->window[mid].home.number < number)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < s->count && s->window[low].home.number == number)
		return &s->window[low];
	return NULL;
}

/* From the window, or the input: read is then the caller's to free. */
static const struct segment *
find(const struct dataset *s, struct corpus *c, size_t number,
	struct segment *read)
{
	const struct segment *seg =
		c == s->corpus ? in_window(s, number) : NULL;

	if (seg)
		return seg;
	corpus_ranks_numbered(c, number, read);
	corpus_ranks_fetch(c, read);
	return read;
}

static void
read_wanted(const struct dataset *s, struct corpus *c,
	struct reservoir *const *r, const struct want *w, size_t count)
{
	const struct segment *seg = NULL;
	struct segment read = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct reservoir *to = r[w[i].sample];
		struct reservoir_from at = to->from[w[i].slot];
		struct spot spot = { at.row, at.col, at.turn };

		if (i == 0 || w[i].number != w[i - 1].number) {
			segment_free(&read);
			seg = find(s, c, w[i].number, &read);
		}
		crops_gather(s, to, seg, spot, to->x + w[i].slot * to->d);
	}
	segment_free(&read);
}

/* Each vector of a sample from the rank that read it. */
static void
share_sample(const struct corpus *c, struct reservoir *r)
{
	float *own = mem_floats(r->count * r->d), *all;
	size_t mine = 0, *at;

	for (size_t j = 0; j < r->count; j++)
		if (corpus_ranks_holder(c, r->from[j].number) == ranks_own())
			memcpy(own + r->d * mine++, r->x + j * r->d,
				r->d * sizeof(*own));
	all = ranks_collect(own, mine, r->d * sizeof(*own), &at);
	for (size_t j = 0; j < r->count; j++)
		memcpy(r->x + j * r->d,
			all +
				r->d *
					at[corpus_ranks_holder(
						c, r->from[j].number)]++,
			r->d * sizeof(*all));
	free(own);
	free(all);
	free(at);
	free(r->from);
	r->from = NULL;
}

void
dataset_ranks_fill(const struct dataset *s, struct corpus *c,
	struct reservoir *const *r, size_t n)
{
	struct want *w;
	size_t count;

	if (!c->ranks)
		return;
	w = wanted(c, r, n, &count);
	read_wanted(s, c, r, w, count);
	for (size_t i = 0; i < n; i++)
		if (r[i]->from)
			share_sample(c, r[i]);
	corpus_ranks_drop(c);
	free(w);
}

/* Some rows that go from rank to rank. */
struct deal {
	const struct dataset *s;
	const struct place *place;
	size_t n;
	bool normalize;
	size_t *to; /* [n] ranks */
	float *x;
};

/* The vectors that this rank holds: those of rows [n]. */
static float *
gather_own(const struct deal *t, const size_t *row, size_t n)
{
	struct place *own = mem_alloc(n + 1, sizeof(*own));
	float *x = mem_floats(n * t->s->transform->dim + 1);

	for (size_t i = 0; i < n; i++)
		own[i] = t->place[row[i]];
	gather_places(t->s, own, n, t->normalize, x);
	free(own);
	return x;
}

static bool
is_own(const struct deal *t, size_t i)
{
	return t->place[i].segment->home.rank == ranks_own();
}

/* Where each rank's begin, of count [ranks]; the caller's. */
static size_t *
begins(const size_t *count)
{
	size_t *at = mem_zalloc(ranks_count() + 1, sizeof(*at));

	for (size_t i = 0; i < ranks_count(); i++)
		at[i + 1] = at[i] + count[i];
	return at;
}

/* Rows that came, in the order of ranks and then of rows: at [ranks] is where
 * each one's begin. */
static void
place_rows(const struct deal *t, const float *from, size_t *at, bool all)
{
	size_t dim = t->s->transform->dim;

	for (size_t i = 0; i < t->n; i++)
		if (all || t->to[i] == ranks_own())
			memcpy(t->x + i * dim,
				from +
					dim *
						at[t->place[i].segment->home
								.rank]++,
				dim * sizeof(*from));
}

static void
to_all(const struct deal *t)
{
	size_t *row = mem_alloc(t->n + 1, sizeof(*row)), *at, own = 0;
	float *x, *all;

	for (size_t i = 0; i < t->n; i++)
		if (is_own(t, i))
			row[own++] = i;
	x = gather_own(t, row, own);
	all = ranks_collect(x, own, t->s->transform->dim * sizeof(*x), &at);
	place_rows(t, all, at, true);
	free(row);
	free(x);
	free(all);
	free(at);
}

static void
to_takers(const struct deal *t)
{
	size_t dim = t->s->transform->dim, ranks = ranks_count();
	size_t *sends = mem_zalloc(ranks, sizeof(*sends));
	size_t *gets = mem_zalloc(ranks, sizeof(*gets));
	size_t *row = mem_alloc(t->n + 1, sizeof(*row)), *at, *from;
	float *x, *got;

	for (size_t i = 0; i < t->n; i++) {
		sends[t->to[i]] += is_own(t, i);
		if (t->to[i] == ranks_own())
			gets[t->place[i].segment->home.rank]++;
	}
	at = begins(sends);
	from = begins(gets);
	got = mem_floats(from[ranks] * dim + 1);
	for (size_t i = 0; i < t->n; i++)
		if (is_own(t, i))
			row[at[t->to[i]]++] = i;
	x = gather_own(t, row, at[ranks]);
	ranks_deal(x, sends, got, gets, dim * sizeof(*x));
	place_rows(t, got, from, false);
	free(sends);
	free(gets);
	free(row);
	free(at);
	free(from);
	free(x);
	free(got);
}

void
dataset_ranks_gather(const struct dataset *s, const struct place *place,
	size_t n, bool normalize, size_t v, size_t all, float *x)
{
	struct deal t = { s, place, n, normalize, NULL, x };
	size_t rank = 0;

	if (!s->corpus->ranks) {
		gather_places(s, place, n, normalize, x);
		return;
	}
	if (all == 0) {
		to_all(&t);
		return;
	}
	t.to = mem_alloc(n + 1, sizeof(*t.to));
	for (size_t i = 0; i < n; i++) {
		while (ranks_share(all, s->unit, rank).end <= v + i)
			rank++;
		t.to[i] = rank;
	}
	to_takers(&t);
	free(t.to);
}
