#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/item_kind.h"
#include "model/pack_head.h"
#include "model/pack_head_keys.h"
#include "tensor/packed.h"
#include "tensor/slurp.h"
#include "util/crc.h"
#include "util/mem.h"

/* 2^32, where a size_t holds that. */
#define CODES_MOST (SIZE_MAX > UINT32_MAX ? (size_t)UINT32_MAX + 1 : UINT32_MAX)

#define NAME_MOST ((size_t)1 << 16)
#define TEXT_MOST ((size_t)1 << 24)
#define COLUMNS_MOST 65536
#define SIZE_TEXT 12 /* a comma, ten digits and a 0 */

struct reading {
	struct input *in;
	uint32_t crc;
	struct err *e;
};

/* n more bytes, malloc'd, with a 0 behind them; NULL on error. */
static unsigned char *
get(struct reading *r, size_t n)
{
	unsigned char *p = slurp_exact(r->in, n, r->e);

	if (!p)
		return NULL;
	r->crc = crc_add(r->crc, p, n);
	p = mem_grow(p, n + 1, 1);
	p[n] = 0;
	return p;
}

static int
get_byte(struct reading *r, unsigned *v)
{
	unsigned char *p = get(r, 1);

	if (!p)
		return -1;
	*v = *p;
	free(p);
	return 0;
}

static int
get_number(
	struct reading *r, const char *what, size_t min, size_t max, size_t *v)
{
	unsigned byte = 128;
	uint64_t sum = 0;

	for (unsigned shift = 0; byte & 128; shift += 7) {
		if (get_byte(r, &byte) != 0)
			return -1;
		if (shift > 56)
			sum = UINT64_MAX;
		else
			sum |= (uint64_t)(byte & 127) << shift;
		if (shift > 56)
			break;
	}
	if (sum < min || sum > max)
		return err_set(r->e,
			"packed codes: %s is not a number from %zu to %zu",
			what, min, max);
	*v = (size_t)sum;
	return 0;
}

/* malloc'd */
static char *
get_text(struct reading *r, const char *what, size_t most)
{
	size_t n;
	char *text;

	if (get_number(r, what, 0, most, &n) != 0)
		return NULL;
	text = (char *)get(r, n);
	if (text && strlen(text) != n) {
		err_set(r->e, "packed codes: %s has a byte 0", what);
		free(text);
		return NULL;
	}
	return text;
}

static int
get_fingerprint(struct reading *r, struct meta *m)
{
	unsigned char *p = get(r, 8);

	if (!p)
		return -1;
	meta_setf(m, "model", "%02x%02x%02x%02x%02x%02x%02x%02x", p[0], p[1],
		p[2], p[3], p[4], p[5], p[6], p[7]);
	free(p);
	return 0;
}

static int
get_codes(struct reading *r, struct meta *m, size_t columns)
{
	size_t n, k, used = 0;
	char *text;

	if (get_number(r, "the count of sizes", 1, columns, &n) != 0)
		return -1;
	text = mem_zalloc(n, SIZE_TEXT);
	for (size_t i = 0; i < n; i++) {
		if (get_number(r, "k", 1, CODES_MOST, &k) != 0) {
			free(text);
			return -1;
		}
		used += (size_t)snprintf(text + used, n * SIZE_TEXT - used,
			"%s%zu", i ? "," : "", k);
	}
	meta_set(m, "codes", text);
	free(text);
	return 0;
}

static int
get_numbers(struct reading *r, struct meta *m)
{
	unsigned mask;
	size_t v;

	if (get_byte(r, &mask) != 0)
		return -1;
	if (mask >> NUMBERS)
		return err_set(r->e, "packed codes: unknown metadata");
	for (size_t i = 0; i < NUMBERS; i++) {
		if (!(mask >> i & 1))
			continue;
		if (get_number(r, numbers[i], 0, SIZE_MAX - 1, &v) != 0)
			return -1;
		meta_setf(m, numbers[i], "%zu", v);
	}
	return 0;
}

static bool
is_ours(const char *key)
{
	for (size_t i = 0; i < OTHERS; i++)
		if (strcmp(key, others[i]) == 0)
			return true;
	return false;
}

static int
get_rest(struct reading *r, struct meta *m)
{
	char *text = get_text(r, "the metadata", TEXT_MOST);
	const char *key;
	json_t *all = NULL, *v;
	int status = 0;

	if (!text)
		return -1;
	if (*text)
		all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (*text && !json_is_object(all))
		status = err_set(r->e, "packed codes: metadata are no object");
	if (status == 0 && all) {
		json_object_foreach(all, key, v)
		{
			if (!json_is_string(v) || is_ours(key))
				status = err_set(r->e,
					"packed codes: metadata are not text");
			else
				meta_set(m, key, json_string_value(v));
		}
	}
	json_decref(all);
	free(text);
	return status;
}

static int
get_item(struct reading *r, struct pack_head *h, unsigned media)
{
	struct meta *m = &h->meta;
	char *item;

	meta_set(m, "format", "1");
	meta_set(m, "kind", "codes");
	meta_set(m, "media", item_kind_name((enum item_kind)media));
	if (get_fingerprint(r, m) != 0 ||
		get_number(r, "tokens", 1, PACK_ROW_MOST, &h->tokens) != 0 ||
		get_number(r, "columns", 1, COLUMNS_MOST, &h->columns) != 0 ||
		get_codes(r, m, h->columns) != 0 || get_numbers(r, m) != 0)
		return -1;
	item = get_text(r, "the name", NAME_MOST);
	if (!item)
		return -1;
	if (*item)
		meta_set(m, "item", item);
	free(item);
	if (h->tokens > PACK_ROW_MOST / h->columns)
		return err_set(r->e, "packed codes: a row of %zu x %zu codes",
			h->tokens, h->columns);
	return get_rest(r, m);
}

static int
get_flags(struct reading *r, struct pack_head *h, unsigned *flags)
{
	unsigned version;

	if (get_byte(r, &version) != 0)
		return -1;
	if (version != PACK_VERSION)
		return err_set(r->e,
			"packed codes of version %u, but this program knows "
			"version %d",
			version, PACK_VERSION);
	if (get_byte(r, flags) != 0)
		return -1;
	h->last = *flags & LAST;
	h->failed = *flags & FAILED;
	h->even = *flags & EVEN;
	if (*flags >> MEDIA_SHIFT > ITEM_ROWS || (h->failed && !h->last) ||
		(!(*flags & FIRST) && *flags >> MEDIA_SHIFT))
		return err_set(r->e, "packed codes: unknown flags %u", *flags);
	return 0;
}

static int
get_all(struct reading *r, struct pack_head *h)
{
	unsigned char *magic = get(r, PACKED_MAGIC_SIZE);
	unsigned flags = 0;

	free(magic);
	if (!magic || get_flags(r, h, &flags) != 0)
		return -1;
	if (flags & FIRST) {
		if (get_item(r, h, flags >> MEDIA_SHIFT) != 0)
			return -1;
	} else if (get_number(r, "part", 1, SIZE_MAX / 2, &h->part) != 0) {
		return -1;
	}
	if (get_number(r, "rows", 0, PACK_ROW_MOST, &h->rows) != 0)
		return -1;
	return get_number(r, "the length", 0, 8 * PACK_ROW_MOST, &h->bytes);
}

int
pack_head_read(
	struct pack_head *h, struct input *in, uint32_t *crc, struct err *e)
{
	struct reading r = { .in = in, .e = e };

	*h = (struct pack_head){ 0 };
	if (get_all(&r, h) != 0) {
		pack_head_free(h);
		return -1;
	}
	*crc = r.crc;
	return 0;
}
