/*
 * farewell.h - what SIGINT and SIGTERM still leave to say: how far the work was.
 *
 * Then they do what they would have done.  One at a time in a process, begun and
 * ended by the main thread (thread.h); one that is ignored (nohup) stays so.
 */
#ifndef UTIL_FAREWELL_H
#define UTIL_FAREWELL_H

#include <stddef.h>

/* From now on a note (progress.h): before, the count, behind. */
void farewell_begin(const char *before, const char *behind);

/* In any thread. */
void farewell_count(size_t n);

/* Nothing is said any more; without a begin, too. */
void farewell_end(void);

#endif
