#include <stdlib.h>

#include "model/moe_usage.h"
#include "quant/soft_codes.h"
#include "util/mem.h"

/* Every code's gradient dq [K, d]. */
static void
teach_codes(struct moe_layer *l, struct pool *pool, const float *dq)
{
	uint32_t *all = mem_alloc(l->book.k, sizeof(*all));

	for (size_t j = 0; j < l->book.k; j++)
		all[j] = (uint32_t)j;
	l->book.type->backward(&l->book, pool, all, dq, l->book.k);
	free(all);
}

double
moe_usage_loss(struct moe_layer *l, const struct moe_layer_work *w, size_t n,
	struct pool *pool, bool backward)
{
	struct soft_codes c = { .n = n, .d = l->d, .x = w->u, .q = l->q };
	double weight = l->o->code_entropy, loss;

	if (!l->booked || !(weight > 0) || l->book.k < 2)
		return 0;
	c.k = l->book.k;
	c.temperature = 2 * soft_codes_distance(w->u, l->q, w->codes, n, l->d);
	soft_codes_open(&c, pool);
	loss = weight * (1 - c.all);
	if (backward && l->book.type->backward && !l->o->freeze_codes) {
		float *dq = mem_floats(c.k * l->d);

		soft_codes_back(&c, pool, 0, -weight, NULL, dq);
		teach_codes(l, pool, dq);
		free(dq);
	}
	soft_codes_free(&c);
	return loss;
}
