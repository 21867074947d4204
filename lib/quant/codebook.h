/*
 * codebook.h - one codebook as searched and decoded.
 *
 * Shapes: q is [variants, k, d].  A vector x [d] goes through the front
 * (front.h); then either the nearest key is looked for (nearest.h), or y is
 * rounded to a lattice (lattice.h).  Keys are what was given [variants, k, width],
 * or else the codes q themselves; made unit where the front is, and with
 *
 *     sqrt(lambda bits_j)
 *
 * as their last number where codes have a cost: then the winner has the least
 * |y - key_j|^2 + lambda bits_j (entropy-constrained VQ: Chou, Lookabaugh and
 * Gray 1989).  Where there are several variants, the code of the stage before
 * says which of the tables a vector is looked up in.
 */
#ifndef QUANT_CODEBOOK_H
#define QUANT_CODEBOOK_H

#include "kernel/nearest.h"
#include "quant/front.h"
#include "quant/lattice.h"

struct codebook {
	size_t k, d;
	size_t variants;   /* tables: 1 but for conditional codebooks */
	uint32_t *variant; /* [before]: a table; NULL where there is one */
	size_t before;     /* codes of the stage before */
	float *q;          /* [variants, k, d] as decoded */
	struct front front;
	struct lattice lattice; /* dims 0: the nearest key */
	float *given;           /* [variants, k, width]; NULL: the keys are q */
	float *bits;            /* [variants, k]; NULL: codes cost nothing */
	double lambda;
	float *key; /* as searched, where that is not q */
	struct nearest
		*search; /* [variants]; NULL: not prepared, or a lattice */
};

void codebook_free(struct codebook *b);

/* The table q for the caller to write, as it was if its shape is. */
float *codebook_table(struct codebook *b, size_t k, size_t d);

/* Before codebook_table: several tables; variant [before] is copied, its
 * entries are below variants. */
void codebook_vary(struct codebook *b, size_t variants, const uint32_t *variant,
	size_t before);

/* After the table and the front's map: keys for the caller to write, [variants,
 * k, width], where width is the front's without the cost. */
float *codebook_keys(struct codebook *b);

/* After the table: bits [variants, k], finite and not negative, are copied. */
void codebook_cost(struct codebook *b, const float *bits, double lambda);

/* Where codes have bits: another weight of them; 0: the nearest key. */
void codebook_weigh(struct codebook *b, double lambda);

/* After changes of any of these: be ready to search.  pool may be NULL. */
void codebook_prepare(struct codebook *b, struct pool *pool);

/* One table, searched as it is: no front, no keys, no lattice. */
bool codebook_plain(const struct codebook *b);

/* For messages: what is special about the search of a codebook that is not
 * plain, as "is searched by cosine"; NULL where it is plain. */
const char *codebook_special(const struct codebook *b);

/* Scratch floats for codebook_find. */
size_t codebook_work(const struct codebook *b);

/*
 * In the calling thread: x [n, d] to idx [n].  prev are the codes of the stage
 * before, the one of row v at prev[v * ld]; not read where variants is 1.
 */
void codebook_find(const struct codebook *b, const float *x, size_t n,
	const uint32_t *prev, size_t ld, uint32_t *idx, float *work);

/* Row `code` of the table that prev, the code of the stage before, chooses;
 * prev may be NULL where variants is 1. */
const float *codebook_code(
	const struct codebook *b, uint32_t code, const uint32_t *prev);

#endif
