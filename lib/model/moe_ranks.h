/*
 * moe_ranks.h - a step of experts by several ranks (util/ranks.h), each on its
 * rows of the batch.
 *
 * Every loss is a mean over rows, so a rank's gradients count by its share of
 * them, and are summed in the order of ranks; the balance loss goes by the
 * loads of all.  What learns from rows gets the rows of all.
 */
#ifndef MODEL_MOE_RANKS_H
#define MODEL_MOE_RANKS_H

#include "model/moe_sets.h"
#include "model/moe_step.h"
#include "util/ranks.h"

/* moe_sets_read by all, each all rows: -1 also where they differ, or would be
 * those of stdin, which is the first rank's alone. */
int moe_ranks_read(
	struct moe_sets *s, const struct moe_sets_opts *o, struct err *e);

/* -1: ranks have other rows to learn from, or to judge on. */
int moe_ranks_alike(const struct moe_sets *s, struct err *e);

/* -1: this model has a loss or a limit that only one process can keep. */
int moe_ranks_check(const struct moe_opts *o, struct err *e);

/* The part of a batch that is this rank's. */
struct moe_batch moe_ranks_batch(
	const struct moe *m, const struct moe_batch *b);

/* Behind the forward pass: loads of a batch of n rows. */
void moe_ranks_loads(const struct moe *m, struct moe_work *w, size_t n);

/* Means over own rows of n, to those over all. */
void moe_ranks_figures(struct moe_figures *f, size_t own, size_t n);
void moe_ranks_gradient(struct moe *m, size_t own, size_t n);

/* Behind the gradients: what learners and figures read, of all n rows. */
void moe_ranks_rows(const struct moe *m, struct moe_work *w, size_t n);

#endif
