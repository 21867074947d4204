/*
 * moe_tokens.h - rows of tokens with those before them, for models whose input
 * is an embedding.
 */
#ifndef MODEL_MOE_TOKENS_H
#define MODEL_MOE_TOKENS_H

#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct moe_tokens {
	size_t columns, context, vocab;
	uint32_t *before; /* [context - 1, columns], newest first */
};

/* At the start of an item: nothing came before. */
void moe_tokens_begin(
	struct moe_tokens *t, size_t columns, size_t context, size_t vocab);
void moe_tokens_free(struct moe_tokens *t); /* all-zero is empty */

/*
 * The next n rows x [n, columns] of the item (the first has this number in
 * messages), each with its context: token [n, context * columns].  A number
 * that is no token is an error.
 */
int moe_tokens_next(struct moe_tokens *t, const float *x, size_t n,
	size_t number, uint32_t *token, struct err *e);

#endif
