/*
 * state_pairs.h - pairs of neighbours as tensors of a state, and back.  For
 * state_file.c.
 *
 * Of `left` and of `upper`, where any pair came: <way>.all U64 [columns], pairs
 * that came; <way>.used U64 [columns], different ones, 2^64 - 1 where there were
 * too many; <way>.codes U32 [m, 2], they column by column, in any order (the
 * neighbour first); <way>.count U64 [m].
 */
#ifndef REPORT_STATE_PAIRS_H
#define REPORT_STATE_PAIRS_H

#include "report/state.h"
#include "tensor/record.h"

/* To s, which has its columns.  -1: they do not add up, or are not of codes
 * that came. */
int state_pairs_read(struct state *s, const struct record *r, struct err *e);

void state_pairs_add(struct record *r, const struct state *s);

#endif
