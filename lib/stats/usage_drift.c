#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats/drift.h"
#include "stats/usage_drift.h"
#include "util/mem.h"

/* The counts of codes below n, in the order of codes. */
static uint64_t *
dense(const struct counts *c, size_t n)
{
	uint64_t *all = mem_zalloc(n, sizeof(*all));
	size_t known = c->room < n ? c->room : n;

	if (known)
		memcpy(all, c->n, known * sizeof(*all));
	return all;
}

static double
psi_term(double p, double q)
{
	return (q - p) * log(q / p);
}

/* Of n codes that may be used, and k - n that neither side uses. */
static double
psi(const uint64_t *a, double total_a, const uint64_t *b, double total_b,
	size_t n, size_t k)
{
	double sum = 0, half = (double)k / 2;

	for (size_t j = 0; j < n; j++)
		sum += psi_term(((double)a[j] + 0.5) / (total_a + half),
			((double)b[j] + 0.5) / (total_b + half));
	return sum +
		(double)(k - n) *
		psi_term(0.5 / (total_a + half), 0.5 / (total_b + half));
}

struct usage_drift
usage_drift_of(const struct counts *before, const struct counts *now, size_t k)
{
	size_t n =
		(size_t)(before->max > now->max ? before->max : now->max) + 1;
	double total_a = (double)before->tokens, total_b = (double)now->tokens;
	struct usage_drift d = { NAN, NAN, NAN, 0, 0 };
	uint64_t *a = dense(before, n), *b = dense(now, n);

	for (size_t j = 0; j < n; j++) {
		d.new_codes += b[j] && !a[j];
		d.vanished_codes += a[j] && !b[j];
	}
	if (before->tokens && now->tokens) {
		assert(k >= n);
		d.js_distance = drift_distance(a, b, n);
		d.psi = psi(a, total_a, b, total_b, n, k);
		d.psi_noise = ((double)k - 1) * (1 / total_a + 1 / total_b);
	}
	free(a);
	free(b);
	return d;
}
