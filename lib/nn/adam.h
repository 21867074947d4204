/*
 * adam.h - Adam (Kingma and Ba 2015, algorithm 1) with warm-up, clipping by
 * the global norm, and a running average of the weights.
 *
 *     rate of step s = rate * factor * min(1, s / warm_up)
 *
 * No weight decay.  The average has decay min(average, (1 + s) / (10 + s)).
 */
#ifndef NN_ADAM_H
#define NN_ADAM_H

#include "nn/params.h"

struct adam {
	double rate[PARAM_GROUPS]; /* rate[PARAM_FIXED] is not read */
	double beta1, beta2, epsilon;
	double clip;    /* largest norm of the whole gradient; 0: no limit */
	double average; /* largest decay of the running average; 0: none */
	size_t warm_up; /* steps over which the rate rises from 0 */
	double factor;  /* of all rates, for a schedule */
	size_t step;    /* steps done */
};

/* 0.9, 0.99, 1e-8, norm 1, average 0.999, 200 steps of warm-up, factor 1; routers learn at
 * the network's rate, layers behind a codebook's table at a hundredth of the
 * codebook's. */
void adam_init(struct adam *a, double net_rate, double quant_rate);

/* The group's rate in the next step. */
double adam_rate(const struct adam *a, enum param_group group);

/* Use p->g once; it is zeroed.  Returns the gradient's norm before clipping
 * (rows that do not learn have no part in it); if that is not finite, nothing
 * is changed but the zeroing. */
double adam_step(struct adam *a, struct params *p, struct pool *pool);

#endif
