/*
 * relay.h - parts of streams to who counts them, while the next one is read.
 *
 * Large parts go to a second thread, so that a pipe need not wait; in the order
 * they came, one at a time.  At most one is counted while another waits.
 */
#ifndef REPORT_RELAY_H
#define REPORT_RELAY_H

#include <stddef.h>

#include "tensor/stream.h"

struct relay;

/* The threads that may run, 0: as many as there are cores.  NULL with one, or
 * when it cannot be started: parts are then counted as they come. */
struct relay *relay_open(size_t threads);

/* Waits. */
void relay_close(struct relay *r);

/* Have fn(arg, part) called; what it works on is its own until relay_wait.  p
 * was given out last by the stream, and is not to be used any more. */
typedef void relay_fn(void *arg, const struct part *p);
void relay_part(struct relay *r, struct stream *s, struct part *p, relay_fn *fn,
	void *arg);

/* Until all parts are through. */
void relay_wait(struct relay *r);

#endif
