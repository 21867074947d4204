#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest_prepare.h"
#include "kernel/prune.h"
#include "quant/codebook.h"
#include "util/mem.h"

static size_t
tables(const struct codebook *b)
{
	return b->variants ? b->variants : 1;
}

static void
free_search(struct codebook *b)
{
	for (size_t i = 0; b->search && i < tables(b); i++)
		nearest_free(&b->search[i]);
	free(b->search);
	b->search = NULL;
}

void
codebook_free(struct codebook *b)
{
	free_search(b);
	free(b->q);
	free(b->variant);
	free(b->given);
	free(b->bits);
	free(b->key);
	front_free(&b->front);
	lattice_free(&b->lattice);
	*b = (struct codebook){ 0 };
}

float *
codebook_table(struct codebook *b, size_t k, size_t d)
{
	if (!b->q || b->k != k || b->d != d) {
		free_search(b);
		free(b->q);
		free(b->given);
		free(b->bits);
		free(b->key);
		b->given = b->bits = b->key = NULL;
		b->k = k;
		b->d = d;
		b->variants = tables(b);
		b->q = mem_floats(b->variants * k * d);
	}
	return b->q;
}

void
codebook_vary(struct codebook *b, size_t variants, const uint32_t *variant,
	size_t before)
{
	if (variants != b->variants || before != b->before) {
		free_search(b);
		free(b->q);
		free(b->variant);
		b->q = NULL;
		b->variants = variants;
		b->before = before;
		b->variant = mem_alloc(before, sizeof(*b->variant));
	}
	memcpy(b->variant, variant, before * sizeof(*variant));
}

/* Numbers in a key without its cost. */
static size_t
key_width(const struct codebook *b)
{
	return front_width(&b->front, b->d) - b->front.padded;
}

float *
codebook_keys(struct codebook *b)
{
	if (!b->given)
		b->given = mem_floats(b->variants * b->k * key_width(b));
	return b->given;
}

void
codebook_cost(struct codebook *b, const float *bits, double lambda)
{
	size_t n = b->variants * b->k;

	if (!b->bits)
		b->bits = mem_floats(n);
	memcpy(b->bits, bits, n * sizeof(*bits));
	codebook_weigh(b, lambda);
}

void
codebook_weigh(struct codebook *b, double lambda)
{
	b->lambda = lambda;
	b->front.padded = lambda > 0;
}

bool
codebook_plain(const struct codebook *b)
{
	return codebook_special(b) == NULL;
}

const char *
codebook_special(const struct codebook *b)
{
	if (b->variants > 1)
		return "depends on the code before";
	if (b->lattice.dims)
		return "is a lattice";
	if (b->front.padded)
		return "has codes of a cost (--lambda)";
	if (b->front.mapped || b->given)
		return "is searched behind a map";
	if (b->front.unit)
		return "is searched by cosine";
	return NULL;
}

/* key = what is given, or q; unit and with costs, where they are. */
static void
make_keys(struct codebook *b)
{
	size_t n = b->variants * b->k, w = key_width(b);
	size_t to = w + b->front.padded;
	const float *from = b->given ? b->given : b->q;

	b->key = mem_floats(n * to);
	for (size_t j = 0; j < n; j++) {
		float *key = b->key + j * to;

		memcpy(key, from + j * w, w * sizeof(*key));
		if (b->front.unit)
			front_unit(key, 1, w, key);
		if (b->front.padded)
			key[w] = sqrtf((float)b->lambda * b->bits[j]);
	}
}

void
codebook_prepare(struct codebook *b, struct pool *pool)
{
	bool as_it_is = front_plain(&b->front) && !b->given;
	size_t w = front_width(&b->front, b->d);

	if (b->lattice.dims)
		return;
	free(b->key);
	b->key = NULL;
	if (!as_it_is)
		make_keys(b);
	if (b->search && b->search[0].panel.d != w)
		free_search(b);
	if (!b->search)
		b->search = mem_zalloc(b->variants, sizeof(*b->search));
	for (size_t i = 0; i < b->variants; i++) {
		const float *key = (as_it_is ? b->q : b->key) + i * b->k * w;

		nearest_prepare(&b->search[i], pool, key, b->k, w);
		nearest_prune(&b->search[i], pool, key);
	}
}

size_t
codebook_work(const struct codebook *b)
{
	size_t w = front_width(&b->front, b->d), rows = 0;

	if (!b->q)
		return 0; /* not there yet */
	if (!front_plain(&b->front))
		rows += PRUNE_ROWS;
	if (b->variants > 1)
		rows += PRUNE_ROWS;
	return rows * w + nearest_work(w);
}

/* n <= PRUNE_ROWS rows of y, each in the table that prev chooses. */
static void
find_varied(const struct codebook *b, const float *y, size_t n,
	const uint32_t *prev, size_t ld, uint32_t *idx, float *work)
{
	size_t w = front_width(&b->front, b->d);
	uint32_t row[PRUNE_ROWS], won[PRUNE_ROWS];
	float *part = work;

	for (size_t t = 0; t < b->variants; t++) {
		size_t m = 0;

		for (size_t v = 0; v < n; v++)
			if (b->variant[prev[v * ld]] == t) {
				memcpy(part + m * w, y + v * w,
					w * sizeof(*part));
				row[m++] = (uint32_t)v;
			}
		nearest_find(&b->search[t], part, m, won, NULL,
			work + PRUNE_ROWS * w);
		for (size_t i = 0; i < m; i++)
			idx[row[i]] = won[i];
	}
}

/* n <= PRUNE_ROWS rows of y. */
static void
find_some(const struct codebook *b, const float *y, size_t n,
	const uint32_t *prev, size_t ld, uint32_t *idx, float *work)
{
	if (b->lattice.dims)
		lattice_find(&b->lattice, y, n, idx);
	else if (b->variants > 1)
		find_varied(b, y, n, prev, ld, idx, work);
	else
		nearest_find(b->search, y, n, idx, NULL, work);
}

void
codebook_find(const struct codebook *b, const float *x, size_t n,
	const uint32_t *prev, size_t ld, uint32_t *idx, float *work)
{
	bool plain = front_plain(&b->front);
	size_t w = front_width(&b->front, b->d);

	for (size_t v = 0; v < n; v += PRUNE_ROWS) {
		size_t m = n - v < PRUNE_ROWS ? n - v : PRUNE_ROWS;
		const float *y = x + v * b->d;

		if (!plain) {
			front_rows(&b->front, y, m, b->d, work);
			y = work;
		}
		find_some(b, y, m, prev ? prev + v * ld : NULL, ld, idx + v,
			plain ? work : work + PRUNE_ROWS * w);
	}
}

const float *
codebook_code(const struct codebook *b, uint32_t code, const uint32_t *prev)
{
	size_t table = b->variants > 1 ? b->variant[*prev] : 0;

	return b->q + (table * b->k + code) * b->d;
}
