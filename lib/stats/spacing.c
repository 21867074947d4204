#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest_top.h"
#include "stats/spacing.h"
#include "util/mem.h"

#define SOME ((size_t)16384) /* codes asked at a time */

double
spacing_between(const float *a, const float *b, size_t d)
{
	double sum = 0;

	for (size_t i = 0; i < d; i++) {
		double t = (double)a[i] - (double)b[i];

		sum += t * t;
	}
	return sqrt(sum);
}

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of codes asked: number i of m is code i k / m. */
static size_t
asked_code(size_t i, size_t m, size_t k)
{
	return m == k ? i : (size_t)((double)i * (double)k / (double)m);
}

/* Codes first to first + n - 1 of m that are asked. */
static void
ask(const struct nearest *s, const float *x, size_t k, size_t d, size_t m,
	size_t first, size_t n, struct pool *pool, double *to)
{
	float *rows = mem_floats(n * d), *score = mem_floats(2 * n);
	uint32_t *idx = mem_alloc(2 * n, sizeof(*idx));

	for (size_t i = 0; i < n; i++)
		memcpy(rows + i * d, x + asked_code(first + i, m, k) * d,
			d * sizeof(*rows));
	nearest_top_all(s, pool, rows, n, 2, idx, score);
	for (size_t i = 0; i < n; i++) {
		size_t self = asked_code(first + i, m, k);
		uint32_t other =
			idx[2 * i] == self ? idx[2 * i + 1] : idx[2 * i];

		to[first + i] = other == NEAREST_NONE
			? INFINITY
			: spacing_between(
				  rows + i * d, x + (size_t)other * d, d);
	}
	free(rows);
	free(score);
	free(idx);
}

struct spacing
spacing_near(const float *x, size_t k, size_t d, struct pool *pool)
{
	struct spacing p = { 0, NAN, NAN };
	double most = SPACING_PRODUCTS / ((double)k * (double)d), *to;
	struct nearest s;

	if (k < 2)
		return p;
	p.asked = most >= (double)k ? k : most < 1 ? 1 : (size_t)most;
	to = mem_alloc(p.asked, sizeof(*to));
	nearest_init(&s, x, k, d);
	for (size_t i = 0; i < p.asked; i += SOME)
		ask(&s, x, k, d, p.asked, i,
			p.asked - i < SOME ? p.asked - i : SOME, pool, to);
	nearest_free(&s);
	qsort(to, p.asked, sizeof(*to), compare_doubles);
	p.least = to[0];
	p.median = (to[(p.asked - 1) / 2] + to[p.asked / 2]) / 2;
	free(to);
	return p;
}

struct row {
	const float *x;
	size_t d, index;
	float cost;
};

static int
compare_values(const struct row *a, const struct row *b)
{
	for (size_t i = 0; i < a->d; i++)
		if (a->x[i] < b->x[i] || a->x[i] > b->x[i])
			return a->x[i] < b->x[i] ? -1 : 1;
	return 0;
}

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int order = compare_values(x, y);

	if (order == 0)
		order = (x->cost > y->cost) - (x->cost < y->cost);
	return order ? order : (x->index > y->index) - (x->index < y->index);
}

size_t
spacing_equal(const float *x, const float *cost, size_t k, size_t d)
{
	struct row *row = mem_alloc(k, sizeof(*row));
	size_t n = 0;

	for (size_t j = 0; j < k; j++)
		row[j] = (struct row){ x + j * d, d, j, cost ? cost[j] : 0 };
	qsort(row, k, sizeof(*row), compare_rows);
	for (size_t j = 1; j < k; j++)
		n += compare_values(&row[j - 1], &row[j]) == 0;
	free(row);
	return n;
}

double
spacing_spread(const float *x, size_t k, size_t d)
{
	double *mean = mem_zalloc(d, sizeof(*mean)), sum = 0;

	for (size_t i = 0; i < k * d; i++)
		mean[i % d] += (double)x[i];
	for (size_t i = 0; i < d && k; i++)
		mean[i] /= (double)k; /* exactly that of equal rows */
	for (size_t i = 0; i < k * d; i++) {
		double t = (double)x[i] - mean[i % d];

		sum += t * t;
	}
	free(mean);
	return k ? sqrt(sum / (double)k) : NAN;
}
