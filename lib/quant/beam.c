#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "quant/beam.h"
#include "quant/children.h"
#include "util/mem.h"

/* Prefixes searched at a time: enough for the kernels, few for the cache. */
#define ROWS ((size_t)384)

struct beam {
	const struct quantizer *q;
	size_t width, stages;
	size_t block; /* vectors at a time */

	/* of the block's vectors, in one group of w dimensions */
	float *x;               /* [block, w] */
	float *left, *next;     /* [block * width, w]: what prefixes leave */
	struct child *children; /* [stages - 1, block * width]: prefixes */
	size_t *kept;           /* [stages]: prefixes of a vector after each */
	size_t *greedy; /* [block]: the place of quantizer_encode's prefix */
	uint32_t *idx;  /* [block * width] */
	float *work;    /* the search's own */
	float *sum;     /* [w] */
	uint32_t *path; /* [stages] */
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t
search_work(const struct quantizer *q)
{
	size_t most = 0;

	for (size_t c = 0; c < quantizer_columns(q); c++) {
		size_t one = nearest_work(quantizer_width(q, c));
		size_t top = children_work(quantizer_width(q, c));

		most = one > most ? one : most;
		most = top > most ? top : most;
	}
	return most;
}

int
beam_fits(const struct quantizer *q, struct err *e)
{
	for (size_t c = 0; c < quantizer_books(q); c++) {
		const char *special = codebook_special(&q->book[c]);

		if (special)
			return err_set(e,
				"a beam compares distances alone, but codebook "
				"%zu %s",
				c, special);
	}
	return 0;
}

struct beam *
beam_open(const struct quantizer *q, size_t width, size_t stages)
{
	struct beam *b = mem_zalloc(1, sizeof(*b));
	size_t w = q->start[1], rows; /* no group is wider than the first */

	assert(width >= 1 && width <= BEAM_MOST);
	assert(stages >= 1 && stages <= q->stages);
	b->q = q;
	b->width = width;
	b->stages = stages;
	b->block = ROWS / width;
	rows = b->block * width;
	b->x = mem_floats(b->block * w);
	b->left = mem_floats(rows * w);
	b->next = mem_floats(rows * w);
	b->children = mem_alloc((stages - 1) * rows, sizeof(*b->children));
	b->greedy = mem_alloc(b->block, sizeof(*b->greedy));
	b->idx = mem_alloc(rows, sizeof(*b->idx));
	b->work = mem_floats(search_work(q));
	b->sum = mem_floats(w);
	b->path = mem_alloc(stages, sizeof(*b->path));
	b->kept = mem_alloc(stages, sizeof(*b->kept));
	return b;
}

void
beam_close(struct beam *b)
{
	if (!b)
		return;
	free(b->x);
	free(b->left);
	free(b->next);
	free(b->children);
	free(b->greedy);
	free(b->idx);
	free(b->work);
	free(b->sum);
	free(b->path);
	free(b->kept);
	free(b);
}

static const struct codebook *
book_of(const struct beam *b, size_t stage, size_t group)
{
	return quantizer_book(b->q, stage * b->q->groups + group);
}

static struct child *
children_of(const struct beam *b, size_t stage)
{
	return b->children + stage * b->block * b->width;
}

/* Where the greedy prefix goes on; it takes the last place if it has none. */
static size_t
keep_greedy(struct child *best, size_t keep, size_t greedy, uint32_t code)
{
	size_t j = 0;

	while (j < keep && (best[j].parent != greedy || best[j].code != code))
		j++;
	if (j < keep)
		return j;
	best[--j].parent = (uint32_t)greedy;
	best[j].code = code;
	return j;
}

/* What the chosen prefixes leave of what theirs left: to is [keep, d]. */
static void
subtract(const struct codebook *book, const float *left,
	const struct child *best, size_t keep, float *to)
{
	size_t d = book->d;

	for (size_t j = 0; j < keep; j++) {
		const float *r = left + best[j].parent * d;
		const float *c = book->q + best[j].code * d;

		for (size_t i = 0; i < d; i++)
			to[j * d + i] = r[i] - c[i];
	}
}

/* The prefixes of n vectors, `live` each, grow by a code; how many then. */
static size_t
grow(struct beam *b, size_t stage, size_t group, size_t n, size_t live)
{
	const struct codebook *book = book_of(b, stage, group);
	size_t keep = least(b->width, live * book->k);
	struct child *best = children_of(b, stage);
	float *left = b->left;

	children_find(book->search, left, n, live, keep, best, b->greedy,
		b->idx, b->work);
	for (size_t v = 0; v < n; v++) {
		b->greedy[v] = keep_greedy(
			best + v * keep, keep, b->greedy[v], b->idx[v]);
		subtract(book, left + v * live * book->d, best + v * keep, keep,
			b->next + v * keep * book->d);
	}
	b->left = b->next;
	b->next = left;
	b->kept[stage] = keep;
	return keep;
}

/* |x - sum of the path's codes|^2, the sum as quantizer_decode makes it. */
static double
path_error(struct beam *b, size_t group, const float *x)
{
	size_t d = book_of(b, 0, group)->d;
	double sum = 0;

	memset(b->sum, 0, d * sizeof(*b->sum));
	for (size_t s = 0; s < b->stages; s++) {
		const float *c = book_of(b, s, group)->q + b->path[s] * d;

		for (size_t i = 0; i < d; i++)
			b->sum[i] += c[i];
	}
	for (size_t i = 0; i < d; i++) {
		double t = (double)x[i] - (double)b->sum[i];

		sum += t * t;
	}
	return sum;
}

/* The codes that led to a vector's prefix p, of `live`, and its last one. */
static void
trace(struct beam *b, size_t v, size_t live, size_t p)
{
	size_t s = b->stages - 1;

	b->path[s] = b->idx[v * live + p];
	while (s-- > 0) {
		const struct child *to = children_of(b, s) + v * b->kept[s] + p;

		b->path[s] = to->code;
		p = to->parent;
	}
}

/* The path of the least error of a vector x: greedy's unless another's is
 * less, then the better prefix's. */
static size_t
best_path(struct beam *b, size_t group, size_t v, size_t live, const float *x)
{
	size_t best = b->greedy[v];
	double e, least_error;

	trace(b, v, live, best);
	least_error = path_error(b, group, x);
	for (size_t p = 0; p < live; p++) {
		if (p == b->greedy[v])
			continue;
		trace(b, v, live, p);
		e = path_error(b, group, x);
		if (e < least_error) {
			least_error = e;
			best = p;
		}
	}
	return best;
}

/* The last stage: of all prefixes, each with its nearest code, the least. */
static void
finish(struct beam *b, size_t group, size_t n, size_t live, uint32_t *codes)
{
	const struct codebook *book = book_of(b, b->stages - 1, group);
	size_t groups = b->q->groups;

	nearest_find(book->search, b->left, n * live, b->idx, NULL, b->work);
	for (size_t v = 0; v < n; v++) {
		uint32_t *to = codes + v * b->stages * groups + group;

		trace(b, v, live,
			best_path(b, group, v, live, b->x + v * book->d));
		for (size_t s = 0; s < b->stages; s++)
			to[s * groups] = b->path[s];
	}
}

void
beam_encode(struct beam *b, const float *z, size_t n, uint32_t *codes)
{
	size_t d = b->q->d, ld = b->stages * b->q->groups;

	for (size_t v = 0; v < n; v += b->block)
		for (size_t g = 0; g < b->q->groups; g++) {
			size_t m = least(b->block, n - v), live = 1;

			quantizer_take(b->q, g, z + v * d, m, b->x);
			memcpy(b->left, b->x,
				m * quantizer_width(b->q, g) * sizeof(float));
			memset(b->greedy, 0, m * sizeof(*b->greedy));
			for (size_t s = 0; s + 1 < b->stages; s++)
				live = grow(b, s, g, m, live);
			finish(b, g, m, live, codes + v * ld);
		}
}
