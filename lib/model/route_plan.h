/*
 * route_plan.h - the assignments of a part of a route stream, by expert.
 *
 * An assignment is an entry of experts [rows, s], numbered row * s + column.
 *
 *     offsets U64 [experts + 1]   expert j has order[offsets[j] .. offsets[j + 1])
 *     order U32 [m]               in the order of their numbers; m = offsets[experts]
 *
 * Dropped ones are in none.  Rows are counted from the first of the part.
 */
#ifndef MODEL_ROUTE_PLAN_H
#define MODEL_ROUTE_PLAN_H

#include <stdbool.h>

#include "tensor/writer.h"

/* Adds both to each part whose first tensor is `experts` U16; *experts of them
 * there are, and it outlives the writer. */
struct writer_extra route_plan_extra(const size_t *experts);

/* Is it one of the two?  They do not go along with rows. */
bool route_plan_is(const struct record *r, const struct tensor *t);

#endif
