/*
 * anchor.h - codes of a model that is gone on with are held where they were,
 * and the latents that look for them.
 *
 *     loss += A vq_weight / E|z|^2
 *             (mean_v |z_v - z_v(old)|^2
 *              + sum_columns sum_j w_j |Q_j - Q_j(old)|^2)
 *     w_j   = (p_j + 1/k) / 2
 *
 * over the batch and its latents by the encoder as it is and as it was (held
 * codes alone would let the encoder move instead), and over the old model's k codes of a column; p_j is the share of the training
 * sample that the old model gives code j.  The weights of a column sum to 1, as
 * the shares of a batch do in the codebook's own loss: with A = 1 a code that
 * is used as before and learns by itself comes to rest halfway between where it
 * was and the mean of what it wins.
 *
 * By gradient where a type learns so; types that hold (learner.h) take
 * A w_j times a batch's vectors at the old place into their averages.
 */
#ifndef MODEL_ANCHOR_H
#define MODEL_ANCHOR_H

#include "model/step.h"
#include "model/trainee.h"

/* All-zero: nothing is held. */
struct anchor {
	struct trainee *t;    /* borrowed */
	double scale;         /* A vq_weight / E|z|^2 */
	double **weight;      /* [books] of [k]: w_j, summed over columns */
	struct panel encoder; /* the old one's, for NET_LINEAR */
};

/* After the start of t, which goes on with a model: t->o->anchor, above 0, is
 * A; s is the training sample. */
void anchor_init(struct anchor *a, struct trainee *t, const struct sample *s);
void anchor_free(struct anchor *a);

/* Behind step_run: adds to the gradients; returns the loss. */
double anchor_pull(const struct anchor *a, const struct step *s);

/* Whether codes of this type, so searched, can be held. */
bool anchor_fits(const struct learner_type *type);

#endif
