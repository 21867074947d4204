#include <stdlib.h>
#include <string.h>

#include "model/corpus_ranks.h"
#include "model/weight.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks.h"

#define NO_WEIGHTS SIZE_MAX

/* What is known of a segment that another rank has. */
struct piece {
	uint32_t rows, cols, left, right;
	uint32_t item, piece; /* the item, in its input */
	size_t w;             /* where its weights begin, or NO_WEIGHTS */
};

struct pieces {
	struct piece *piece;
	size_t count, room;
	float *w;
	size_t weights, weights_room;
};

struct corpus_ranks {
	struct corpus_cut cut;
	struct pieces all;
	size_t *from; /* [paths + 1] the number of an input's first */
	bool *dealt;  /* [paths] its segments are, to all ranks */

	/* Read ahead, in the order of inputs and their segments. */
	struct ahead {
		size_t path, index;
		float *x;
	} * ahead;
	size_t aheads, aheads_room, ahead_bytes;

	/* The input that was read last, and what comes next of it. */
	struct corpus_pass *pass;
	size_t path, next;
};

bool
corpus_ranks_reads(size_t path)
{
	return path % ranks_count() == ranks_own();
}

static void
add_weights(struct pieces *p, const float *w, size_t n)
{
	while (p->weights + n > p->weights_room) {
		p->weights_room = p->weights_room ? 2 * p->weights_room : 1024;
		p->w = mem_grow(p->w, p->weights_room, sizeof(*p->w));
	}
	memcpy(p->w + p->weights, w, n * sizeof(*w));
	p->weights += n;
}

static void
add_piece(struct pieces *p, const struct segment *s, size_t item, size_t piece)
{
	if (p->count == p->room) {
		p->room = p->room ? 2 * p->room : 64;
		p->piece = mem_grow(p->piece, p->room, sizeof(*p->piece));
	}
	p->piece[p->count++] = (struct piece){ .rows = (uint32_t)s->rows,
		.cols = (uint32_t)s->cols,
		.left = (uint32_t)s->left,
		.right = (uint32_t)s->right,
		.item = (uint32_t)item,
		.piece = (uint32_t)piece,
		.w = s->w ? p->weights : NO_WEIGHTS };
	if (s->w)
		add_weights(p, s->w, s->rows);
}

/* The rank that holds segment i of an input. */
static size_t
holder(const struct corpus *c, size_t path, size_t i)
{
	return (c->ranks->dealt[path] ? i : path) % ranks_count();
}

static void
keep_ahead(struct corpus *c, size_t path, size_t i, struct segment *s)
{
	struct corpus_ranks *r = c->ranks;
	size_t bytes = s->rows * s->cols * sizeof(*s->x);

	if (holder(c, path, i) != ranks_own() ||
		r->ahead_bytes + bytes > c->ahead_bytes)
		return;
	if (r->aheads == r->aheads_room) {
		r->aheads_room = r->aheads_room ? 2 * r->aheads_room : 64;
		r->ahead =
			mem_grow(r->ahead, r->aheads_room, sizeof(*r->ahead));
	}
	r->ahead[r->aheads++] = (struct ahead){ path, i, s->x };
	r->ahead_bytes += bytes;
	s->x = NULL;
}

/* An input's segments, by its reader. */
struct extent {
	size_t pieces;
};

/* How many inputs this rank reads. */
static size_t
own_inputs(const struct corpus *c)
{
	size_t n = c->paths.count, own = ranks_own();

	return n > own ? (n - own - 1) / ranks_count() + 1 : 0;
}

static void
read_own(struct corpus *c, struct pieces *own, struct extent *extent)
{
	size_t step = ranks_count(), item, piece;
	struct corpus_pass *p =
		corpus_begin_some(c, c->ranks->cut, ranks_own(), step);
	struct segment s;

	while (corpus_next(p, &s, &item, &piece)) {
		size_t path = corpus_path(p);

		add_piece(own, &s, item - c->first[path], piece);
		keep_ahead(c, path, extent[path / step].pieces++, &s);
		segment_free(&s);
	}
	corpus_end(p);
}

/* All ranks' pieces, in the order of inputs. */
static void
lay_out(struct corpus_ranks *r, const struct corpus *c,
	const struct pieces *own, const struct extent *extent)
{
	size_t count = ranks_count(), *at, *wat, *xat;
	struct piece *piece =
		ranks_collect(own->piece, own->count, sizeof(*piece), &at);
	struct extent *all =
		ranks_collect(extent, own_inputs(c), sizeof(*extent), &xat);

	r->all.count = at[count];
	r->all.piece = mem_alloc(at[count] + 1, sizeof(*piece));
	r->all.w = ranks_collect(own->w, own->weights, sizeof(float), &wat);
	for (size_t i = 0, n = 0; i < c->paths.count; i++) {
		size_t rank = i % count;
		const struct extent *x = &all[xat[rank] + i / count];

		for (size_t j = 0; j < x->pieces; j++) {
			struct piece *to = &r->all.piece[n++];

			*to = piece[at[rank]++];
			if (to->w != NO_WEIGHTS)
				to->w += wat[rank];
		}
		r->from[i + 1] = n;
	}
	free(piece);
	free(all);
	free(at);
	free(wat);
	free(xat);
}

/* What the scan has told, of all ranks. */
static void
share_errors(struct corpus *c, size_t before)
{
	double told[2] = { (double)(c->errors - before), (double)c->failed };

	ranks_sum_doubles(told, 2);
	c->errors = before + (size_t)told[0];
	c->failed = (size_t)told[1];
	c->told = true;
}

/* With few inputs, those that each rank can open: their reader says so. */
static void
deal_few(struct corpus *c)
{
	bool few = c->paths.count < ranks_count();

	for (size_t i = 0; i < c->paths.count && few; i++) {
		int file = corpus_ranks_reads(i) && !c->kept[i];

		c->ranks->dealt[i] = ranks_any(file);
	}
}

void
corpus_ranks_scan(struct corpus *c, const struct corpus_cut *cut)
{
	size_t n = c->paths.count, before = c->errors;
	struct pieces own = { 0 };
	struct corpus_ranks *r;
	struct extent *extent;

	if (ranks_count() == 1 || c->ranks)
		return;
	c->ranks = r = mem_zalloc(1, sizeof(*r));
	r->cut = *cut;
	r->cut.shuffle = NULL;
	r->path = SIZE_MAX;
	r->from = mem_zalloc(n + 1, sizeof(*r->from));
	r->dealt = mem_zalloc(n, sizeof(*r->dealt));
	extent = mem_zalloc(n / ranks_count() + 1, sizeof(*extent));
	deal_few(c);
	read_own(c, &own, extent);
	lay_out(r, c, &own, extent);
	share_errors(c, before);
	r->cut.hush = true; /* the scan has told it */
	free(own.piece);
	free(own.w);
	free(extent);
}

void
corpus_ranks_drop(struct corpus *c)
{
	struct corpus_ranks *r = c->ranks;

	if (!r)
		return;
	for (size_t i = 0; i < r->aheads; i++)
		free(r->ahead[i].x);
	free(r->ahead);
	r->ahead = NULL;
	r->aheads = r->aheads_room = r->ahead_bytes = 0;
}

void
corpus_ranks_free(struct corpus *c)
{
	struct corpus_ranks *r = c->ranks;

	if (!r)
		return;
	corpus_ranks_drop(c);
	if (r->pass)
		corpus_end(r->pass);
	free(r->all.piece);
	free(r->all.w);
	free(r->from);
	free(r->dealt);
	free(r);
	c->ranks = NULL;
}

static void
describe(const struct corpus *c, size_t path, size_t i, struct segment *s)
{
	const struct corpus_ranks *r = c->ranks;
	const struct piece *p = &r->all.piece[r->from[path] + i];

	*s = (struct segment){ .rows = p->rows,
		.cols = p->cols,
		.left = p->left,
		.right = p->right,
		.home = { r->from[path] + i, path, i, holder(c, path, i) } };
	if (p->w != NO_WEIGHTS) {
		s->w = mem_floats(s->rows);
		memcpy(s->w, r->all.w + p->w, s->rows * sizeof(*s->w));
		s->sum = weight_sums(s->w, s->rows);
	}
	segment_count(s, r->cut.transform);
}

bool
corpus_ranks_segment(const struct corpus *c, size_t path, size_t i,
	struct segment *s, size_t *item, size_t *piece)
{
	const struct corpus_ranks *r = c->ranks;
	size_t at = r->from[path] + i;

	if (at >= r->from[path + 1])
		return false;
	describe(c, path, i, s);
	*item = c->first[path] + r->all.piece[at].item;
	*piece = r->all.piece[at].piece;
	return true;
}

/* The input that a segment is of. */
static size_t
path_of(const struct corpus *c, size_t number)
{
	const size_t *from = c->ranks->from;
	size_t low = 0, high = c->paths.count;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (from[mid] <= number)
			low = mid;
		else
			high = mid;
	}
	return low;
}

void
corpus_ranks_numbered(const struct corpus *c, size_t number, struct segment *s)
{
	size_t path = path_of(c, number);

	describe(c, path, number - c->ranks->from[path], s);
}

size_t
corpus_ranks_holder(const struct corpus *c, size_t number)
{
	size_t path = path_of(c, number);

	return holder(c, path, number - c->ranks->from[path]);
}

static float *
take_ahead(struct corpus_ranks *r, size_t path, size_t i)
{
	size_t low = 0, high = r->aheads;
	float *x = NULL;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		struct ahead *a = &r->ahead[mid];

		if (a->path < path || (a->path == path && a->index < i)) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	if (low < r->aheads && r->ahead[low].path == path &&
		r->ahead[low].index == i) {
		x = r->ahead[low].x;
		r->ahead[low].x = NULL;
	}
	return x;
}

/* From the input, which is gone on with where that is enough. */
static float *
read_again(struct corpus *c, const struct segment *s)
{
	struct corpus_ranks *r = c->ranks;
	struct segment got = { 0 };
	size_t item, piece;
	float *x = NULL;

	if (r->path != s->home.path || r->next > s->home.index) {
		if (r->pass)
			corpus_end(r->pass);
		r->pass = corpus_begin_some(
			c, r->cut, s->home.path, c->paths.count);
		r->path = s->home.path;
		r->next = 0;
	}
	for (bool more = true; more && r->next <= s->home.index; r->next++) {
		segment_free(&got);
		more = corpus_next(r->pass, &got, &item, &piece);
	}
	if (got.x && got.rows == s->rows && got.cols == s->cols) {
		x = got.x;
		got.x = NULL;
	}
	segment_free(&got);
	return x;
}

void
corpus_ranks_fetch(struct corpus *c, struct segment *s)
{
	if (s->x || !c->ranks || s->home.rank != ranks_own())
		return;
	s->x = take_ahead(c->ranks, s->home.path, s->home.index);
	if (!s->x)
		s->x = read_again(c, s);
	if (s->x)
		return;
	say_error(input_label(c->paths.item[s->home.path]),
		"has changed while it was used");
	ranks_abort(1);
}
