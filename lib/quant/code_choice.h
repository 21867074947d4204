/*
 * code_choice.h - codes chosen by their distance and by the bits that packing
 * them takes.
 *
 * Of a column of codes with its part x of the latent, or of what the stages
 * before left of it, the code j with the least
 *
 *     |y - key_j|^2 + lambda bits_j
 *
 * (codebook.h says what y and key are), where bits_j is what code_state.h would
 * take for j after the codes already chosen; the next codes' bits then go by
 * this choice.  That is entropy-constrained VQ (Chou, Lookabaugh and Gray 1989)
 * with the coder's own conditional probabilities, as in video coders' choice of
 * modes (Sullivan and Wiegand 1998).  What a choice does to the bits of later
 * ones is not looked at.
 *
 * A decoder that sees neighbours adds up the errors e = q - z that they share,
 * and cheap codes do share them.  Coupled, what is made small of a token is
 *
 *     |e|^2 + 2 e . (near (e_left + e_above) + corner (e_above left +
 *                    e_above right)) + lambda bits
 *
 * by aiming at z less these sums instead of z (error feedback, as in noise
 * shaping); errors outside of the grid are 0.
 *
 * The least of all k codes is found, by branch and bound on the tree of codes:
 * no code below a node costs less than the turns to the node and the shortest
 * distance below it.  Bits are in 65,536ths, distances the exact scores of
 * nearest.h: the same codes on every machine.  Among equals the first leaf that
 * is come to stays.
 */
#ifndef QUANT_CODE_CHOICE_H
#define QUANT_CODE_CHOICE_H

#include "quant/code_model.h"
#include "util/err.h"

/* -1 where a codebook is a lattice: it has no distances to all its codes. */
int code_choice_fits(const struct quantizer *q, struct err *e);

struct code_choice;

/* For one thread.  q fits; m is its model of codes; both outlive it.  The first
 * `stages` stages are chosen; lambda > 0, and is of what the codebooks' own
 * costs, where they have such, are no part. */
struct code_choice *code_choice_open(const struct quantizer *q,
	const struct code_model *m, size_t stages, double lambda);
void code_choice_close(struct code_choice *c); /* takes NULL */

/* Before an item begins: couple errors, on a grid that is an image's. */
void code_choice_couple(struct code_choice *c, float near, float corner);

/* An item begins: rows of `tokens` tokens. */
void code_choice_begin(struct code_choice *c, size_t tokens);

/* z is [rows, tokens, d]; codes [rows, tokens, stages * groups]. */
void code_choice_rows(
	struct code_choice *c, const float *z, size_t rows, uint32_t *codes);

#endif
