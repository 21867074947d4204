/*
 * ordered.h - work on many items at once, results in the items' order.
 *
 * Items are claimed in order by worker threads.  Each item runs work(), then
 * takes its turn: turn() is called for item 0, 1, 2, ... in order, one at a
 * time.  An item that must stream (its result does not fit in memory) calls
 * ordered_wait inside work() to wait for its turn, and then owns the output
 * until its work() returns.
 */
#ifndef UTIL_ORDERED_H
#define UTIL_ORDERED_H

#include <stdbool.h>
#include <stddef.h>

struct ordered;

struct ordered_ops {
	/* In any thread.  worker < threads. */
	void (*work)(void *arg, struct ordered *o, size_t item, size_t worker);
	/* In order.  False stops: items not yet begun are left out, and no
	 * further turn() is called. */
	bool (*turn)(void *arg, size_t item);
};

/* Run all items; threads >= 1.  At most 2 * threads items wait finished. */
void ordered_run(
	const struct ordered_ops *ops, void *arg, size_t items, size_t threads);

/* Inside work(item): wait until all earlier items had their turn.  False if
 * the run was stopped meanwhile: give up. */
bool ordered_wait(struct ordered *o, size_t item);

#endif
