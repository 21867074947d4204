#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "stats/contingency.h"
#include "util/mem.h"

/* Class sizes of one side, by class, zeros among them. */
struct side {
	uint64_t *n;
	size_t classes; /* the largest class + 1 */
	size_t used;
};

static void
count_side(struct side *s, const struct joint *j, size_t col)
{
	*s = (struct side){ .classes = 0 };
	for (size_t i = 0; i < j->used; i++)
		if (j->key[2 * i + col] >= s->classes)
			s->classes = (size_t)j->key[2 * i + col] + 1;
	s->n = mem_zalloc(s->classes, sizeof(*s->n));
	for (size_t i = 0; i < j->used; i++)
		s->n[j->key[2 * i + col]] += j->n[i];
	for (size_t c = 0; c < s->classes; c++)
		s->used += s->n[c] != 0;
}

/* n choose 2. */
static double
pairs(uint64_t n)
{
	return (double)n * ((double)n - 1) / 2;
}

static double
side_pairs(const struct side *s)
{
	double sum = 0;

	for (size_t c = 0; c < s->classes; c++)
		sum += pairs(s->n[c]);
	return sum;
}

double
contingency_rand(const struct joint *j)
{
	double both = 0, pa, pb, chance, most, all = pairs(j->tokens);
	struct side a, b;

	assert(j->used == 0 || j->cols == 2);
	if (!j->tokens || j->full)
		return NAN;
	count_side(&a, j, 0);
	count_side(&b, j, 1);
	for (size_t i = 0; i < j->used; i++)
		both += pairs(j->n[i]);
	pa = side_pairs(&a);
	pb = side_pairs(&b);
	free(a.n);
	free(b.n);
	/* One class on each side, or a class a token: equal clusterings. */
	most = (pa + pb) / 2;
	chance = all > 0 ? pa * pb / all : 0;
	return most - chance > 0 ? (both - chance) / (most - chance) : 1;
}

static double
entropy(const struct side *s, double total)
{
	double h = 0;

	for (size_t c = 0; c < s->classes; c++)
		if (s->n[c])
			h -= (double)s->n[c] / total *
				log((double)s->n[c] / total);
	return h;
}

static double
mutual(const struct joint *j, const struct side *a, const struct side *b)
{
	double total = (double)j->tokens, sum = 0;

	for (size_t i = 0; i < j->used; i++) {
		double n = (double)j->n[i];
		double na = (double)a->n[j->key[2 * i]];
		double nb = (double)b->n[j->key[2 * i + 1]];

		sum += n / total * log(total * n / (na * nb));
	}
	return sum;
}

/* A class size, and how many classes have it. */
struct size {
	uint64_t n, times;
};

static int
compare_sizes(const void *a, const void *b)
{
	uint64_t x = ((const struct size *)a)->n;
	uint64_t y = ((const struct size *)b)->n;

	return (x > y) - (x < y);
}

/* The different sizes of a side; equal ones cost no second sum. */
static struct size *
different_sizes(const struct side *s, size_t *count)
{
	struct size *size = mem_alloc(s->used, sizeof(*size));
	size_t used = 0, kept = 0;

	for (size_t c = 0; c < s->classes; c++)
		if (s->n[c])
			size[used++] = (struct size){ s->n[c], 1 };
	qsort(size, used, sizeof(*size), compare_sizes);
	for (size_t i = 0; i < used; i++) {
		if (kept && size[kept - 1].n == size[i].n)
			size[kept - 1].times++;
		else
			size[kept++] = size[i];
	}
	*count = kept;
	return size;
}

static double
log_factorial(double n)
{
	return lgamma(n + 1);
}

/* k/N log(N k / (a b)), what a cell of k tokens adds to the information. */
static double
cell(double k, double a, double b, double n)
{
	return k > 0 ? k / n * log(n * k / (a * b)) : 0;
}

/* Terms below this share of the largest one no longer count. */
#define NEGLIGIBLE 1e-18

/* E over k of cell(k): k is hypergeometric, p(k) = C(a, k) C(n - a, b - k) /
 * C(n, b); neighbours by their ratio. */
static double
expected_cell(double a, double b, double n)
{
	double low = a + b > n ? a + b - n : 0, high = a < b ? a : b;
	double mode = floor((a + 1) * (b + 1) / (n + 2)), p, peak, sum;

	mode = mode < low ? low : mode > high ? high : mode;
	peak = exp(log_factorial(a) + log_factorial(b) + log_factorial(n - a) +
		log_factorial(n - b) - log_factorial(n) - log_factorial(mode) -
		log_factorial(a - mode) - log_factorial(b - mode) -
		log_factorial(n - a - b + mode));
	sum = peak * cell(mode, a, b, n);
	p = peak;
	for (double k = mode; k < high && p > NEGLIGIBLE * peak; k++) {
		p *= (a - k) * (b - k) / ((k + 1) * (n - a - b + k + 1));
		sum += p * cell(k + 1, a, b, n);
	}
	p = peak;
	for (double k = mode; k > low && p > NEGLIGIBLE * peak; k--) {
		p *= k * (n - a - b + k) / ((a - k + 1) * (b - k + 1));
		sum += p * cell(k - 1, a, b, n);
	}
	return sum;
}

static double
expected_mutual(const struct side *a, const struct side *b, double total)
{
	size_t as, bs;
	struct size *x = different_sizes(a, &as), *y = different_sizes(b, &bs);
	double sum = 0;

	for (size_t i = 0; i < as; i++)
		for (size_t k = 0; k < bs; k++)
			sum += (double)x[i].times * (double)y[k].times *
				expected_cell(
					(double)x[i].n, (double)y[k].n, total);
	free(x);
	free(y);
	return sum;
}

double
contingency_mutual(const struct joint *j)
{
	double total = (double)j->tokens, mi, chance, most, result;
	struct side a, b;

	assert(j->used == 0 || j->cols == 2);
	if (!j->tokens || j->full)
		return NAN;
	count_side(&a, j, 0);
	count_side(&b, j, 1);
	mi = mutual(j, &a, &b);
	chance = expected_mutual(&a, &b, total);
	most = (entropy(&a, total) + entropy(&b, total)) / 2;
	/* One class on each side, or a class a token: nothing to tell. */
	if ((a.used == 1 && b.used == 1) ||
		(a.used == j->tokens && b.used == j->tokens))
		result = 1;
	else
		result = (mi - chance) / (most - chance);
	free(a.n);
	free(b.n);
	return result;
}
