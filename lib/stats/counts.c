#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "stats/counts.h"
#include "stats/entropy.h"
#include "util/mem.h"

void
counts_free(struct counts *c)
{
	free(c->n);
	free(c->hit);
	*c = (struct counts){ 0 };
}

void
counts_reset(struct counts *c)
{
	for (size_t i = 0; i < c->used; i++)
		c->n[c->hit[i]] = 0;
	c->used = 0;
	c->tokens = 0;
	c->max = 0;
}

size_t
counts_room(const struct counts *c, uint32_t code)
{
	size_t room = c->room ? c->room : 256;

	while (room <= code)
		room *= 2;
	return room;
}

static void
reach(struct counts *c, uint32_t code)
{
	size_t room = counts_room(c, code);

	assert(code < COUNTS_CODES_MAX);
	c->n = mem_grow(c->n, room, sizeof(*c->n));
	memset(c->n + c->room, 0, (room - c->room) * sizeof(*c->n));
	c->room = room;
}

static void
first_hit(struct counts *c, uint32_t code)
{
	if (c->used == c->hit_room) {
		c->hit_room = c->hit_room ? 2 * c->hit_room : 64;
		c->hit = mem_grow(c->hit, c->hit_room, sizeof(*c->hit));
	}
	c->hit[c->used++] = code;
	if (code > c->max)
		c->max = code;
}

void
counts_add(struct counts *c, const uint32_t *code, size_t n, size_t step)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t v = code[i * step];

		if (v >= c->room)
			reach(c, v);
		if (c->n[v]++ == 0)
			first_hit(c, v);
	}
	c->tokens += n;
}

void
counts_put(struct counts *c, uint32_t code, uint64_t n)
{
	if (!n)
		return;
	if (code >= c->room)
		reach(c, code);
	if (c->n[code] == 0)
		first_hit(c, code);
	c->n[code] += n;
	c->tokens += n;
}

double
counts_entropy_bits(const struct counts *c)
{
	return entropy_bits(c->n, c->hit, c->used, c->tokens);
}
