/*
 * code_mix.h - the probabilities of a code's bits, mixed of what is stored and
 * of what the item has shown so far.
 *
 * A bit is a turn at a node of the tree.  Its logit is the sum of weights times
 * logits (Mahoney 2005): of the stored map, where there is one; of the share of
 * turns right counted at the node; and of those counted behind codes around it,
 * in hashed slots, which say less the fewer they are.  Weights and shares move
 * after every bit.  All is in whole numbers, shifted right arithmetically.
 */
#ifndef QUANT_CODE_MIX_H
#define QUANT_CODE_MIX_H

#include "quant/code_model.h"
#include "quant/code_port.h"

#define CODE_MIX_CONTEXTS 5 /* of codes around */

struct code_mix;

/* m outlives it. */
struct code_mix *code_mix_open(const struct code_model *m);
void code_mix_close(struct code_mix *x);

/* Forget all that was learned. */
void code_mix_begin(struct code_mix *x);

/* Code a leaf of a column behind the leaves around [CODE_MAP_AROUND], as
 * code_map.h counts them; returns it (it is not looked at where bits come in).
 */
uint32_t code_mix_leaf(struct code_mix *x, struct code_port *p, size_t column,
	const uint32_t *around, uint32_t leaf);

/* What codes around say of a code of a column. */
struct code_mix_place {
	size_t column;
	int32_t sum[CODE_MAP_RANK_MOST]; /* of the map, if there is one */
	uint32_t context[CODE_MIX_CONTEXTS];
};
void code_mix_look(const struct code_mix *x, size_t column,
	const uint32_t *around, struct code_mix_place *p);

/* The probability that code_mix_leaf would give there to going right at a node
 * that forks, `level` bits above the leaves.  Nothing is learned. */
unsigned code_mix_turn(const struct code_mix *x, const struct code_mix_place *p,
	size_t node, unsigned level);

#endif
