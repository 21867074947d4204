/*
 * range_coder.h - bits of known probability to bytes and back.
 *
 * Arithmetic coding in 64 bits: an interval low..high, cut in the ratio of the
 * probabilities; its leading bytes go out as they become equal (as in lpaq,
 * Mahoney 2007).  A probability is that of a 1 in 65,536ths, 1 to 65,535.  What
 * is written is longer than the sum of -log2 p by a byte, and by what rounding
 * to 65,536ths costs.
 */
#ifndef TENSOR_RANGE_CODER_H
#define TENSOR_RANGE_CODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins with high = UINT64_MAX, all else zero.  out is owned by the caller,
 * who frees it. */
struct range_encoder {
	uint64_t low, high;
	unsigned char *out; /* [n] of room */
	size_t n, room;
};
void range_coder_begin(struct range_encoder *r); /* keeps out and room */
void range_coder_put(struct range_encoder *r, bool bit, uint32_t p);

/* The last bytes: afterwards out[0..n) is whole. */
void range_coder_end(struct range_encoder *r);

/* Any bytes decode to something; behind the last one are zeros. */
struct range_decoder {
	uint64_t low, high, at;
	const unsigned char *in, *end;
};
void range_coder_open(
	struct range_decoder *r, const unsigned char *in, size_t n);
bool range_coder_get(struct range_decoder *r, uint32_t p);

#endif
