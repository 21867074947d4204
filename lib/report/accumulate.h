/*
 * accumulate.h - a file that the counts of many runs are added to.
 */
#ifndef REPORT_ACCUMULATE_H
#define REPORT_ACCUMULATE_H

#include <stdbool.h>

#include "report/state.h"
#include "util/output.h"

struct accumulate_opts {
	const char *path; /* --state; NULL: none */
	bool merge;       /* --merge: operands are states, path is written */
	bool force;       /* it may be there then */
};

#define ACCUMULATE_ROWS(a) \
	{ 0, "state", "FILE", \
		"add the counts of codes to FILE, and report it", \
		.str = &(a)->path }, \
	{ \
		0, "merge", NULL, "join states, to --state if it is given", \
			.flag = &(a)->merge \
	}

/* The state at path, s all-zero before; left so where there is no file yet. */
int accumulate_read(struct state *s, const char *path, struct err *e);

/* What is written but not there yet.  All-zero: nothing. */
struct accumulating {
	struct output *out;
	bool locked; /* by this lock (util/lock.h) */
	int lock;
};

/*
 * Add run to the file at path, which is made if it is not there, and give what
 * there will be in total (all-zero before).  Others who add wait until
 * accumulate_commit or accumulate_abort; the file is the old one or the new one
 * at any moment, whoever is killed.  -1: nothing is held.
 */
int accumulate_add(struct accumulating *a, const struct state *run,
	const char *path, struct state *total, struct err *e);

/* Write a state to a file of its own; force: it may be there. */
int accumulate_write(struct accumulating *a, const struct state *s,
	const char *path, bool force, struct err *e);

/* Put it in its place, or leave that as it was; both are allowed with
 * nothing. */
int accumulate_commit(struct accumulating *a, struct err *e);
void accumulate_abort(struct accumulating *a);

#endif
