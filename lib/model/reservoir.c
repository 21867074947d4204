#include <stdlib.h>

#include "model/reservoir.h"
#include "util/mem.h"

void
reservoir_init(struct reservoir *r, size_t room, size_t d, uint64_t seed,
	uint64_t stream)
{
	*r = (struct reservoir){ .room = room, .d = d };
	rng_seed(&r->rng, seed, stream);
}

void
reservoir_free(struct reservoir *r)
{
	free(r->x);
	free(r->w);
	free(r->from);
	*r = (struct reservoir){ 0 };
}

static void
grow(struct reservoir *r)
{
	size_t room = r->count ? 2 * r->count : 1;

	r->x = mem_grow(r->x, room, r->d * sizeof(*r->x));
	if (r->w)
		r->w = mem_grow(r->w, room, sizeof(*r->w));
	if (r->from)
		r->from = mem_grow(r->from, room, sizeof(*r->from));
}

float *
reservoir_offer(struct reservoir *r)
{
	size_t at = r->count;

	r->seen++;
	if (r->count < r->room) {
		/* Grow by doubling: most data sets are smaller than room. */
		if ((r->count & (r->count - 1)) == 0)
			grow(r);
		r->count++;
		return r->x + at * r->d;
	}
	at = rng_below(&r->rng, r->seen);
	return at < r->room ? r->x + at * r->d : NULL;
}

static size_t
room_of(const struct reservoir *r)
{
	size_t room = 1;

	while (room < r->count)
		room *= 2;
	return room;
}

void
reservoir_note(
	struct reservoir *r, const float *place, struct reservoir_from from)
{
	if (!r->from)
		r->from = mem_zalloc(room_of(r), sizeof(*r->from));
	r->from[(size_t)(place - r->x) / r->d] = from;
}

void
reservoir_weigh(struct reservoir *r, const float *place, float w)
{
	size_t room = room_of(r);

	if (!r->w && w == 1)
		return;
	if (!r->w) {
		r->w = mem_floats(room);
		for (size_t i = 0; i < room; i++)
			r->w[i] = 1;
	}
	r->w[(size_t)(place - r->x) / r->d] = w;
}
