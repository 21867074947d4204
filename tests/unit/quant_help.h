/* quant_help.h - a codebook under training, by itself. */
#ifndef QUANT_HELP_H
#define QUANT_HELP_H

#include "numbers.h"
#include "quant/learner.h"

#define N 64 /* vectors in a batch */

struct trial {
	struct learner l;
	struct params ps;
};

/* t stays where it is: its learner points into it. */
HELP void
trial_open(struct trial *t, const struct learner_type *type, size_t k, size_t d,
	bool freeze)
{
	*t = (struct trial){ 0 };
	t->l = (struct learner){ .type = type,
		.k = k,
		.d = d,
		.batch = N,
		.o.freeze_table = freeze,
		.ps = &t->ps };
	type->add(&t->l, "quantize.");
	params_build(&t->ps);
}

HELP void
trial_close(struct trial *t)
{
	learner_free(&t->l);
	params_free(&t->ps);
}

/* Codes below k, each at least once where N allows it. */
HELP void
draw_codes(struct rng *r, uint32_t *idx, size_t k)
{
	for (size_t v = 0; v < N; v++)
		idx[v] = (uint32_t)(v < k ? v : rng_below(r, k));
}

#endif
