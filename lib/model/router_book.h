/*
 * router_book.h - routing by the nearest code of a codebook.
 *
 *     expert(x) = map[i],  i = argmin_j |x - Q_j|^2            (nearest.h)
 *     margin(x) = (|x - Q_k|^2 - |x - Q_i|^2) / (2 |Q_k - Q_i|)
 *
 * k is the nearest code of another expert: the margin is the distance from x
 * to the boundary between the two codes, in the units of x.  It is 0 on the
 * boundary and between equal codes, infinite where all codes have one expert.
 * The difference of squares is summed in double, in a fixed order.
 */
#ifndef MODEL_ROUTER_BOOK_H
#define MODEL_ROUTER_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/nearest.h"
#include "model/transform.h"

struct router_book {
	size_t k, d;
	float *q;      /* [k, d] */
	uint32_t *map; /* [k]: code -> expert */
	bool apart;    /* no two codes have one expert */
	struct nearest search;
	struct transform transform; /* of the model; dim 0: none */
	bool latents_only;          /* what it is of takes no rows */
	char model[17];             /* its fingerprint; empty: none */
};

/* All-zero is empty. */
void router_book_free(struct router_book *b);

/* q and map (both of k, malloc'd) become the book's. */
void router_book_init(
	struct router_book *b, float *q, uint32_t *map, size_t k, size_t d);

/* Another map [k], malloc'd, which becomes the book's. */
void router_book_remap(struct router_book *b, uint32_t *map);

/* Scratch floats for router_book_rows. */
size_t router_book_work(const struct router_book *b);

/*
 * In the calling thread: n, or the first row whose scores are beyond float.
 * codes, margin are [n].  normalize: do the model's transform first; the
 * margin stays in the units of x.
 */
size_t router_book_rows(const struct router_book *b, const float *x, size_t n,
	bool normalize, uint32_t *codes, float *margin, float *work);

#endif
