#include <stdlib.h>
#include <string.h>

#include "model/trainee.h"
#include "quant/learner_use.h"
#include "util/mem.h"

static void
book_moved(struct trainee *t, size_t c, const float *r, const uint32_t *idx,
	size_t n, struct rng *rng)
{
	struct learner *l = &t->learner[c];

	if (l->type->moved)
		l->type->moved(l, t->pool, r, idx, n, rng);
	if (l->use)
		learner_use_add(l, idx, n);
}

/* The columns of a group one below the other: one batch, and its average decays
 * once. */
static void
shared_moved(struct trainee *t, size_t group, float *const *part,
	uint32_t *const *idx, size_t n, struct rng *rng)
{
	size_t w = quantizer_width(&t->q, group), stages = t->q.stages;
	float *r = mem_floats(stages * n * w);
	uint32_t *all = mem_alloc(stages * n, sizeof(*all));

	for (size_t s = 0; s < stages; s++) {
		size_t c = s * t->q.groups + group;

		memcpy(r + s * n * w, part[c], n * w * sizeof(*r));
		memcpy(all + s * n, idx[c], n * sizeof(*all));
	}
	book_moved(t, group, r, all, stages * n, rng);
	free(r);
	free(all);
}

void
trainee_moved(struct trainee *t, float *const *part, uint32_t *const *idx,
	size_t n, struct rng *r)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		if (t->q.shared)
			shared_moved(t, c, part, idx, n, r);
		else
			book_moved(t, c, part[c], idx[c], n, r);
}
