/*
 * coded.h - the bits that codes take when they are packed with their model.
 *
 * Of models that hold a context (map_file.h), and of packed input with any: the
 * sum of -log2 p by the probabilities of code_state.h, which is what
 * vq-encode --pack writes, but for heads and rounding.
 */
#ifndef REPORT_CODED_H
#define REPORT_CODED_H

#include <stdint.h>

#include "tensor/stream.h"

struct coded;

/* path: of the model; NULL: none.  What cannot be read of it is told when packed
 * codes come. */
struct coded *coded_open(const char *path);
void coded_close(struct coded *c);

/* For stream_opts; NULL without a model. */
const struct packed_reader *coded_reader(const struct coded *c);

/* A part of an item of codes that was counted. */
void coded_part(struct coded *c, const struct part *p);

/* Bits a token of all items, of the last one so far; NaN where they are not
 * known: without such a model, or with codes that are none of it. */
double coded_bits(const struct coded *c);
double coded_item_bits(const struct coded *c);

#endif
