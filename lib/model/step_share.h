/*
 * step_share.h - what the ranks of a step (util/ranks.h) tell each other, and
 * sums over its chunks.
 *
 * Gradients of codes go as rows and are summed by each rank in the order of
 * rows; those of the maps as the chunks' partial sums, added in the order of
 * chunks.  So a step has the same bits for any number of ranks, but with
 * NET_CONV: there each sums the nets' gradients of its own fields first.
 *
 * With step.sums each rank sums all gradients of its own rows first, and what
 * goes is these sums: for each code that any row chose d numbers, not for each
 * row, and of a fixed table nothing.
 */
#ifndef MODEL_STEP_SHARE_H
#define MODEL_STEP_SHARE_H

#include "model/step.h"

/* Behind the losses, what all need of all rows: codes, what they were found
 * for where something learns from that, and the gradients of codes or, where
 * types pull, of what comes out. */
void step_share_rows(struct step *s);

/* Of step.sums, behind the gradients of codes of a rank's own rows: the sums of
 * all ranks' into ps->g, in the order of ranks. */
void step_share_codes(struct step *s);

/* Behind the encoder's gradients: those of maps and nets, into ps->g. */
void step_share_maps(struct step *s);

/* After a step: x and z of all rows, which each rank has of its own. */
void step_share_inputs(const struct step *s);

#endif
