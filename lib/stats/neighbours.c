#include <stdlib.h>
#include <string.h>

#include "stats/neighbours.h"
#include "util/mem.h"

#define SLICE ((size_t)1024) /* tokens at a time */

void
neighbours_init(struct neighbours *b, size_t cols, size_t keys)
{
	size_t limit = cols && keys > cols ? keys / cols : 1;

	*b = (struct neighbours){ .cols = cols };
	b->left = mem_zalloc(cols, sizeof(*b->left));
	b->upper = mem_zalloc(cols, sizeof(*b->upper));
	for (size_t i = 0; i < cols; i++)
		b->left[i].limit = b->upper[i].limit = limit;
}

void
neighbours_free(struct neighbours *b)
{
	for (size_t i = 0; i < b->cols; i++) {
		pairs_free(&b->left[i]);
		pairs_free(&b->upper[i]);
	}
	free(b->left);
	free(b->upper);
	free(b->before);
	*b = (struct neighbours){ 0 };
}

void
neighbours_join(struct neighbours *b, const struct neighbours *other)
{
	for (size_t i = 0; i < b->cols; i++) {
		pairs_join(&b->left[i], &other->left[i]);
		pairs_join(&b->upper[i], &other->upper[i]);
	}
}

void
neighbours_reset(struct neighbours *b)
{
	for (size_t i = 0; i < b->cols; i++) {
		pairs_reset(&b->left[i]);
		pairs_reset(&b->upper[i]);
	}
}

void
neighbours_begin(struct neighbours *b, enum neighbours_grid grid, size_t width)
{
	b->grid = width ? grid : NEIGHBOURS_NONE;
	b->width = width;
	b->at = 0;
}

/* Each code with the one `width` tokens before it. */
static void
add_rows(const struct neighbours *b, struct pairs *p, const uint32_t *code,
	size_t n, size_t col)
{
	size_t x = (size_t)(b->at % b->width), pairs = 0;
	uint64_t key[SLICE];

	for (size_t i = 0; i < n; i++) {
		const uint32_t *above = i < b->width
			? b->before + x * b->cols
			: code + (i - b->width) * b->cols;

		x = x + 1 == b->width ? 0 : x + 1;
		if (b->at + i >= b->width)
			key[pairs++] =
				pairs_key(above[col], code[i * b->cols + col]);
	}
	pairs_add(p, key, pairs);
}

/* Each code with the one before it in its row. */
static void
add_along(const struct neighbours *b, struct pairs *p, const uint32_t *code,
	size_t n, size_t col)
{
	size_t x = (size_t)(b->at % b->width), pairs = 0;
	uint64_t key[SLICE];
	uint32_t last = x ? b->before[(x - 1) * b->cols + col] : 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t here = code[i * b->cols + col];

		if (x)
			key[pairs++] = pairs_key(last, here);
		x = x + 1 == b->width ? 0 : x + 1;
		last = here;
	}
	pairs_add(p, key, pairs);
}

/* Of n tokens the last `width` stay. */
static void
keep(struct neighbours *b, const uint32_t *code, size_t n)
{
	size_t skip = n > b->width ? n - b->width : 0;

	for (size_t i = skip; i < n;) {
		size_t x = (size_t)((b->at + i) % b->width), run = b->width - x;

		if (run > n - i)
			run = n - i;
		memcpy(b->before + x * b->cols, code + i * b->cols,
			run * b->cols * sizeof(*code));
		i += run;
	}
	b->at += n;
}

static void
add_slice(struct neighbours *b, const uint32_t *code, size_t n)
{
	bool image = b->grid == NEIGHBOURS_IMAGE;

	for (size_t col = 0; col < b->cols; col++) {
		add_rows(b, image ? &b->upper[col] : &b->left[col], code, n,
			col);
		if (image)
			add_along(b, &b->left[col], code, n, col);
	}
	keep(b, code, n);
}

bool
neighbours_wanted(const struct neighbours *b)
{
	if (b->grid == NEIGHBOURS_NONE)
		return false;
	for (size_t i = 0; i < b->cols; i++)
		if (!b->left[i].full ||
			(b->grid == NEIGHBOURS_IMAGE && !b->upper[i].full))
			return true;
	return false;
}

void
neighbours_add(struct neighbours *b, const uint32_t *code, size_t n)
{
	if (!neighbours_wanted(b))
		return;
	if (b->width * b->cols > b->room) {
		b->room = b->width * b->cols;
		b->before = mem_grow(b->before, b->room, sizeof(*b->before));
	}
	for (size_t i = 0; i < n; i += SLICE)
		add_slice(b, code + i * b->cols, n - i < SLICE ? n - i : SLICE);
}
