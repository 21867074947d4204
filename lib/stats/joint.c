#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/entropy.h"
#include "stats/joint.h"
#include "util/mem.h"

size_t
joint_limit(size_t cols)
{
	return joint_bound(&(const struct joint){ .cols = cols });
}

size_t
joint_bound(const struct joint *j)
{
	size_t keys = j->keys ? j->keys : JOINT_KEYS;
	size_t by_bytes = 4 * keys / j->cols;

	if (by_bytes == 0)
		return 1;
	return keys < by_bytes ? keys : by_bytes;
}

void
joint_free(struct joint *j)
{
	free(j->key);
	free(j->n);
	free(j->slot);
	*j = (struct joint){ .cols = j->cols, .keys = j->keys };
}

void
joint_reset(struct joint *j)
{
	/* The next item is most likely as large: keep the keys' memory, and
	 * the table if clearing it costs no more than filling it did. */
	if (j->slots > 8 * j->used + 1024) {
		joint_free(j);
		return;
	}
	if (j->slots)
		memset(j->slot, 0, j->slots * sizeof(*j->slot));
	j->used = 0;
	j->tokens = 0;
	j->full = false;
}

#define AHEAD 32 /* rows; as many as a processor can wait for */

/* Multiply and fold, a word at a time; the constant is 2^64 / golden ratio. */
static uint64_t
hash(const uint32_t *key, size_t cols)
{
	uint64_t h = cols;

	for (size_t i = 0; i < cols; i++) {
		h = (h ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		h ^= h >> 29;
	}
	return h;
}

/* The slot that holds key, of hash h, or the free one where it belongs. */
static uint32_t *
find(const struct joint *j, const uint32_t *key, uint64_t h)
{
	size_t mask = j->slots - 1, i = (size_t)h & mask;

	for (; j->slot[i]; i = (i + 1) & mask)
		if (memcmp(j->key + (j->slot[i] - 1) * j->cols, key,
			    j->cols * sizeof(*key)) == 0)
			break;
	return &j->slot[i];
}

static void
rehash(struct joint *j)
{
	j->slots = j->slots ? 2 * j->slots : 64;
	free(j->slot);
	j->slot = mem_zalloc(j->slots, sizeof(*j->slot));
	for (size_t i = 0; i < j->used; i++) {
		const uint32_t *key = j->key + i * j->cols;

		*find(j, key, hash(key, j->cols)) = (uint32_t)(i + 1);
	}
}

static void
insert(struct joint *j, uint32_t *slot, const uint32_t *key, uint64_t n)
{
	if (j->used == j->room) {
		j->room = j->room ? 2 * j->room : 32;
		j->key = mem_grow(j->key, j->room, j->cols * sizeof(*j->key));
		j->n = mem_grow(j->n, j->room, sizeof(*j->n));
	}
	memcpy(j->key + j->used * j->cols, key, j->cols * sizeof(*key));
	j->n[j->used++] = n;
	*slot = (uint32_t)j->used;
}

void
joint_give_up(struct joint *j)
{
	uint64_t tokens = j->tokens;

	joint_free(j);
	j->full = true;
	j->tokens = tokens;
}

static void
add_one(struct joint *j, const uint32_t *key, uint64_t h, uint64_t n)
{
	uint32_t *slot;

	if (4 * j->used >= 3 * j->slots)
		rehash(j);
	slot = find(j, key, h);
	if (*slot)
		j->n[*slot - 1] += n;
	else if (j->used == joint_bound(j))
		joint_give_up(j);
	else
		insert(j, slot, key, n);
}

/* A large table is not in any cache: ask for what some rows will need. */
static void
fetch(const struct joint *j, const uint64_t *h, size_t n)
{
	size_t mask = j->slots - 1;

	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(&j->slot[h[i] & mask]);
	for (size_t i = 0; i < n; i++) {
		uint32_t at = j->slot[h[i] & mask];

		if (!at)
			continue;
		__builtin_prefetch(&j->key[(at - 1) * j->cols]);
		__builtin_prefetch(&j->n[at - 1]);
	}
}

void
joint_add(struct joint *j, const uint32_t *row, size_t n)
{
	uint64_t h[AHEAD];
	size_t some;

	j->tokens += n;
	for (; n && !j->full; n -= some, row += some * j->cols) {
		some = n < AHEAD ? n : AHEAD;
		for (size_t i = 0; i < some; i++)
			h[i] = hash(row + i * j->cols, j->cols);
		if (j->slots)
			fetch(j, h, some);
		for (size_t i = 0; i < some && !j->full; i++)
			add_one(j, row + i * j->cols, h[i], 1);
	}
}

void
joint_put(struct joint *j, const uint32_t *key, uint64_t n)
{
	if (n && !j->full)
		add_one(j, key, hash(key, j->cols), n);
	j->tokens += n;
}

double
joint_entropy_bits(const struct joint *j)
{
	return j->full ? NAN : entropy_bits(j->n, NULL, j->used, j->tokens);
}
