#include <math.h>
#include <stdlib.h>

#include "stats/drift.h"
#include "util/mem.h"

/* p log2 p/m with 0 log 0 = 0. */
static double
term(double p, double m)
{
	return p > 0 ? p * log2(p / m) : 0;
}

double
drift_distance(const uint64_t *a, const uint64_t *b, size_t k)
{
	double total_a = 0, total_b = 0, sum = 0;

	for (size_t j = 0; j < k; j++) {
		total_a += (double)a[j];
		total_b += (double)b[j];
	}
	if (total_a == 0 || total_b == 0)
		return NAN;
	for (size_t j = 0; j < k; j++) {
		double p = (double)a[j] / total_a, q = (double)b[j] / total_b;

		sum += term(p, (p + q) / 2) + term(q, (p + q) / 2);
	}
	/* Rounding may leave less than nothing. */
	return sum > 0 ? sqrt(fmin(sum / 2, 1)) : 0;
}

enum change { SAME, SPLIT, MOVED };

static uint32_t
root_of(const struct drift_codes *t, size_t c, uint32_t code)
{
	return t->root ? t->root[c][code] : code;
}

static enum change
change_of(const struct drift_codes *t, size_t c, uint32_t was, uint32_t is)
{
	if (was == is)
		return SAME;
	return root_of(t, c, is) == was ? SPLIT : MOVED;
}

static double
column_distance(const struct drift_codes *t, size_t c)
{
	uint64_t *a = mem_zalloc(2 * t->k[c], sizeof(*a)), *b = a + t->k[c];
	double distance;

	for (size_t v = 0; v < t->n; v++) {
		a[t->was[v * t->columns + c]]++;
		b[root_of(t, c, t->is[v * t->columns + c])]++;
	}
	distance = drift_distance(a, b, t->k[c]);
	free(a);
	return distance;
}

static void
count_change(struct drift *d, enum change how)
{
	d->churn += how == MOVED;
	d->split += how == SPLIT;
}

static void
make_shares(struct drift *d, size_t n)
{
	d->tokens = n;
	d->churn /= (double)n;
	d->split /= (double)n;
}

void
drift_measure(
	const struct drift_codes *t, struct drift *all, struct drift *column)
{
	struct drift *each = mem_zalloc(t->columns, sizeof(*each));

	*all = (struct drift){ 0 };
	for (size_t v = 0; v < t->n; v++) {
		enum change most = SAME;

		for (size_t c = 0; c < t->columns; c++) {
			size_t i = v * t->columns + c;
			enum change how = change_of(t, c, t->was[i], t->is[i]);

			count_change(&each[c], how);
			most = how > most ? how : most;
		}
		count_change(all, most);
	}
	make_shares(all, t->n);
	for (size_t c = 0; c < t->columns; c++) {
		make_shares(&each[c], t->n);
		each[c].distance = column_distance(t, c);
		all->distance += each[c].distance / (double)t->columns;
		if (column)
			column[c] = each[c];
	}
	free(each);
}
