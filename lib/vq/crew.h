/*
 * crew.h - the threads of a handle that several threads may call at once.
 *
 * One of the callers has the pool, the others work by themselves.
 */
#ifndef VQ_CREW_H
#define VQ_CREW_H

#include <stddef.h>

#include "util/pool.h"

struct crew;

struct crew *crew_open(void); /* without a pool */
void crew_close(struct crew *c);

/* While nobody has it.  -1: more threads than a process can have. */
int crew_set(struct crew *c, size_t threads);

/* The pool, or NULL if there is none or another has it; crew_give takes what
 * crew_take gave. */
struct pool *crew_take(struct crew *c);
void crew_give(struct crew *c, struct pool *p);

#endif
