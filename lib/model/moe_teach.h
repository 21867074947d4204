/*
 * moe_teach.h - targets for experts of elsewhere: what their own layer gives.
 */
#ifndef MODEL_MOE_TEACH_H
#define MODEL_MOE_TEACH_H

#include "model/moe.h"
#include "model/moe_rows.h"

/*
 * Where rows r of floats [n, width] have no target, it is the output of m's
 * continuous path: m is bare, its experts and router are adopted and packed,
 * its codebook is not made yet.
 */
void moe_teach_targets(const struct moe *m, struct moe_rows *r);

#endif
