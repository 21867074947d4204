/*
 * book_file.h - a codebook in the tensors of a model file, behind a prefix.
 *
 *     codebook [k, d]            as decoded (and searched, unless below); or
 *                                embedding.weight, with embedding_proj.* if any
 *     project_in.weight [w, d]   and .bias [w]: the map before the search
 *     search [k, w]              what is searched instead of the codes
 *     levels [w], edges [w, m]   a lattice instead of a search
 *     variant [before]           conditional: the table that each code of the
 *                                stage before chooses; codebook [tables * k, d]
 *     bits [k]                   the cost of each code, times "lambda"
 *
 * Metadata: metric = cosine (front.unit), lambda.  Each is there only where
 * the codebook has it.
 */
#ifndef MODEL_BOOK_FILE_H
#define MODEL_BOOK_FILE_H

#include "quant/codebook.h"
#include "tensor/record.h"
#include "util/err.h"

/* All but the table itself, which the learner saves. */
void book_file_save(
	const struct codebook *b, const char *prefix, struct record *to);

/* d numbers a code; before: codes of the stage before, 0 in the first.  b is
 * all-zero, and prepared where that succeeds. */
int book_file_load(struct codebook *b, const char *prefix, size_t d,
	size_t before, const struct record *r, struct err *e);

#endif
