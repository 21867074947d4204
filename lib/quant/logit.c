#include "kernel/exp.h"
#include "quant/logit.h"

static uint16_t
squash(int x)
{
	double p = 65536 / (1 + exp_of(-x / 256.0));

	if (p < LOGIT_LEAST)
		return LOGIT_LEAST;
	if (p > 65536 - LOGIT_LEAST)
		return 65536 - LOGIT_LEAST;
	return (uint16_t)p;
}

void
logit_init(struct logit *l)
{
	int x = -LOGIT_MOST;

	for (int i = -LOGIT_MOST; i <= LOGIT_MOST; i++)
		l->squash[i + LOGIT_MOST] = squash(i);
	/* The smallest x that has the middle of the 16 probabilities. */
	for (int i = 0; i < 4096; i++) {
		while (x < LOGIT_MOST && l->squash[x + LOGIT_MOST] < 16 * i + 8)
			x++;
		l->stretch[i] = (int16_t)x;
	}
}
