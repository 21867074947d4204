#include <stdlib.h>

#include "model/step_entropy.h"
#include "quant/soft_codes.h"
#include "util/mem.h"

size_t
step_entropy_rows(size_t n, size_t k)
{
	size_t most = STEP_ENTROPY_PAIRS / k;

	return n < most ? n : most ? most : 1;
}

/* dq [k, d]: of every code. */
static void
teach_codes(struct step *s, size_t column, const float *dq)
{
	struct learner *l = step_learner(s, column);
	uint32_t *all = mem_alloc(l->k, sizeof(*all));

	for (size_t j = 0; j < l->k; j++)
		all[j] = (uint32_t)j;
	l->type->backward(l, s->pool, all, dq, l->k);
	free(all);
}

static double
column_entropy(struct step *s, size_t column)
{
	const struct codebook *b = quantizer_book(s->q, column);
	size_t n = step_entropy_rows(s->n, b->k);
	const float *r = s->part[column];
	bool teach = step_learner(s, column)->type->backward;
	float *dr = s->net == NET_NONE ? NULL : mem_floats(n * b->d);
	float *dq = teach ? mem_floats(b->k * b->d) : NULL;
	struct soft_codes c = {
		.n = n, .k = b->k, .d = b->d, .x = r, .q = b->q
	};
	double loss;

	c.temperature = soft_codes_distance(r, b->q, s->idx[column], n, b->d);
	soft_codes_open(&c, s->pool);
	loss = s->entropy_weight * (c.each - c.all);
	if (dr || dq)
		soft_codes_back(&c, s->pool, s->entropy_weight,
			-s->entropy_weight, dr, dq);
	if (dr)
		quantizer_give(s->q, column, dr, n, s->dz);
	if (dq)
		teach_codes(s, column, dq);
	soft_codes_free(&c);
	free(dr);
	free(dq);
	return loss;
}

double
step_entropy(struct step *s)
{
	double loss = 0;

	for (size_t c = 0; c < quantizer_columns(s->q); c++)
		if (quantizer_book(s->q, c)->k > 1)
			loss += column_entropy(s, c);
	return loss;
}
