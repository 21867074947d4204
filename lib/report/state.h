/*
 * state.h - what counting codes has come to: kept in a file between runs,
 * and added up.
 *
 * Every figure of codes follows from it, and adding is exact and in any order:
 * whole numbers, and sums of numbers so coarse that doubles hold them.
 */
#ifndef REPORT_STATE_H
#define REPORT_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "report/coded.h"
#include "report/rates.h"
#include "stats/neighbours.h"
#include "stats/tally.h"
#include "util/err.h"

/* Totals stay below this: they are numbers of JSON. */
#define STATE_COUNT_MAX ((uint64_t)1 << 62)

/* All-zero is empty. */
struct state {
	struct tally tally;    /* cols 0: no codes came */
	char *codes;           /* k of each column, as the key `codes`; NULL:
	                          not known */
	char *model;           /* fingerprint; NULL: not known */
	uint64_t whole_tokens; /* of items that did not fail */
	uint64_t items, failed;
	struct rates rates;
	struct coded_sum coded;
	struct neighbours around; /* as many columns as tally has */
	size_t keys; /* of different tokens, and of pairs each way (--joint-limit);
	                0: JOINT_KEYS.  The holder's, never added */
};
void state_free(struct state *s);

/* Of no columns yet: make room for them. */
void state_columns(struct state *s, size_t cols);

/*
 * Add what `from` counted.  -1: the two are of other columns, codebooks or
 * models, would need too many counters, or count beyond STATE_COUNT_MAX; `to` is
 * then as it was.
 */
int state_add(struct state *to, const struct state *from, struct err *e);

#endif
