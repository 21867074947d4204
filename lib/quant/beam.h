/*
 * beam.h - the codes of all stages chosen together, by a beam search.
 *
 * quantizer_encode takes the nearest code of each stage and never looks back.
 * Here the `width` prefixes of codes that leave the least squared error stay:
 * at each stage each proposes its `width` nearest codes, and the best of all
 * proposals are the next prefixes; at the last stage each takes its nearest.
 * This is the M-L search of multi-stage VQ (LeBlanc, Bhattacharya, Mahmoud and
 * Cuperman 1993, IEEE Trans. Speech Audio Proc. 1(4)).  Groups have
 * dimensions of their own: each is searched by itself.
 *
 * Ties: the least error, then the better parent, then nearest_top.h's order.
 * What quantizer_encode would choose stays among the prefixes, and gives way
 * in the end only to codes whose sum is strictly nearer, by an error summed in
 * double.  So no group's error is above quantizer_encode's; the codes are its
 * own, bit for bit, for a width of 1 and for one stage.  All errors are summed
 * in one order: codes depend on the vector alone, as in nearest.h.
 */
#ifndef QUANT_BEAM_H
#define QUANT_BEAM_H

#include <stddef.h>
#include <stdint.h>

#include "quant/quantizer.h"
#include "util/err.h"

#define BEAM_MOST 64 /* the greatest width */

/* A beam is for codes that are chosen by distance alone: the nearest of one
 * table.  -1 where a codebook's search is another, with words. */
int beam_fits(const struct quantizer *q, struct err *e);

struct beam;

/* For one thread.  q fits and is borrowed until beam_close; 1 <= width <=
 * BEAM_MOST, 1 <= stages <= q->stages.  Memory does not grow with what is
 * encoded. */
struct beam *beam_open(const struct quantizer *q, size_t width, size_t stages);
void beam_close(struct beam *b); /* takes NULL */

/* z is [n, d]; codes is [n, stages * groups], as of quantizer_encode. */
void beam_encode(struct beam *b, const float *z, size_t n, uint32_t *codes);

#endif
