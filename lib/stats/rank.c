#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/sgemm.h"
#include "stats/rank.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* rows turned into doubles at a time */

static double *
column_means(const float *x, size_t n, size_t d, bool centred)
{
	double *mean = mem_zalloc(d, sizeof(*mean));

	for (size_t v = 0; v < n && centred; v++)
		for (size_t i = 0; i < d; i++)
			mean[i] += (double)x[v * d + i];
	for (size_t i = 0; i < d && n; i++)
		mean[i] /= (double)n;
	return mean;
}

/* a [d, d] of many rows. */
static void
gram_of_columns(
	const float *x, size_t n, size_t d, const double *mean, double *a)
{
	double *part = mem_alloc(CHUNK * d, sizeof(*part));

	for (size_t v = 0; v < n; v += CHUNK) {
		size_t m = n - v < CHUNK ? n - v : CHUNK;

		for (size_t i = 0; i < m * d; i++)
			part[i] = (double)x[v * d + i] - mean[i % d];
		sgemm_gram(part, m, d, a);
	}
	free(part);
}

/* a [n, n] of few rows: the same singular values, at less cost. */
static void
gram_of_rows(const float *x, size_t n, size_t d, const double *mean, double *a)
{
	double *part = mem_alloc(CHUNK * n, sizeof(*part));

	for (size_t i = 0; i < d; i += CHUNK) {
		size_t m = d - i < CHUNK ? d - i : CHUNK;

		for (size_t j = 0; j < m * n; j++) {
			size_t v = j % n, col = i + j / n;

			part[j] = (double)x[v * d + col] - mean[col];
		}
		sgemm_gram(part, m, n, a);
	}
	free(part);
}

/* val [m] are squares of the singular values, and become shares. */
static double
from_squares(double *val, size_t m)
{
	double none = (double)m * DBL_EPSILON * val[0];
	double all = 0, sum = 0, entropy = 0;

	for (size_t i = 0; i < m; i++) {
		val[i] = val[i] > none ? val[i] : 0; /* less is rounding */
		all += val[i];
		sum += sqrt(val[i]);
	}
	for (size_t i = 0; i < m && all > 0; i++) {
		double p = sqrt(val[i]) / sum;

		entropy -= p > 0 ? p * log(p) : 0;
		val[i] /= all;
	}
	return exp(entropy);
}

double
rank_effective(const float *x, size_t n, size_t d, bool centred, double *share)
{
	size_t m = n < d ? n : d;
	double *mean, *a, *val, rank = NAN;

	if (m == 0 || m > RANK_MOST)
		return NAN;
	mean = column_means(x, n, d, centred);
	a = mem_zalloc(m * m, sizeof(*a));
	val = mem_alloc(m, sizeof(*val));
	if (n < d)
		gram_of_rows(x, n, d, mean, a);
	else
		gram_of_columns(x, n, d, mean, a);
	if (sgemm_eigenvalues(a, m, val) == 0) {
		rank = from_squares(val, m);
		if (share)
			memcpy(share, val, m * sizeof(*val));
	}
	free(mean);
	free(a);
	free(val);
	return rank;
}
