/*
 * dispatch.h - tokens sorted by expert, ready for one product an expert.
 *
 * An assignment is a place in experts [n, s]: row * s + column.  order holds
 * those that were not dropped, expert by expert, within an expert in their own
 * order; expert j has order[offset[j] .. offset[j + 1]).
 */
#ifndef MODEL_DISPATCH_H
#define MODEL_DISPATCH_H

#include <stddef.h>
#include <stdint.h>

/* order [n * s], offset [e + 1]; every expert is below e or ROUTER_DROPPED. */
void dispatch_sort(const uint16_t *experts, size_t n, size_t s, size_t e,
	uint32_t *order, size_t *offset);

#endif
