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
	*r = (struct reservoir){ 0 };
}

float *
reservoir_offer(struct reservoir *r)
{
	size_t at = r->count;

	r->seen++;
	if (r->count < r->room) {
		/* Grow by doubling: most data sets are smaller than room. */
		if ((r->count & (r->count - 1)) == 0)
			r->x = mem_grow(r->x, (r->count ? 2 * r->count : 1),
				r->d * sizeof(*r->x));
		r->count++;
		return r->x + at * r->d;
	}
	at = rng_below(&r->rng, r->seen);
	return at < r->room ? r->x + at * r->d : NULL;
}
