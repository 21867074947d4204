/*
 * step_field.h - a step of a net that sees neighbours: layer by layer over the
 * whole batch, where step_rows.h goes through some rows from end to end.
 */
#ifndef MODEL_STEP_FIELD_H
#define MODEL_STEP_FIELD_H

#include "model/step.h"

/* The latents of s->x. */
void step_field_encode(struct step *s);

/* Behind the search: as step_rows_losses, for chunks of `rows` rows. */
void step_field_losses(struct step *s, size_t chunks, size_t rows);

/* Of the encoder, from dz. */
void step_field_backward(struct step *s);

#endif
