/*
 * moe_adopt.h - what training goes on from: a model, or experts of elsewhere.
 */
#ifndef MODEL_MOE_ADOPT_H
#define MODEL_MOE_ADOPT_H

#include "model/moe.h"
#include "tensor/record.h"

/*
 * Rows that r (a model of moe_file.h) has come from it (of a head with more
 * outputs the first ones), the others stay as they are.  So do the codebook and
 * its map where both have K codes and the same o.map (no map_path), but not
 * those of a hybrid for another kind; a hybrid's map is that of its rules, or,
 * without, that of a hybrid; and frozen routers of the same kind.
 * Means and scales come along.  A row of another shape is an error.  Packs m.
 */
int moe_adopt_model(struct moe *m, const struct record *r, struct err *e);

/*
 * Experts from elsewhere: experts.fc1.weight [E, H, D], experts.fc2.weight
 * [E, D, H], their biases if there, router.weight [E, D] if there.  _opts sets
 * what o says of the model: no input map and no head, fixed experts, and a
 * fixed router if there is one; _experts fills them in and packs m.
 */
int moe_adopt_opts(struct moe_opts *o, const struct record *r, struct err *e);
int moe_adopt_experts(struct moe *m, const struct record *r, struct err *e);

/* Whether a model that was `was` can go on as o: a hybrid's rules need not be
 * given again where its codes stay. */
int moe_adopt_rules(
	const struct moe_opts *o, const struct moe_opts *was, struct err *e);

#endif
