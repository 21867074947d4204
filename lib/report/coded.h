/*
 * coded.h - the bits that codes take when they are packed with their model.
 *
 * Of models that hold a context (map_file.h), and of packed input with any: the
 * sum of -log2 p by the probabilities of code_state.h, which is what
 * vq-encode --pack writes, but for heads and rounding.
 */
#ifndef REPORT_CODED_H
#define REPORT_CODED_H

#include <jansson.h>

#include "report/rates.h"
#include "tensor/stream.h"

struct coded;

/* The bits of whole items, in parts of 2^-10: their sum is the same in any
 * order up to 2^43 of them. */
struct coded_sum {
	double bits;
	uint64_t tokens;
	struct rates rates; /* of bits */
};

/* Add what another has. */
void coded_join(struct coded_sum *s, const struct coded_sum *other);

/* path: of the model; NULL: none.  What cannot be read of it is told when packed
 * codes come. */
struct coded *coded_open(const char *path);
void coded_close(struct coded *c);

/* For stream_opts; NULL without a model. */
const struct packed_reader *coded_reader(const struct coded *c);

/* A part of an item of codes that was counted. */
void coded_part(struct coded *c, const struct part *p);

/*
 * coded_bits (a token), coded_bits_per_pixel and coded_bits_per_second of all
 * items, of the last one so far; absent where they are not known: without such
 * a model, or with codes that are none of it.
 */
void coded_set(json_t *o, const struct coded *c);
void coded_set_item(json_t *o, const struct coded *c);

/* The sum over all items so far, to be added to. */
struct coded_sum *coded_all(struct coded *c);

/* Codes that say they are of another model than the one they were held
 * against. */
void coded_warn(json_t *warnings, const struct coded *c);

#endif
