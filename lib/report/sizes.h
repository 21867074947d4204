/*
 * sizes.h - k of each column of codes, as a stream or a model says it.
 */
#ifndef REPORT_SIZES_H
#define REPORT_SIZES_H

#include <stdbool.h>
#include <stddef.h>

#include "util/err.h"

/* All-zero: nothing is said.  One number stands for every column. */
struct sizes {
	size_t count;
	size_t *k; /* each 1 .. COUNTS_CODES_MAX */
};

void sizes_free(struct sizes *s);

/* "1024" or "1024,1024,256": the value of the key `codes`. */
int sizes_parse(struct sizes *s, const char *text, struct err *e);

/*
 * From a model file, of which only the header is read.  Of a model of ours the
 * key `codes`, else the rows of its tables; of others the rows of what
 * model/foreign.h takes as the codebook: quantize.embedding.weight, those of
 * quantize.<s>.embedding.weight, `codebook`, or the only matrix of the file
 * (also of a .npy file).
 */
int sizes_model(struct sizes *s, const char *path, struct err *e);

/* k of a column; 0 where nothing is said of it. */
size_t sizes_at(const struct sizes *s, size_t column);

/* True if it can speak of tokens of `columns` columns. */
bool sizes_fit(const struct sizes *s, size_t columns);

#endif
