/*
 * window.h - what came to counts since the last look at them.
 */
#ifndef STATS_WINDOW_H
#define STATS_WINDOW_H

#include <stddef.h>
#include <stdint.h>

/* All-zero: nothing was there before. */
struct window {
	uint64_t *before, *added; /* [room] */
	size_t room;
	uint64_t total; /* the sum of added */
};

void window_free(struct window *w);

/* Counts now[0..n), none below what it was: w->added[0..n) is what came since
 * the step before, where n may have been less but not more. */
void window_step(struct window *w, const uint64_t *now, size_t n);

#endif
