/*
 * judge.h - how well a model does on a sample of vectors.
 *
 * By the code that encodes and decodes items: latents to indices to vectors.
 */
#ifndef MODEL_JUDGE_H
#define MODEL_JUDGE_H

#include "model/model.h"
#include "model/sample.h"
#include "util/pool.h"

struct judgement {
	size_t tokens;     /* N */
	double error;      /* E |x - x^|^2, x normalized: share of variance;
	                      by weight where vectors have weights */
	double loss;       /* what the sample asks for; else the error */
	double cost;       /* loss + lambda times a token's bits, if any */
	size_t codes;      /* sum over columns of k */
	size_t used;       /* sum over columns of codes hit at least once */
	double perplexity; /* 2^entropy, mean over columns */
	double entropy;    /* bits of a token: sum over columns */
};

/* x is [n, dim], normalized by the model's transform. */
void judge_model(const struct model *m, struct pool *pool, const float *x,
	size_t n, struct judgement *j);

/* The same, and the codes: [n, columns].  Weights are of errors and costs; use
 * is counted as it is. */
void judge_codes(const struct model *m, struct pool *pool,
	const struct sample *s, struct judgement *j, uint32_t *codes);

/* The error in the units of the medium: PSNR for images (values 0..1), SNR
 * for audio, in dB; mean squared error of a number for rows. */
double judge_quality(const struct model *m, double error);

#endif
