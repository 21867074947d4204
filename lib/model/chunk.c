#include "model/chunk.h"

/* About the second-level cache of a few workers together. */
#define BATCH_FLOATS ((size_t)1 << 20)
#define BATCH_VECTORS ((size_t)4096)

size_t
chunk_rows(size_t dim, size_t tokens)
{
	size_t n = BATCH_FLOATS / dim;

	if (n > BATCH_VECTORS)
		n = BATCH_VECTORS;
	if (n < CHUNK_VECTORS)
		n = CHUNK_VECTORS;
	return n / tokens < 2 ? 2 : n / tokens;
}

size_t
chunk_count(size_t n)
{
	return (n + CHUNK_VECTORS - 1) / CHUNK_VECTORS;
}

size_t
chunk_size(size_t n, size_t i)
{
	size_t left = n - i * CHUNK_VECTORS;

	return left < CHUNK_VECTORS ? left : CHUNK_VECTORS;
}
