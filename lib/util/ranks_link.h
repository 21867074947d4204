/*
 * ranks_link.h - what ranks.h needs of MPI.
 *
 * The only file that knows it.  A build without it (make MPI=1 has it) has one
 * rank, as has a process that mpirun did not start.  Errors of MPI end all
 * ranks, with its words.
 */
#ifndef UTIL_RANKS_LINK_H
#define UTIL_RANKS_LINK_H

#include <stddef.h>

#include "util/err.h"

/* -1: several were started together, and this build, or this MPI, knows nothing
 * of the others. */
int ranks_link_begin(struct err *e);
void ranks_link_end(void);
void ranks_link_abort(int status);

size_t ranks_link_count(void);
size_t ranks_link_own(void);

/* The name of this rank's machine. */
void ranks_link_machine(char *name, size_t room);

/* Of units of so many bytes, count[rank] are each rank's, from at[rank] on. */
void ranks_link_gather(
	void *x, const size_t *count, const size_t *at, size_t bytes);

/* Units to and from each rank, as ranks_deal. */
void ranks_link_deal(const void *send, const size_t *sends, void *get,
	const size_t *gets, size_t bytes);

/* A rank's bytes to all others. */
void ranks_link_copy(void *x, size_t bytes, size_t from);

int ranks_link_most(int x);

#endif
