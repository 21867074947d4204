/*
 * capacity.h - at most so many tokens an expert.
 */
#ifndef MODEL_CAPACITY_H
#define MODEL_CAPACITY_H

#include <stddef.h>
#include <stdint.h>

#define CAPACITY_WINDOW ((size_t)4096)

/* ceil(factor * n * t / e), at most n * t. */
size_t capacity_room(double factor, size_t n, size_t t, size_t e);

/*
 * A window of n tokens, experts and gates [n, t]: an expert that has had
 * `room` of them gets no more, token by token, of a token the best first.
 * What is dropped becomes ROUTER_DROPPED with gate 0; the other gates stay.
 * Returns how many; count is scratch [e].
 */
size_t capacity_drop(uint16_t *experts, float *gates, size_t n, size_t t,
	size_t e, size_t room, uint32_t *count);

#endif
