#include <stdlib.h>
#include <string.h>

#include "kernel/nearest_top.h"
#include "quant/kmeans_cells.h"
#include "quant/kmeans_merge.h"
#include "util/mem.h"

/* Of the pairs a fifth is looked at in a round: two neighbours name each other
 * as a rule, so about a tenth of the cells goes.  A smaller share gives no
 * better a start (a fiftieth: the same error after Lloyd within 0.1 %). */
#define SHARE 5

struct pair {
	double cost;
	size_t a, b; /* a < b: b goes */
};

static int
cheaper(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	if (x->a != y->a)
		return x->a < y->a ? -1 : 1;
	return (x->b > y->b) - (x->b < y->b);
}

/* Every cell with its nearest other, the cheapest pair first. */
static struct pair *
list_pairs(const float *mean, const double *count, size_t have, size_t d,
	struct pool *pool)
{
	struct pair *p = mem_alloc(have, sizeof(*p));
	uint32_t *idx = mem_alloc(have * 2, sizeof(*idx));
	float *score = mem_floats(have * 2);
	struct nearest s;

	nearest_init(&s, mean, have, d);
	nearest_top_all(&s, pool, mean, have, 2, idx, score);
	nearest_free(&s);
	for (size_t a = 0; a < have; a++) {
		size_t b = idx[2 * a] == a ? idx[2 * a + 1] : idx[2 * a];
		double share = count[a] * count[b] / (count[a] + count[b]);

		p[a].a = a < b ? a : b;
		p[a].b = a < b ? b : a;
		p[a].cost = share *
			kmeans_cells_distance(mean + a * d, mean + b * d, d);
	}
	qsort(p, have, sizeof(*p), cheaper);
	free(idx);
	free(score);
	return p;
}

static void
merge_pair(float *mean, double *count, size_t d, size_t a, size_t b)
{
	double sum = count[a] + count[b];

	for (size_t i = 0; i < d; i++) {
		double t = count[a] * (double)mean[a * d + i] +
			count[b] * (double)mean[b * d + i];

		mean[a * d + i] = (float)(t / sum);
	}
	count[a] = sum;
	count[b] = 0;
}

/* Close the gaps of cells that went. */
static size_t
keep_cells(float *mean, double *count, size_t have, size_t d)
{
	size_t kept = 0;

	for (size_t j = 0; j < have; j++) {
		if (count[j] == 0)
			continue;
		memmove(mean + kept * d, mean + j * d, d * sizeof(*mean));
		count[kept++] = count[j];
	}
	return kept;
}

void
kmeans_merge(float *mean, double *count, size_t have, size_t d, size_t k,
	struct pool *pool)
{
	while (have > k) {
		struct pair *p = list_pairs(mean, count, have, d, pool);
		unsigned char *used = mem_zalloc(have, 1);
		size_t pairs = 1 + have / SHARE;

		/* Far clusters of m cells need m - 1 merges, and are named by m
		 * pairs: pairs beyond those needed may join two clusters. */
		pairs = pairs < have - k ? pairs : have - k;
		for (size_t i = 0; i < pairs; i++) {
			if (used[p[i].a] || used[p[i].b])
				continue;
			used[p[i].a] = used[p[i].b] = 1;
			merge_pair(mean, count, d, p[i].a, p[i].b);
		}
		have = keep_cells(mean, count, have, d);
		free(used);
		free(p);
	}
}
