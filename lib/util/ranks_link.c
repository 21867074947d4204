#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/mem.h"
#include "util/progress.h"
#include "util/ranks_link.h"

/* How many processes whoever started this one says that there are; 0: nobody
 * does. */
static size_t
announced(void)
{
	/* Slurm has a step of so many for any command; for MPI with PMIx. */
	const char *says[] = { getenv("OMPI_COMM_WORLD_SIZE"),
		getenv("PMI_SIZE"),
		getenv("PMIX_RANK") ? getenv("SLURM_STEP_NUM_TASKS") : NULL };

	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++)
		if (says[i])
			return strtoul(says[i], NULL, 10);
	return 0;
}

void
ranks_link_machine(char *name, size_t room)
{
	if (gethostname(name, room) != 0)
		snprintf(name, room, "?");
	name[room - 1] = '\0';
}

#ifdef HAVE_MPI

#include <mpi.h>

/* Open MPI's mpirun says so; srun and others, by PMI. */
static bool
started_together(void)
{
	static const char *const says[] = { "OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
		"PMIX_RANK" };

	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++)
		if (getenv(says[i]))
			return true;
	return false;
}

#define PIECE ((size_t)1 << 30) /* bytes in a message, at most */

static bool
joined(void)
{
	int begun = 0, ended = 0;

	MPI_Initialized(&begun);
	MPI_Finalized(&ended);
	return begun && !ended;
}

int
ranks_link_begin(struct err *e)
{
	int level;

	if (started_together())
		MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
	if (announced() < 2 || ranks_link_count() > 1)
		return 0;
	return err_set(e,
		"started as one of %zu processes, but by an MPI that is not "
		"this build's, and so alone: each would do all the work",
		announced());
}

void
ranks_link_end(void)
{
	if (joined())
		MPI_Finalize();
}

void
ranks_link_abort(int status)
{
	if (joined())
		MPI_Abort(MPI_COMM_WORLD, status);
}

size_t
ranks_link_count(void)
{
	int n = 1;

	if (joined())
		MPI_Comm_size(MPI_COMM_WORLD, &n);
	return (size_t)n;
}

size_t
ranks_link_own(void)
{
	int i = 0;

	if (joined())
		MPI_Comm_rank(MPI_COMM_WORLD, &i);
	return (size_t)i;
}

static int
whole(size_t n)
{
	if (n > INT_MAX) {
		say_error(NULL, "more at once than MPI takes");
		MPI_Abort(MPI_COMM_WORLD, 1);
	}
	return (int)n;
}

static MPI_Datatype
unit_of(size_t bytes)
{
	MPI_Datatype unit;

	MPI_Type_contiguous(whole(bytes), MPI_BYTE, &unit);
	MPI_Type_commit(&unit);
	return unit;
}

/* [ranks] as MPI takes it; at: where they begin instead, one behind another. */
static int *
numbers(const size_t *count, bool at)
{
	size_t n = ranks_link_count(), sum = 0;
	int *x = mem_alloc(n, sizeof(*x));

	for (size_t i = 0; i < n; i++) {
		x[i] = whole(at ? sum : count[i]);
		sum += count[i];
	}
	return x;
}

void
ranks_link_gather(void *x, const size_t *count, const size_t *at, size_t bytes)
{
	MPI_Datatype unit = unit_of(bytes);
	int *n = numbers(count, false), *from = numbers(at, false);

	MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, x, n, from, unit,
		MPI_COMM_WORLD);
	MPI_Type_free(&unit);
	free(n);
	free(from);
}

void
ranks_link_deal(const void *send, const size_t *sends, void *get,
	const size_t *gets, size_t bytes)
{
	MPI_Datatype unit = unit_of(bytes);
	int *sn = numbers(sends, false), *sat = numbers(sends, true);
	int *gn = numbers(gets, false), *gat = numbers(gets, true);

	MPI_Alltoallv(send, sn, sat, unit, get, gn, gat, unit, MPI_COMM_WORLD);
	MPI_Type_free(&unit);
	free(sn);
	free(sat);
	free(gn);
	free(gat);
}

void
ranks_link_copy(void *x, size_t bytes, size_t from)
{
	char *at = x;

	for (size_t n; bytes; at += n, bytes -= n) {
		n = bytes < PIECE ? bytes : PIECE;
		MPI_Bcast(at, (int)n, MPI_BYTE, (int)from, MPI_COMM_WORLD);
	}
}

int
ranks_link_most(int x)
{
	MPI_Allreduce(MPI_IN_PLACE, &x, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
	return x;
}

#else

int
ranks_link_begin(struct err *e)
{
	if (announced() < 2)
		return 0;
	return err_set(e,
		"this build knows no MPI (make MPI=1 does): each of %zu "
		"processes that are started together would do all the work",
		announced());
}

void
ranks_link_end(void)
{
}

void
ranks_link_abort(int status)
{
	(void)status;
}

size_t
ranks_link_count(void)
{
	return 1;
}

size_t
ranks_link_own(void)
{
	return 0;
}

void
ranks_link_gather(void *x, const size_t *count, const size_t *at, size_t bytes)
{
	(void)x;
	(void)count;
	(void)at;
	(void)bytes;
}

void
ranks_link_deal(const void *send, const size_t *sends, void *get,
	const size_t *gets, size_t bytes)
{
	(void)gets;
	memcpy(get, send, sends[0] * bytes);
}

void
ranks_link_copy(void *x, size_t bytes, size_t from)
{
	(void)x;
	(void)bytes;
	(void)from;
}

int
ranks_link_most(int x)
{
	return x;
}

#endif
