/* quant_codes.h - codes of vectors, by a beam and without one; malloc'd. */
#ifndef QUANT_CODES_H
#define QUANT_CODES_H

#include "numbers.h"
#include "quant/beam.h"

HELP uint32_t *
beam_codes(const struct quantizer *q, size_t width, size_t stages,
	const float *z, size_t n)
{
	uint32_t *codes = mem_alloc(n * stages * q->groups, sizeof(*codes));
	struct beam *b = beam_open(q, width, stages);

	memset(codes, 0xff, n * stages * q->groups * sizeof(*codes));
	beam_encode(b, z, n, codes);
	beam_close(b);
	return codes;
}

HELP uint32_t *
greedy_codes(const struct quantizer *q, size_t stages, const float *z, size_t n)
{
	uint32_t *codes = mem_alloc(n * stages * q->groups, sizeof(*codes));
	float *work = mem_floats(quantizer_work(q, n));

	quantizer_encode(q, z, n, stages, codes, NULL, work);
	free(work);
	return codes;
}

#endif
