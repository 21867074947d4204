/*
 * torch_book.h - codebooks by the names that PyTorch modules save them under.
 *
 * With P a prefix such as "quantize." or "decoder.quantizer.layers.0.", and
 * tables [k, d] or [1, k, d]:
 *
 *     P embedding.weight     taming-transformers; with P embedding_proj.weight
 *                            [d, d'] (and .bias) SimVQ, arXiv 2411.02038
 *     P frozen_codebook      SimVQ of vector-quantize-pytorch, with
 *                            P code_transform.weight; earlier P codebook, with
 *                            P codebook_to_codes.weight
 *     P _codebook.embed      vector-quantize-pytorch, EnCodec; maybe with
 *                            P project_in and P project_out
 *     P codebook.embed       EnCodec as transformers has it
 *     P codebook.weight      DAC (arXiv 2306.06546): with P in_proj and
 *                            P out_proj, plain or as weight_g and weight_v, it
 *                            is searched by angle behind in_proj
 *
 * A number in P, the last if there are several, counts residual stages from 0.
 */
#ifndef MODEL_TORCH_BOOK_H
#define MODEL_TORCH_BOOK_H

#include <stdbool.h>

#include "tensor/record.h"
#include "util/err.h"

struct torch_book {
	size_t stages, width; /* numbers in a vector */
	bool cosine;
	char origin[128]; /* "\"NAME\" is [k, d]", of the first table */
};

/* That b is made of table t: its origin, where there is none yet, also said to
 * who wants to know more (-v). */
void torch_book_origin(struct torch_book *b, const struct tensor *t);

/*
 * Leaves of r the tensors of one codebook under the names of book_file.h, and
 * says in b what it is: 1.  0, with r as it was: no such name.  choice (or
 * NULL) is the name of a tensor, or what it begins with up to a point; what has
 * several codebooks and no choice, or no codebook there, is an error that names
 * those that there are.
 */
int torch_book_take(struct record *r, const char *choice, struct torch_book *b,
	struct err *e);

/* True if a header has such names. */
bool torch_book_is(const struct record *head);

#endif
