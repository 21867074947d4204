#include <math.h>

#include "stats/agreement.h"
#include "stats/load.h"
#include "stats/probes.h"

const uint16_t *
probes_at(const struct probes *p, size_t checkpoint, size_t i)
{
	return p->expert[checkpoint] + i * p->stride + p->col;
}

bool
probes_there(const struct probes *p, size_t checkpoint)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t j = 0; j < p->cols; j++)
			if (probes_at(p, checkpoint, i)[j] != LOAD_DROPPED)
				return true;
	return false;
}

static bool
differs(const struct probes *p, size_t a, size_t b, size_t i)
{
	return !agreement_same(agreement_sets(
		probes_at(p, a, i), p->cols, probes_at(p, b, i), p->cols));
}

void
probes_last_change(const struct probes *p, size_t *last)
{
	size_t before = p->checkpoints;

	for (size_t i = 0; i < p->n; i++)
		last[i] = 0;
	for (size_t c = 0; c < p->checkpoints; c++) {
		if (!probes_there(p, c))
			continue;
		for (size_t i = 0; i < p->n; i++)
			if (before == p->checkpoints ||
				differs(p, before, c, i))
				last[i] = c;
		before = c;
	}
}

static bool
holds(const struct probes *p, size_t checkpoint, size_t i, uint16_t e)
{
	const uint16_t *at = probes_at(p, checkpoint, i);

	for (size_t j = 0; j < p->cols; j++)
		if (at[j] == e)
			return true;
	return false;
}

/* Of the tokens that e had at `from`, those that it has at `to`. */
static size_t
kept(const struct probes *p, size_t from, size_t to, uint16_t e)
{
	size_t count = 0;

	for (size_t i = 0; i < p->n; i++)
		count += holds(p, from, i, e) && holds(p, to, i, e);
	return count;
}

double
probes_lifetime(const struct probes *p, uint16_t e, size_t *tokens)
{
	size_t from = 0;

	*tokens = 0;
	while (from < p->checkpoints && !(*tokens = kept(p, from, from, e)))
		from++;
	if (!*tokens)
		return NAN;
	for (size_t c = from + 1; c < p->checkpoints; c++)
		if (probes_there(p, c) && 2 * kept(p, from, c, e) <= *tokens)
			return (double)(c - from);
	return INFINITY;
}

double
probes_quantile(const double *sorted, size_t n, double q)
{
	double at = n ? q * (double)(n - 1) : 0, low = floor(at);
	size_t i = (size_t)low;

	if (n == 0)
		return NAN;
	if (i + 1 >= n || at == low || sorted[i] == sorted[i + 1])
		return sorted[i];
	return sorted[i] + (at - low) * (sorted[i + 1] - sorted[i]);
}
