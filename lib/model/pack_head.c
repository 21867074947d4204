#include <stdlib.h>
#include <string.h>

#include "model/item_kind.h"
#include "model/pack_head.h"
#include "model/pack_head_keys.h"
#include "tensor/packed.h"
#include "util/mem.h"

struct bytes {
	unsigned char *p;
	size_t n, room;
};

static void
put(struct bytes *b, const void *from, size_t n)
{
	if (b->room - b->n < n) {
		b->room = 2 * b->room + n + 64;
		b->p = mem_grow(b->p, b->room, 1);
	}
	if (n)
		memcpy(b->p + b->n, from, n);
	b->n += n;
}

static void
put_byte(struct bytes *b, unsigned v)
{
	unsigned char c = (unsigned char)v;

	put(b, &c, 1);
}

static void
put_number(struct bytes *b, uint64_t v)
{
	for (; v > 127; v >>= 7)
		put_byte(b, 128 | (v & 127));
	put_byte(b, (unsigned)v);
}

static void
put_text(struct bytes *b, const char *text)
{
	put_number(b, strlen(text));
	put(b, text, strlen(text));
}

void
pack_head_free(struct pack_head *h)
{
	meta_free(&h->meta);
	*h = (struct pack_head){ 0 };
}

/* Is it there, and is it the number that "%zu" writes? */
static bool
is_number(const struct meta *m, const char *key, size_t *v)
{
	const char *text = meta_get(m, key);
	char *again;
	bool same;

	if (meta_size(m, key, v) != 1)
		return false;
	again = mem_printf("%zu", *v);
	same = strcmp(again, text) == 0;
	free(again);
	return same;
}

static void
put_numbers(struct bytes *b, const struct meta *m)
{
	unsigned mask = 0;
	size_t v;

	for (size_t i = 0; i < NUMBERS; i++)
		mask |= (unsigned)is_number(m, numbers[i], &v) << i;
	put_byte(b, mask);
	for (size_t i = 0; i < NUMBERS; i++)
		if (is_number(m, numbers[i], &v))
			put_number(b, v);
}

/* "1024" or "1024,512": how many numbers, then each. */
static void
put_codes(struct bytes *b, const char *text)
{
	size_t n = 1;

	for (const char *c = text; *c; c++)
		n += *c == ',';
	put_number(b, n);
	for (const char *c = text; n > 0; n--) {
		char *end;

		put_number(b, strtoull(c, &end, 10));
		c = *end ? end + 1 : end;
	}
}

/* The keys that have no place: as JSON, or nothing where there are none. */
static void
put_rest(struct bytes *b, const struct meta *m)
{
	struct meta rest;
	char *text;
	size_t v;

	meta_copy(&rest, m);
	for (size_t i = 0; i < OTHERS; i++)
		meta_del(&rest, others[i]);
	for (size_t i = 0; i < NUMBERS; i++)
		if (is_number(m, numbers[i], &v))
			meta_del(&rest, numbers[i]);
	if (json_object_size(rest.map) > 0) {
		text = json_dumps(rest.map, JSON_COMPACT);
		put_text(b, text);
		free(text);
	} else {
		put_number(b, 0);
	}
	meta_free(&rest);
}

static unsigned
media_of(const struct meta *m)
{
	const char *media = meta_get(m, "media");
	int kind = media ? item_kind_find(media) : ITEM_ROWS;

	return kind < 0 ? ITEM_ROWS : (unsigned)kind;
}

static void
put_item(struct bytes *b, const struct pack_head *h)
{
	const struct meta *m = &h->meta;
	const char *model = meta_get(m, "model"), *item = meta_get(m, "item");
	uint64_t hash = strtoull(model, NULL, 16);

	for (int i = 0; i < 8; i++)
		put_byte(b, hash >> (56 - 8 * i) & 255);
	put_number(b, h->tokens);
	put_number(b, h->columns);
	put_codes(b, meta_get(m, "codes"));
	put_numbers(b, m);
	put_text(b, item ? item : "");
	put_rest(b, m);
}

unsigned char *
pack_head_bytes(const struct pack_head *h, size_t *n)
{
	struct bytes b = { 0 };
	bool first = h->part == 0;
	unsigned flags = (first ? FIRST : 0) | (h->last ? LAST : 0) |
		(h->failed ? FAILED : 0) | (h->even ? EVEN : 0);

	if (first)
		flags |= media_of(&h->meta) << MEDIA_SHIFT;
	put(&b, PACKED_MAGIC, PACKED_MAGIC_SIZE);
	put_byte(&b, PACK_VERSION);
	put_byte(&b, flags);
	if (first)
		put_item(&b, h);
	else
		put_number(&b, h->part);
	put_number(&b, h->rows);
	put_number(&b, h->bytes);
	*n = b.n;
	return b.p;
}
