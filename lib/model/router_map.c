#include <math.h>
#include <stdlib.h>

#include "model/router_map.h"
#include "util/mem.h"

#define ROUNDS 12 /* of the power iteration: a good direction is enough */

void
router_map_modulo(size_t k, size_t e, uint32_t *map)
{
	for (size_t i = 0; i < k; i++)
		map[i] = (uint32_t)(i % e);
}

struct along {
	double at;
	uint32_t code;
};

struct halving {
	const float *q;    /* [k, d] */
	const double *use; /* [k], or NULL */
	size_t d;
	struct along *order;        /* [k] */
	double *mean, *axis, *next; /* [d] */
	uint32_t *map;
};

static int
compare(const void *a, const void *b)
{
	const struct along *x = a, *y = b;

	if (x->at < y->at)
		return -1;
	if (x->at > y->at)
		return 1;
	return x->code < y->code ? -1 : 1;
}

static double
project(const struct halving *h, uint32_t code)
{
	double sum = 0;

	for (size_t i = 0; i < h->d; i++)
		sum += ((double)h->q[code * h->d + i] - h->mean[i]) *
			h->axis[i];
	return sum;
}

static void
take_mean(struct halving *h, const struct along *c, size_t n)
{
	for (size_t i = 0; i < h->d; i++)
		h->mean[i] = 0;
	for (size_t j = 0; j < n; j++)
		for (size_t i = 0; i < h->d; i++)
			h->mean[i] += (double)h->q[c[j].code * h->d + i];
	for (size_t i = 0; i < h->d; i++)
		h->mean[i] /= (double)n;
}

/* To unit length; false of nothing. */
static int
scale(double *v, size_t d)
{
	double norm = 0;

	for (size_t i = 0; i < d; i++)
		norm += v[i] * v[i];
	if (!(norm > 0))
		return 0;
	norm = sqrt(norm);
	for (size_t i = 0; i < d; i++)
		v[i] /= norm;
	return 1;
}

/* Begin with the code farthest from the mean. */
static void
first_axis(struct halving *h, const struct along *c, size_t n)
{
	double most = -1;

	for (size_t j = 0; j < n; j++) {
		double norm = 0;

		for (size_t i = 0; i < h->d; i++) {
			h->next[i] =
				(double)h->q[c[j].code * h->d + i] - h->mean[i];
			norm += h->next[i] * h->next[i];
		}
		if (!(norm > most))
			continue;
		most = norm;
		for (size_t i = 0; i < h->d; i++)
			h->axis[i] = h->next[i];
	}
}

/* Either sign would do: so that neighbours have numbers that are near. */
static void
point(double *v, size_t d)
{
	size_t most = 0;

	for (size_t i = 1; i < d; i++)
		if (fabs(v[i]) > fabs(v[most]))
			most = i;
	if (v[most] >= 0)
		return;
	for (size_t i = 0; i < d; i++)
		v[i] = -v[i];
}

/* The direction of the largest spread: power iteration on the covariance. */
static void
find_axis(struct halving *h, const struct along *c, size_t n)
{
	first_axis(h, c, n);
	for (int round = 0; round < ROUNDS && scale(h->axis, h->d); round++) {
		for (size_t i = 0; i < h->d; i++)
			h->next[i] = 0;
		for (size_t j = 0; j < n; j++) {
			const float *q = h->q + c[j].code * h->d;
			double p = project(h, c[j].code);

			for (size_t i = 0; i < h->d; i++)
				h->next[i] += p * ((double)q[i] - h->mean[i]);
		}
		for (size_t i = 0; i < h->d; i++)
			h->axis[i] = h->next[i];
	}
	scale(h->axis, h->d);
	point(h->axis, h->d);
}

/* How many of n codes, in their order, go to `left` of e experts: one for each
 * expert on either side, and as near to their share of the use as can be. */
static size_t
left_codes(const struct halving *h, const struct along *c, size_t n,
	size_t left, size_t e)
{
	double all = 0, sum = 0, share, best;
	size_t at = left;

	for (size_t j = 0; h->use && j < n; j++)
		all += h->use[c[j].code];
	if (!(all > 0))
		return n * left / e;
	share = all * (double)left / (double)e;
	for (size_t j = 0; j < left; j++)
		sum += h->use[c[j].code];
	best = fabs(sum - share);
	for (size_t j = left; j < n - (e - left); j++) {
		sum += h->use[c[j].code];
		if (!(fabs(sum - share) < best))
			continue;
		best = fabs(sum - share);
		at = j + 1;
	}
	return at;
}

/* n codes to the experts first .. first + e - 1. */
static void
halve(struct halving *h, struct along *c, size_t n, size_t first, size_t e)
{
	size_t left = e / 2, codes;

	if (e == 1) {
		for (size_t j = 0; j < n; j++)
			h->map[c[j].code] = (uint32_t)first;
		return;
	}
	take_mean(h, c, n);
	find_axis(h, c, n);
	for (size_t j = 0; j < n; j++)
		c[j].at = project(h, c[j].code);
	qsort(c, n, sizeof(*c), compare);
	codes = left_codes(h, c, n, left, e);
	halve(h, c, codes, first, left);
	halve(h, c + codes, n - codes, first + left, e - left);
}

void
router_map_grouped(const float *q, const double *use, size_t k, size_t d,
	size_t e, uint32_t *map)
{
	struct halving h = { .q = q, .use = use, .d = d, .map = map };

	h.order = mem_alloc(k, sizeof(*h.order));
	h.mean = mem_alloc(3 * d, sizeof(*h.mean));
	h.axis = h.mean + d;
	h.next = h.axis + d;
	for (size_t i = 0; i < k; i++)
		h.order[i].code = (uint32_t)i;
	halve(&h, h.order, k, 0, e);
	free(h.order);
	free(h.mean);
}
