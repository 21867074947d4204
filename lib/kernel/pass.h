/*
 * pass.h - vectors that share one pass over all codes of a search.
 *
 * They lie in lanes (panel.h), as many as stay in the second-level cache
 * beside a block of codes.  Answers do not depend on how vectors are dealt to
 * passes.
 */
#ifndef KERNEL_PASS_H
#define KERNEL_PASS_H

#include <stdbool.h>
#include <stddef.h>

#include "kernel/panel.h"

#define PASS_PANELS 30

struct pass {
	struct panel_lanes lanes[PASS_PANELS];
	size_t panels;
};

/* The most vectors of d numbers in a pass. */
size_t pass_rows(size_t d);

/* Scratch floats for a pass. */
size_t pass_work(size_t d);

/* Lay n <= pass_rows(d) rows of x [n, d], less centre, into work, with nothing
 * found yet; with room for a runner-up if asked. */
void pass_lay(struct pass *p, const float *x, size_t n, size_t d,
	const float *centre, bool second, float *work);

/* The best row of codes for each, and the runner-up where there is room. */
void pass_search(const struct pass *p, const struct panel *codes);

/* Rows a task of a pool, for n rows on so many threads: at most `most`. */
size_t pass_chunk(size_t n, size_t most, size_t threads);

#endif
