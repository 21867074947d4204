/*
 * code_state.h - rows of codes to bits and back, each code after those around
 * it.
 *
 * Around a code are, in images, those to the left, above, above left and above
 * right; in sequences that of the token before in the row (the channel before),
 * and those of the three rows before; and those of the two columns before of
 * its own token.  Places that there are not have leaf k.
 */
#ifndef QUANT_CODE_STATE_H
#define QUANT_CODE_STATE_H

#include "quant/code_mix.h"
#include "tensor/range_coder.h"

struct code_state;

/* m outlives it. */
struct code_state *code_state_open(const struct code_model *m);
void code_state_close(struct code_state *s);

/* An item begins: rows of `tokens` tokens, each the first `columns` columns of
 * codes. */
void code_state_begin(struct code_state *s, size_t tokens, size_t columns);

/* codes [rows, tokens, columns], each below its k. */
void code_state_encode(struct code_state *s, struct range_encoder *r,
	const uint32_t *codes, size_t rows);
void code_state_decode(struct code_state *s, struct range_decoder *r,
	uint32_t *codes, size_t rows);

/* The bits that code_state_encode would take, by its probabilities; it learns
 * as much. */
double code_state_bits(
	struct code_state *s, const uint32_t *codes, size_t rows);

/* With even probabilities: log2 k bits a code.  Nothing is learned. */
void code_state_encode_even(const struct code_state *s, struct range_encoder *r,
	const uint32_t *codes, size_t rows);
void code_state_decode_even(const struct code_state *s, struct range_decoder *r,
	uint32_t *codes, size_t rows);

double code_state_even_bits(const struct code_state *s, size_t rows);

/* For code_fit: the next row, as if it had been coded, and the leaves around
 * one of its codes. */
void code_state_row(struct code_state *s, const uint32_t *codes);
void code_state_around(const struct code_state *s, size_t token, size_t column,
	uint32_t *around);

/* For code_choice: a row begins; then, for each code in the order of coding,
 * what is known of it, and its leaf as if it had been coded. */
void code_state_next(struct code_state *s);
const struct code_mix *code_state_look(const struct code_state *s, size_t token,
	size_t column, struct code_mix_place *p);
void code_state_take(
	struct code_state *s, size_t token, size_t column, uint32_t leaf);

#endif
