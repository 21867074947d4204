/*
 * pool.h - parallel-for over fixed chunks of work.
 *
 * The caller cuts the work into chunks whose size does not depend on the
 * number of threads and reduces their results in chunk order; so the answer
 * has the same bits for any number of threads.  A NULL pool means "in this
 * thread": every function here accepts it.
 */
#ifndef UTIL_POOL_H
#define UTIL_POOL_H

#include <stddef.h>

struct pool;

/* threads = 0: one for each core this process may use.  NULL when 1 or when
 * no thread can be started: the work is then done in the calling thread. */
struct pool *pool_open(size_t threads);
void pool_close(struct pool *p);

/* Threads that run work, the caller included: 1 for a NULL pool. */
size_t pool_threads(const struct pool *p);

/* Cores that this process may use, at least 1. */
size_t pool_cores(void);

/*
 * Call fn(arg, chunk, worker) once for each chunk in 0 .. chunks-1, in any
 * order, from several threads; worker < pool_threads(p) tells them apart.
 * Returns when all are done.  Not to be called from inside fn.
 */
typedef void pool_fn(void *arg, size_t chunk, size_t worker);
void pool_run(struct pool *p, size_t chunks, pool_fn *fn, void *arg);

#endif
