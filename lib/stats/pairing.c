#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "stats/pairing.h"
#include "stats/spacing.h"
#include "util/mem.h"

/* The code of the table [k, d] nearest to each row of x [n, d]; malloc'd. */
static uint32_t *
nearest_of(const float *x, size_t n, const float *table, size_t k, size_t d,
	struct pool *pool)
{
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	struct nearest s;

	nearest_init(&s, table, k, d);
	nearest_prune(&s, pool, table);
	nearest_find_all(&s, pool, x, n, idx, NULL);
	nearest_free(&s);
	return idx;
}

static void
match(struct pairing *p, const float *old, size_t k_old, const float *now,
	size_t k, size_t d, struct pool *pool)
{
	uint32_t *back = nearest_of(old, k_old, now, k, d, pool);
	uint32_t *to = nearest_of(now, k, old, k_old, d, pool);
	size_t pairs = 0;
	double sum = 0;

	for (size_t j = 0; j < k; j++) {
		sum += spacing_between(now + j * d, old + (size_t)to[j] * d, d);
		pairs += back[to[j]] == j;
	}
	p->matched = sum / (double)k;
	p->mutual = (double)pairs / (double)(k < k_old ? k : k_old);
	free(back);
	free(to);
}

static void
compare(struct pairing *p, const float *old, const float *now, size_t k,
	size_t d)
{
	double sum = 0;
	size_t same = 0;

	p->moved_most = 0;
	for (size_t j = 0; j < k; j++) {
		double by = spacing_between(now + j * d, old + j * d, d);

		sum += by;
		p->moved_most = fmax(p->moved_most, by);
		same += memcmp(now + j * d, old + j * d, d * sizeof(*now)) == 0;
	}
	p->moved = sum / (double)k;
	p->same = (double)same / (double)k;
}

struct pairing
pairing_find(const float *old, size_t k_old, const float *now, size_t k,
	size_t d, struct pool *pool)
{
	double spread = spacing_spread(old, k_old, d);
	struct pairing p;

	match(&p, old, k_old, now, k, d, pool);
	compare(&p, old, now, k < k_old ? k : k_old, d);
	if (!(spread > 0))
		spread = NAN; /* of equal codes there is no unit */
	p.matched /= spread;
	p.moved /= spread;
	p.moved_most /= spread;
	return p;
}
