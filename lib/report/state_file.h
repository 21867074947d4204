/*
 * state_file.h - a state as a safetensors record: vq-stats --state.
 *
 * Metadata: kind = state, state = 1 (this form), columns, tokens,
 * whole_tokens, items, failed_items, and where they are known codes and model;
 * joint = full where there were too many different tokens.  Tensors: rates F64
 * [4] (the members of struct rates) and coded F64 [6] (of struct coded_sum); those
 * of state_pairs.h; of codes
 *
 *     used U64 [columns]           codes hit, of each column
 *     code U32, count U64 [sum]    they in ascending order, column by column
 *     joint.code U32 [m, columns]  different whole tokens, in any order, and
 *     joint.count U64 [m]          how often; with several columns only
 */
#ifndef REPORT_STATE_FILE_H
#define REPORT_STATE_FILE_H

#include <stdbool.h>

#include "report/state.h"
#include "util/input.h"
#include "util/output.h"

/* Does a state come next?  False also where nothing can be read. */
bool state_file_next(struct input *in);

/*
 * Read one state, which others may follow, to s, all-zero but for keys.  Whatever
 * is wrong in it is found before it is used: shapes, codes that are not below
 * k or stand twice, counts that do not add up.  -1: s is as it
 * was.
 */
int state_file_read(struct state *s, struct input *in, struct err *e);

int state_file_write(const struct state *s, struct output *o, struct err *e);

#endif
