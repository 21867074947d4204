/*
 * moe_book.h - codebooks, maps and frozen routers, made once in training.
 *
 * Of each layer's u: k-means, then the map (DESIGN section 7).  grouped maps
 * are balanced by use; distil sends a code to the expert that the continuous
 * router most often chooses first for its tokens (to the grouped one where no
 * token has it).  kmeans: the centres of E clusters of frozen features (a copy
 * of the input map as it is now).  stable: a linear router of frozen features
 * learns the choice of the layer's own, by logistic regression.
 */
#ifndef MODEL_MOE_BOOK_H
#define MODEL_MOE_BOOK_H

#include "model/moe.h"

/* Rows that moe_book_build wants: 20 a code, 4,096 to 65,536; one a
 * code at least. */
size_t moe_book_rows(const struct moe *m);

/* Is it due, before step adam.step + 1? */
bool moe_book_is_due(const struct moe *m);

/*
 * sample: rows of the training data, at least as many as codes.  *agreement
 * (stable): the share of the sample's tokens that the distilled router sends
 * where the learned one did, least of the layers; else 1.
 */
int moe_book_build(struct moe *m, const struct moe_batch *sample,
	double *agreement, struct err *e);

/* Of a hybrid: the map that o.rules ask for; NULL and the reason. */
uint32_t *moe_book_rules(const struct moe *m, struct err *e);

/* Random frozen routers: at the start of training. */
void moe_book_freeze_random(struct moe *m);

/* -1 if there is no step at which what this router needs would be made. */
int moe_book_check(const struct moe *m, struct err *e);

#endif
