/*
 * step_rows.h - what a step does with some rows of its batch, in one thread.
 *
 * Backward lines stand beside the forward ones that they invert.  Sums over
 * rows are left by chunk, in s->da, s->db, s->recon and s->vq.
 */
#ifndef MODEL_STEP_ROWS_H
#define MODEL_STEP_ROWS_H

#include "model/step.h"

/* Rows v .. v+n-1 of the batch. */
struct step_rows {
	struct step *s;
	size_t v, n;
};

/* The latents. */
void step_rows_encode(struct step_rows w);

/* Parts of step_rows_losses, for a step that does other things between them:
 * the sums of codes; the gradients of B and of its input from that of the
 * output, in s->back; the quantizer's losses. */
void step_rows_sum(struct step_rows w);
void step_rows_decoder(struct step_rows w, size_t chunk);
double step_rows_recon(struct step_rows w);
double step_rows_quantizer(struct step_rows w);

/* Behind the search: losses, the gradients of codes (dq), of the decoder, and
 * dz: that of the latents, or, where the type pulls for itself, that of the
 * decoder's input. */
void step_rows_losses(struct step_rows w, size_t chunk);

/* The encoder's gradient from dz. */
void step_rows_encoder(struct step_rows w, size_t chunk);

#endif
