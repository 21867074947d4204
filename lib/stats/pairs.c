#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/entropy.h"
#include "stats/pairs.h"
#include "util/mem.h"

#define AHEAD 8 /* keys whose slots are fetched before they are needed */

void
pairs_free(struct pairs *p)
{
	free(p->slot);
	*p = (struct pairs){ .limit = p->limit };
}

void
pairs_reset(struct pairs *p)
{
	/* Clearing may cost no more than filling did. */
	if (p->slots > 8 * p->used + 1024) {
		pairs_free(p);
		return;
	}
	if (p->slots)
		memset(p->slot, 0, p->slots * sizeof(*p->slot));
	p->used = 0;
	p->max = 0;
	p->count = 0;
	p->full = false;
}

/* Where the search for a key begins: the constant is 2^64 / golden ratio. */
static size_t
home(const struct pairs *p, uint64_t key)
{
	uint64_t h = key * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h ^ h >> 32) & (p->slots - 1);
}

/* The slot that holds key, or the free one where it belongs. */
static struct pairs_slot *
find(const struct pairs *p, uint64_t key)
{
	size_t i = home(p, key);

	while (p->slot[i].n && p->slot[i].key != key)
		i = (i + 1) & (p->slots - 1);
	return &p->slot[i];
}

static void
grow(struct pairs *p)
{
	struct pairs_slot *old = p->slot;
	size_t slots = p->slots;

	p->slots = slots ? 2 * slots : 64;
	p->slot = mem_zalloc(p->slots, sizeof(*p->slot));
	for (size_t i = 0; i < slots; i++)
		if (old[i].n)
			*find(p, old[i].key) = old[i];
	free(old);
}

void
pairs_give_up(struct pairs *p)
{
	uint64_t count = p->count;

	pairs_free(p);
	p->full = true;
	p->count = count;
}

static void
add_one(struct pairs *p, uint64_t key, uint64_t n)
{
	struct pairs_slot *s = find(p, key);

	s->n += n;
	if (s->n != n)
		return;
	if (p->used == p->limit) {
		pairs_give_up(p);
		return;
	}
	s->key = key;
	if (key >> 32 > p->max)
		p->max = (uint32_t)(key >> 32);
	if (4 * ++p->used >= 3 * p->slots)
		grow(p);
}

void
pairs_add(struct pairs *p, const uint64_t *key, size_t n)
{
	if (!p->slots && !p->full && n)
		grow(p);
	for (size_t i = 0; i < n && !p->full; i++) {
		if (i + AHEAD < n)
			__builtin_prefetch(&p->slot[home(p, key[i + AHEAD])]);
		add_one(p, key[i], 1);
	}
	p->count += n;
}

void
pairs_put(struct pairs *p, uint64_t key, uint64_t n)
{
	if (!p->slots && !p->full && n)
		grow(p);
	if (n && !p->full)
		add_one(p, key, n);
	p->count += n;
}

void
pairs_join(struct pairs *to, const struct pairs *from)
{
	if (from->full) {
		pairs_give_up(to);
		to->count += from->count;
		return;
	}
	for (size_t i = 0; i < from->slots; i++)
		pairs_put(to, from->slot[i].key, from->slot[i].n);
}

struct pairs_entropy
pairs_entropy(const struct pairs *p)
{
	struct pairs_entropy e = { .bits = NAN, .bias_bits = NAN };
	uint64_t *first, *count;
	size_t filled = 0;

	if (!p->count || p->full)
		return e;
	e.used = p->used;
	first = mem_zalloc((size_t)p->max + 1, sizeof(*first));
	count = mem_alloc(p->used, sizeof(*count));
	for (size_t i = 0; i < p->slots; i++) {
		if (!p->slot[i].n)
			continue;
		first[p->slot[i].key >> 32] += p->slot[i].n;
		count[filled++] = p->slot[i].n;
	}
	for (size_t i = 0; i <= p->max; i++)
		e.firsts += first[i] != 0;
	e.bits = fmax(0,
		entropy_bits(count, NULL, p->used, p->count) -
			entropy_bits(first, NULL, p->max + 1, p->count));
	free(count);
	free(first);
	e.bias_bits =
		(double)(e.used - e.firsts) / (2 * (double)p->count * log(2));
	return e;
}
