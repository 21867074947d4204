/*
 * chunk.h - how much an encoder or decoder takes at a time.
 *
 * Work is batched so that the kernels have many vectors also where a row of
 * tokens is short, and a batch is cut into fixed chunks for a pool.  Tokens
 * and samples do not depend on either size.
 */
#ifndef MODEL_CHUNK_H
#define MODEL_CHUNK_H

#include <stddef.h>

#define CHUNK_VECTORS ((size_t)256)

/* Rows of `tokens` vectors, dim numbers each, in one batch: at least 2. */
size_t chunk_rows(size_t dim, size_t tokens);

/* Chunks in n vectors, and how many vectors chunk i has. */
size_t chunk_count(size_t n);
size_t chunk_size(size_t n, size_t i);

#endif
