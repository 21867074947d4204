/*
 * moe_item.h - one item from a source through a trained model to a job.
 *
 * Rows go through in windows of CAPACITY_WINDOW from the item's start; memory
 * does not grow with the item (what several layers give waits in a temporary
 * file).  Routes: an item a layer, one behind the other, with the columns of
 * route.h; or, with apply, one item whose x F32 [n, outputs] is what the
 * model's head gives (real targets in their own units), or [n, width] what one
 * layer's experts give together.
 *
 * Tokens are rows of whole numbers below the model's vocabulary; each goes in
 * with those before it in the item, as far as the context reaches.
 */
#ifndef MODEL_MOE_ITEM_H
#define MODEL_MOE_ITEM_H

#include "model/job.h"
#include "model/moe.h"
#include "model/source.h"

struct moe_item_opts {
	const struct moe *model;
	const struct moe *shadow;   /* NULL: none; as many layers and columns */
	const char *id, *shadow_id; /* fingerprints */
	bool one;                   /* this layer alone */
	size_t layer;
	bool apply, plan, noise;
	double noise_db;
	size_t seed;
	bool progress; /* this is the only job */
	const char *program;
};

/* What one worker needs; o is borrowed until the close. */
struct moe_item;
struct moe_item *moe_item_open(const struct moe_item_opts *o);
void moe_item_close(struct moe_item *r); /* NULL is allowed */

/* The item that source_next gave.  An error is told and counted by the job. */
void moe_item_run(struct moe_item *r, struct source *s,
	const struct item_info *i, struct job *job);

#endif
