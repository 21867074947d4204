/*
 * logit.h - log odds and probabilities in whole numbers, the same on every
 * machine.
 *
 * A logit is ln(p / (1 - p)) in 256ths, held to +-LOGIT_MOST; a probability is
 * in 65,536ths, from LOGIT_LEAST to 65,536 - LOGIT_LEAST.
 */
#ifndef QUANT_LOGIT_H
#define QUANT_LOGIT_H

#include <stdint.h>

#define LOGIT_MOST 2559 /* e^-10 is about 3 / 65536 */
#define LOGIT_LEAST 3

struct logit {
	uint16_t squash[2 * LOGIT_MOST + 1];
	int16_t stretch[4096]; /* by the upper 12 bits of p */
};

void logit_init(struct logit *l);

static inline int
logit_clamp(int x)
{
	return x > LOGIT_MOST ? LOGIT_MOST : x < -LOGIT_MOST ? -LOGIT_MOST : x;
}

/* p of x. */
static inline unsigned
logit_squash(const struct logit *l, int x)
{
	return l->squash[logit_clamp(x) + LOGIT_MOST];
}

/* x of p, 0 to 65,535. */
static inline int
logit_stretch(const struct logit *l, unsigned p)
{
	return l->stretch[p >> 4];
}

#endif
