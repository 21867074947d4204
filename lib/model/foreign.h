/*
 * foreign.h - model files of ours, and codebooks from elsewhere made to look
 * like them.
 */
#ifndef MODEL_FOREIGN_H
#define MODEL_FOREIGN_H

#include <stdbool.h>

#include "tensor/record.h"
#include "util/err.h"
#include "util/input.h"

/*
 * Load path.  A safetensors file whose metadata says kind = model is taken as
 * it is.  Else a codebook is looked for: quantize.embedding.weight (with
 * embedding_proj, as PyTorch SimVQ saves it), quantize.<s>.embedding.weight,
 * what torch_book.h knows, `codebook`, or the only [k, d] matrix of the file; a
 * .npy array must be one [k, d] matrix (or [1, k, d], [k, d, 1]).  What a model of rows without a net
 * needs is added.  FILE#NAME, where no file is called so, chooses a codebook
 * (torch_book.h).
 */
int foreign_load(struct record *r, const char *path, struct err *e);

/* The same of what is left of an input. */
int foreign_read(struct record *r, struct input *in, struct err *e);

/* " (tensor "NAME" is [k, d])" for messages that a model with these metadata
 * does not fit rows of cols numbers, with a question where it has k codes and
 * cols is k; "" of a model of ours.  malloc'd. */
char *foreign_doubt(const struct meta *m, size_t k, size_t cols);

/* The file of a path FILE#NAME, malloc'd, and NAME within the path; else *choice
 * is NULL. */
char *foreign_path(const char *path, const char **choice);

/* True if a header is that of a model: it says kind = model; or it has a
 * codebook by one of the names above, and no tensor that is data by its name. */
bool foreign_is(const struct record *head);

#endif
