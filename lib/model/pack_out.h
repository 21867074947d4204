/*
 * pack_out.h - an item of codes into packed records (vq-stream(5)).
 *
 * The same parts as of codes that are not packed (cut.h): a part is held until
 * it is full, then written by the probabilities of code_state.h, or by even
 * ones where that is shorter; what the codes of an item have shown serves its
 * later parts too.
 */
#ifndef MODEL_PACK_OUT_H
#define MODEL_PACK_OUT_H

#include "quant/code_model.h"
#include "tensor/writer.h"
#include "util/output.h"

struct pack_out;

/*
 * Begin an item; m outlives it.  meta (copied) has `model` and `codes`.  The
 * column is codes, [rows, tokens, columns] or [rows, columns]; another beside it
 * is an error.
 */
struct pack_out *pack_out_begin(struct output *o, const struct code_model *m,
	const struct meta *meta, const struct column *col, size_t cols,
	struct err *e);

/* n more rows, in the column's dtype. */
int pack_out_rows(
	struct pack_out *p, const void *rows, size_t n, struct err *e);

/* The last part.  Frees p, also on failure. */
int pack_out_end(struct pack_out *p, struct err *e);

/* The item failed: if a part of it went out, a last one says so.  Frees p; NULL
 * is allowed. */
int pack_out_fail(struct pack_out *p, struct err *e);

#endif
