#include <stdlib.h>
#include <string.h>

#include "model/start.h"
#include "model/trainee.h"
#include "quant/learner_use.h"
#include "util/mem.h"

/* q [k, d] = the means of what codes won, where they won anything. */
static void
means(const float *x, const uint32_t *idx, size_t n, size_t k, size_t d,
	float *q)
{
	double *sum = mem_zalloc(k * d, sizeof(*sum));
	size_t *won = mem_zalloc(k, sizeof(*won));

	for (size_t v = 0; v < n; v++) {
		double *to = sum + idx[v] * d;

		won[idx[v]]++;
		for (size_t i = 0; i < d; i++)
			to[i] += (double)x[v * d + i];
	}
	for (size_t j = 0; j < k; j++)
		for (size_t i = 0; i < d && won[j]; i++)
			q[j * d + i] = (float)(sum[j * d + i] / (double)won[j]);
	free(sum);
	free(won);
}

/* A round, given its winners. */
static void
move_codes(struct trainee *t, size_t c, const float *part, const uint32_t *idx,
	size_t n, bool still)
{
	struct learner *l = &t->learner[c];
	size_t size = l->k * l->d;
	float *table;

	if (!still) {
		table = mem_floats(size);
		memcpy(table, quantizer_book(&t->q, c)->q,
			size * sizeof(*table));
		means(part, idx, n, l->k, l->d, table);
		l->type->start(l, table);
		free(table);
	}
	if (l->use)
		learner_use_set(l, idx, n);
	trainee_refresh_book(t, c);
}

void
trainee_fit(struct trainee *t, size_t c, const float *part, size_t n,
	size_t rounds, bool still)
{
	const struct learner *l = &t->learner[c];
	uint32_t *idx, *was;

	trainee_refresh_book(t, c);
	if ((!l->o.unit && !l->use) || l->tables > 1)
		return;
	idx = mem_alloc(n, sizeof(*idx));
	was = mem_alloc(n, sizeof(*was));
	for (size_t i = 0; i < rounds; i++) {
		start_find(&t->q, c, part, n, NULL, t->pool, idx);
		if (i > 0 && memcmp(idx, was, n * sizeof(*idx)) == 0)
			break;
		memcpy(was, idx, n * sizeof(*idx));
		move_codes(t, c, part, idx, n, still);
	}
	free(idx);
	free(was);
}
