/*
 * token_meta.h - what the metadata of encoded items say, and whether an item
 * suits a model.
 */
#ifndef MODEL_TOKEN_META_H
#define MODEL_TOKEN_META_H

#include <stdbool.h>
#include <stddef.h>

#include "model/model.h"
#include "model/source.h"

struct token_meta {
	const struct model *model;
	size_t stages; /* that are encoded */
	bool latents;  /* vectors, not codes */
	const char *program;
};

/* -1 with words that say what the model takes and what the item is. */
int token_meta_suits(
	const struct model *m, const struct item_info *i, struct err *e);

/* Rows of the token grid, or SOURCE_UNKNOWN. */
size_t token_meta_rows(const struct model *m, const struct item_info *i);

/*
 * Fill m (empty): the item's own keys that nobody here knows, and those of
 * DESIGN section 3.  channels, height and the like say what the item will be
 * once decoded: a gray model gives gray.
 */
void token_meta_fill(
	struct meta *m, const struct token_meta *t, const struct item_info *i);

#endif
