#include <math.h>
#include <stdlib.h>

#include "stats/ranking.h"
#include "util/mem.h"

static int
falling(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

void
ranking_init(struct ranking *r, const struct counts *c, size_t k)
{
	*r = (struct ranking){ .used = c->used, .k = k, .tokens = c->tokens };
	r->n = mem_alloc(c->used, sizeof(*r->n));
	for (size_t i = 0; i < c->used; i++)
		r->n[i] = c->n[c->hit[i]];
	qsort(r->n, r->used, sizeof(*r->n), falling);
}

void
ranking_free(struct ranking *r)
{
	free(r->n);
	*r = (struct ranking){ 0 };
}

size_t
ranking_near_dead(const struct ranking *r)
{
	size_t rare = 0;

	if (!r->k || !r->tokens)
		return 0;
	/* 10 k n < N in whole numbers, without 10 k n. */
	while (rare < r->used &&
		r->n[r->used - 1 - rare] <= (r->tokens - 1) / (10 * r->k))
		rare++;
	return rare;
}

uint64_t
ranking_enough(size_t k)
{
	return 20 * (uint64_t)k;
}

double
ranking_gini(const struct ranking *r)
{
	double k = (double)r->k, sum = 0;

	if (!r->k || !r->tokens)
		return NAN;
	for (size_t i = 0; i < r->used; i++)
		sum += (k - 1 - 2 * (double)i) * (double)r->n[i];
	return sum / (k * (double)r->tokens);
}

/* Tokens of the codes up to a rank. */
static double
share(const struct ranking *r, size_t rank)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < rank && i < r->used; i++)
		sum += r->n[i];
	return (double)sum / (double)r->tokens;
}

double
ranking_top_share(const struct ranking *r)
{
	return r->k && r->tokens ? share(r, (r->k + 99) / 100) : NAN;
}

size_t
ranking_curve(const struct ranking *r, struct ranking_point p[RANKING_POINTS])
{
	size_t points = 0, rank = 0, at, last = RANKING_POINTS - 1;
	uint64_t sum = 0;

	if (!r->k || !r->tokens)
		return 0;
	for (size_t i = 0; i <= last; i++) {
		at = (size_t)rint(pow((double)r->k, (double)i / (double)last));
		if (at <= rank)
			continue;
		for (; rank < at; rank++)
			sum += rank < r->used ? r->n[rank] : 0;
		p[points].rank = at;
		p[points].count = at <= r->used ? r->n[at - 1] : 0;
		p[points++].share = (double)sum / (double)r->tokens;
	}
	return points;
}
