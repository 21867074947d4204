/*
 * ranks.h - the processes that do one work together, on one machine or many:
 * MPI's ranks.  Built without MPI, or not started by mpirun, there is one, and
 * every function here does nothing or the obvious.
 *
 * The ranks are replicas: each holds the whole state and does the same steps
 * from the same numbers.  Work on data is cut into units (rows, chunks); a rank
 * does its share of them, and then all have all of it.  So what comes of it has
 * the same bits for any number of ranks wherever a unit is computed alone and
 * reduced in the order of units; ranks_sum is for what is not.
 *
 * All ranks call these functions in the same order, each from its main thread.
 * MPI itself is the state.  A rank that dies, or that loses another, ends all.
 */
#ifndef UTIL_RANKS_H
#define UTIL_RANKS_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"
#include "util/pool.h"
#include "util/strlist.h"

/* Where main() begins and ends; -1: mpirun started several, and this build
 * knows no MPI.  Behind the begin ranks other than the first say only errors. */
int ranks_begin(struct err *e);
void ranks_end(void);

/* End all ranks now, from one of them: where the others do not know. */
void ranks_abort(int status);

/* What main() does with the words of a failure.  If ranks_agree gave them all
 * ranks have failed, and the first says them; else this one says them and ends
 * all, for others may wait for it. */
void ranks_fail(const struct err *e);

size_t ranks_count(void);
size_t ranks_own(void); /* this one's number, from 0 */
bool ranks_first(void); /* it is 0: who writes and reports */

/* Units from .. end-1 of n, whole chunks of them, in the order of ranks. */
struct ranks_share {
	size_t from, end;
};
struct ranks_share ranks_share(size_t n, size_t chunk, size_t rank);

/* x is n units of so many bytes, of which each rank has its share: now all.
 * Several of them at once, which is one message instead of as many. */
struct ranks_part {
	void *x;
	size_t n, chunk, bytes;
};
void ranks_gather(void *x, size_t n, size_t chunk, size_t bytes);
void ranks_gather_parts(const struct ranks_part *part, size_t parts);

/* pool_run of this rank's share of the chunks. */
void ranks_run(struct pool *p, size_t chunks, pool_fn *fn, void *arg);

/* x [n] = the sum of all ranks' x, in the order of ranks. */
void ranks_sum(float *x, size_t n);
void ranks_sum_doubles(double *x, size_t n);

/* The first rank's bytes. */
void ranks_copy(void *x, size_t bytes);

/* The first rank's names, whatever the others have. */
void ranks_list(struct strlist *l);

/* All ranks' n units of so many bytes, in the order of ranks; a rank's begin at
 * (*from)[rank], and all end at (*from)[ranks_count()].  Both are the
 * caller's. */
void *ranks_collect(const void *x, size_t n, size_t bytes, size_t **from);

/* Units of so many bytes: send has them in the order of the ranks that they go
 * to, sends [ranks] how many go to each; get and gets: what comes. */
void ranks_deal(const void *send, const size_t *sends, void *get,
	const size_t *gets, size_t bytes);

/* The largest of all. */
int ranks_most(int x);
bool ranks_any(bool x);

/*
 * 0 if status is 0 on all.  Else -1 on all, e the words of the first rank that
 * failed, under its name where it is another than the first.
 */
int ranks_agree(int status, struct err *e);

/* -1 if the bytes are not the same on all ranks: what differs, and why it may
 * not, in the words. */
int ranks_alike(const char *what, const char *why, const void *x, size_t bytes,
	struct err *e);
#define RANKS_SAME_MACHINES "processors and libraries of all must be alike"

#endif
