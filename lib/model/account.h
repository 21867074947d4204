/*
 * account.h - what became of the items of a command, in one line.
 */
#ifndef MODEL_ACCOUNT_H
#define MODEL_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>

#include "util/ledger.h"
#include "util/shard.h"

struct account {
	size_t done, failed;
	size_t state[LEDGER_STATES]; /* items that were in each */

	struct shard shard; /* whose part it is */
	bool skip_done;     /* states count; else done does */
	size_t max_errors;  /* failed items that end the run; 0: none */
	bool begun;         /* by account_begin */
	bool torn;          /* the output could not go on */
};

/* From now on SIGINT and SIGTERM say how many were done; account_moved: more
 * are; account_say ends that. */
void account_begin(struct account *a);
void account_moved(const struct account *a);

/* More failed than --max-errors has it: no item is begun any more. */
bool account_full(const struct account *a);

/*
 * Say, but for -q, "part 1/4: 3 done before, 2 done again (1 missing, 1
 * damaged), 7 new, 1 failed" with skip_done, else "part 1/4: 1 of 20 items
 * failed"; and why it ended before its end.  Nothing where nothing failed, or
 * the only item, which has been named, nor of skip_done without a begin.
 */
void account_say(const struct account *a);

#endif
