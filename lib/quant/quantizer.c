#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/prune.h"
#include "quant/quantizer.h"
#include "util/mem.h"

void
quantizer_init(struct quantizer *q, size_t stages, size_t groups, size_t d)
{
	*q = (struct quantizer){ .stages = stages, .groups = groups, .d = d };
	q->start = mem_alloc(groups + 1, sizeof(*q->start));
	q->start[0] = 0;
	for (size_t g = 0; g < groups; g++)
		q->start[g + 1] = q->start[g] + d / groups + (g < d % groups);
	q->book = mem_zalloc(stages * groups, sizeof(*q->book));
}

void
quantizer_share(struct quantizer *q)
{
	q->shared = true;
}

void
quantizer_free(struct quantizer *q)
{
	for (size_t i = 0; q->book && i < quantizer_books(q); i++)
		codebook_free(&q->book[i]);
	free(q->book);
	free(q->start);
	free(q->order);
	*q = (struct quantizer){ 0 };
}

size_t
quantizer_columns(const struct quantizer *q)
{
	return q->stages * q->groups;
}

size_t
quantizer_books(const struct quantizer *q)
{
	return q->shared ? q->groups : quantizer_columns(q);
}

struct codebook *
quantizer_book(const struct quantizer *q, size_t column)
{
	return &q->book[q->shared ? column % q->groups : column];
}

size_t
quantizer_width(const struct quantizer *q, size_t column)
{
	size_t g = column % q->groups;

	return q->start[g + 1] - q->start[g];
}

float *
quantizer_table(struct quantizer *q, size_t column, size_t k)
{
	return codebook_table(
		quantizer_book(q, column), k, quantizer_width(q, column));
}

void
quantizer_prepare(struct quantizer *q, size_t column, struct pool *pool)
{
	codebook_prepare(quantizer_book(q, column), pool);
}

void
quantizer_set(struct quantizer *q, size_t column, const float *code, size_t k)
{
	size_t d = quantizer_width(q, column);

	/* code may be the table itself. */
	memmove(quantizer_table(q, column, k), code, k * d * sizeof(*code));
	quantizer_prepare(q, column, NULL);
}

static size_t
largest_left(const double *variance, const bool *used, size_t d)
{
	size_t top = d;

	for (size_t i = 0; i < d; i++)
		if (!used[i] && (top == d || variance[i] > variance[top]))
			top = i;
	return top;
}

static size_t
emptiest_group(
	const struct quantizer *q, const double *load, const size_t *filled)
{
	size_t best = q->groups;

	for (size_t g = 0; g < q->groups; g++)
		if (filled[g] < q->start[g + 1] - q->start[g] &&
			(best == q->groups || load[g] < load[best]))
			best = g;
	return best;
}

void
quantizer_prune(struct quantizer *q)
{
	for (size_t c = 0; c < quantizer_books(q); c++) {
		struct codebook *b = &q->book[c];
		size_t w = front_width(&b->front, b->d);
		const float *key = b->key ? b->key : b->q;

		for (size_t i = 0; b->search && i < b->variants; i++)
			nearest_prune(&b->search[i], NULL, key + i * b->k * w);
	}
}

/* Greedy, as in optimized product quantization (Ge et al. 2013, section 4.1):
 * the dimension of largest variance left goes to the group whose sum of log
 * variances is least and that has room. */
void
quantizer_deal(struct quantizer *q, const double *variance)
{
	size_t *filled, d = q->d;
	double *load, floor = 0;
	bool *used;

	if (q->groups == 1)
		return;
	free(q->order);
	q->order = mem_alloc(d, sizeof(*q->order));
	filled = mem_zalloc(q->groups, sizeof(*filled));
	load = mem_zalloc(q->groups, sizeof(*load));
	used = mem_zalloc(d, sizeof(*used));
	for (size_t i = 0; i < d; i++)
		floor += variance[i];
	floor = floor > 0 ? floor * 1e-12 : 1;
	for (size_t n = 0; n < d; n++) {
		size_t i = largest_left(variance, used, d);
		size_t g = emptiest_group(q, load, filled);

		used[i] = true;
		/* Relative to the floor, so that every log is positive. */
		load[g] += log(1 + variance[i] / floor);
		q->order[q->start[g] + filled[g]++] = i;
	}
	free(filled);
	free(load);
	free(used);
}

static size_t
widest_group(const struct quantizer *q)
{
	return q->start[1] - q->start[0];
}

size_t
quantizer_find_work(const struct quantizer *q)
{
	size_t most = 0;

	for (size_t c = 0; c < quantizer_books(q); c++) {
		size_t work = codebook_work(&q->book[c]);

		most = work > most ? work : most;
	}
	return most;
}

size_t
quantizer_work(const struct quantizer *q, size_t n)
{
	/* the remainder; one group's columns; the search's own */
	return n * q->d + PRUNE_ROWS * widest_group(q) + quantizer_find_work(q);
}

void
quantizer_find(const struct quantizer *q, size_t column, const float *part,
	size_t n, const uint32_t *prev, size_t ld, uint32_t *idx, float *work)
{
	codebook_find(quantizer_book(q, column), part, n, prev, ld, idx, work);
}

void
quantizer_take(const struct quantizer *q, size_t column, const float *r,
	size_t n, float *part)
{
	size_t from = q->start[column % q->groups];
	size_t size = quantizer_width(q, column);

	for (size_t v = 0; v < n; v++, r += q->d, part += size) {
		if (!q->order)
			memcpy(part, r + from, size * sizeof(*part));
		for (size_t i = 0; i < size && q->order; i++)
			part[i] = r[q->order[from + i]];
	}
}

void
quantizer_give(const struct quantizer *q, size_t column, const float *part,
	size_t n, float *to)
{
	size_t from = q->start[column % q->groups];
	size_t size = quantizer_width(q, column);

	for (size_t v = 0; v < n; v++, to += q->d, part += size)
		for (size_t i = 0; i < size; i++)
			to[q->order ? q->order[from + i] : from + i] += part[i];
}

void
quantizer_add(const struct quantizer *q, size_t column, const uint32_t *codes,
	const uint32_t *prev, size_t ld, size_t n, float sign, float *to)
{
	const struct codebook *b = quantizer_book(q, column);
	size_t from = q->start[column % q->groups];

	for (size_t v = 0; v < n; v++, to += q->d) {
		const float *c = codebook_code(
			b, codes[v * ld], prev ? prev + v * ld : NULL);

		if (!q->order)
			axpy(sign, c, b->d, to + from);
		for (size_t i = 0; i < b->d && q->order; i++)
			to[q->order[from + i]] += sign * c[i];
	}
}

/* The codes of the stage before, of n rows of codes; NULL in the first. */
static const uint32_t *
before(const struct quantizer *q, size_t column, const uint32_t *codes)
{
	return column < q->groups ? NULL : codes + column - q->groups;
}

/* One group in its own order: nothing to gather. */
static bool
whole(const struct quantizer *q)
{
	return q->groups == 1 && !q->order;
}

static void
search_column(const struct quantizer *q, size_t column, const float *r,
	size_t n, uint32_t *codes, size_t ld, float *work)
{
	float *find = work + PRUNE_ROWS * widest_group(q);
	uint32_t idx[PRUNE_ROWS];

	for (size_t v = 0; v < n; v += PRUNE_ROWS) {
		size_t m = n - v < PRUNE_ROWS ? n - v : PRUNE_ROWS;
		const float *part = r + v * q->d;

		if (!whole(q)) {
			quantizer_take(q, column, part, m, work);
			part = work;
		}
		quantizer_find(q, column, part, m,
			before(q, column, codes + v * ld), ld, idx, find);
		for (size_t i = 0; i < m; i++)
			codes[(v + i) * ld + column] = idx[i];
	}
}

void
quantizer_encode(const struct quantizer *q, const float *z, size_t n,
	size_t stages, uint32_t *codes, float *out, float *work)
{
	size_t ld = stages * q->groups;
	float *r = work;

	if (stages > 1)
		memcpy(r, z, n * q->d * sizeof(*r));
	for (size_t column = 0; column < ld; column++) {
		search_column(q, column, stages > 1 ? r : z, n, codes, ld,
			work + n * q->d);
		/* Groups are disjoint: the remainder may change at once. */
		if (column / q->groups + 1 < stages)
			quantizer_add(q, column, codes + column,
				before(q, column, codes), ld, n, -1, r);
	}
	if (out)
		quantizer_decode(q, codes, ld, n, stages, out);
}

void
quantizer_decode(const struct quantizer *q, const uint32_t *codes, size_t ld,
	size_t n, size_t stages, float *out)
{
	memset(out, 0, n * q->d * sizeof(*out));
	for (size_t column = 0; column < stages * q->groups; column++)
		quantizer_add(q, column, codes + column,
			before(q, column, codes), ld, n, 1, out);
}
