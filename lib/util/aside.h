/*
 * aside.h - work in a second thread, one piece at a time, in the order given.
 *
 * For a reader that goes on reading while what it read is worked on.  A NULL
 * aside means "in this thread": every function here accepts it.
 */
#ifndef UTIL_ASIDE_H
#define UTIL_ASIDE_H

struct aside;

/* NULL when no thread can be started. */
struct aside *aside_open(void);

/* After the piece under way. */
void aside_close(struct aside *a);

/* Wait for the piece before, then have fn(arg) called; it may be under way
 * when this returns. */
typedef void aside_fn(void *arg);
void aside_do(struct aside *a, aside_fn *fn, void *arg);

/* Wait until nothing is under way: what the pieces wrote can be read. */
void aside_wait(struct aside *a);

#endif
