/*
 * quantizer.h - codebooks in stages and groups: latents to codes and back.
 *
 * Shapes: z and q are [n, d]; codes is [n, columns], column = stage * groups +
 * group.  Each stage starts on the remainder of the one before; a group is a
 * part of the d dimensions.  The code decoded is the code searched.
 */
#ifndef QUANT_QUANTIZER_H
#define QUANT_QUANTIZER_H

#include <stddef.h>
#include <stdint.h>

#include "quant/codebook.h"

struct quantizer {
	size_t stages, groups, d;
	size_t *order; /* [d]: position -> latent dimension, groups one after
	                  another; NULL: as they are */
	size_t *start; /* [groups + 1]: first position of each group */
	bool shared;   /* one codebook a group serves all stages */
	struct codebook *book; /* [stages * groups], or [groups] if shared */
};

/*
 * An empty quantizer: d split into groups, the first d % groups of them one
 * larger; 1 <= groups <= d.  Codebooks are set one by one.
 */
void quantizer_init(
	struct quantizer *q, size_t stages, size_t groups, size_t d);
void quantizer_free(struct quantizer *q);

/* Set column's codebook from [k, d of the group] (copied) and prepare it. */
void quantizer_set(
	struct quantizer *q, size_t column, const float *code, size_t k);

/* The same in two steps without a copy: the caller writes the table [k, d of
 * the group], which it finds as it was if k is; then it is prepared. */
float *quantizer_table(struct quantizer *q, size_t column, size_t k);
void quantizer_prepare(struct quantizer *q, size_t column, struct pool *pool);

/* Let searches skip what cannot win (see nearest_prune): for codebooks that
 * stay as they are. */
void quantizer_prune(struct quantizer *q);

/* Deal dimensions to groups so that the products of their variances match:
 * variance is [d].  Sets order; nothing to do for one group. */
void quantizer_deal(struct quantizer *q, const double *variance);

size_t quantizer_columns(const struct quantizer *q);

/* Codebooks there are: columns, or groups where stages share them. */
size_t quantizer_books(const struct quantizer *q);

/* The codebook of a column. */
struct codebook *quantizer_book(const struct quantizer *q, size_t column);

/* Before any codebook is set: stages share. */
void quantizer_share(struct quantizer *q);

/* Scratch floats for the two below, for up to n vectors. */
size_t quantizer_work(const struct quantizer *q, size_t n);

/*
 * In the calling thread.  out, if not NULL, is [n, d] and takes the sum of the
 * chosen codes, in the latents' own order of dimensions.  Only the first
 * `stages` stages are searched; codes has stages * groups columns.
 */
void quantizer_encode(const struct quantizer *q, const float *z, size_t n,
	size_t stages, uint32_t *codes, float *out, float *work);

/*
 * The sum of the codes of the first `stages` stages.  ld: columns of a row of
 * codes.  A code >= k is the caller's error to find.
 */
void quantizer_decode(const struct quantizer *q, const uint32_t *codes,
	size_t ld, size_t n, size_t stages, float *out);

/* Scratch floats for quantizer_find. */
size_t quantizer_find_work(const struct quantizer *q);

/* The codes of a column for its part [n, width] of what is left; prev are the
 * codes of the stage before (codebook_find). */
void quantizer_find(const struct quantizer *q, size_t column, const float *part,
	size_t n, const uint32_t *prev, size_t ld, uint32_t *idx, float *work);

/* Numbers in a code of this column: the size of its group. */
size_t quantizer_width(const struct quantizer *q, size_t column);

/* The column's group out of r [n, d]: part is [n, width], dense. */
void quantizer_take(const struct quantizer *q, size_t column, const float *r,
	size_t n, float *part);

/* The way back: to [n, d] += part, in the column's group's dimensions. */
void quantizer_give(const struct quantizer *q, size_t column, const float *part,
	size_t n, float *to);

/* to[v] += sign * (column's code codes[v * ld]), in its group's dimensions;
 * prev [n] with the same ld: the codes of the stage before, or NULL in the
 * first one. */
void quantizer_add(const struct quantizer *q, size_t column,
	const uint32_t *codes, const uint32_t *prev, size_t ld, size_t n,
	float sign, float *to);

#endif
