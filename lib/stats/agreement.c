#include <math.h>

#include "stats/agreement.h"
#include "stats/load.h"

/* True if v[i] stands before i already, or is no expert. */
static bool
no_member(const uint16_t *v, size_t i)
{
	if (v[i] == LOAD_DROPPED)
		return true;
	for (size_t j = 0; j < i; j++)
		if (v[j] == v[i])
			return true;
	return false;
}

static bool
has(const uint16_t *v, size_t n, uint16_t e)
{
	for (size_t i = 0; i < n; i++)
		if (v[i] == e)
			return true;
	return false;
}

struct agreement_sets
agreement_sets(
	const uint16_t *a, size_t a_cols, const uint16_t *b, size_t b_cols)
{
	struct agreement_sets s = { 0, 0, 0 };

	for (size_t i = 0; i < a_cols; i++) {
		if (no_member(a, i))
			continue;
		s.a++;
		s.shared += has(b, b_cols, a[i]);
	}
	for (size_t i = 0; i < b_cols; i++)
		s.b += !no_member(b, i);
	return s;
}

void
agreement_free(struct agreement *g)
{
	joint_free(&g->first);
	*g = (struct agreement){ 0 };
}

bool
agreement_token(struct agreement *g, struct agreement_sets s, uint16_t a_first,
	uint16_t b_first)
{
	const uint32_t pair[2] = { a_first, b_first };
	size_t larger = s.a > s.b ? s.a : s.b, less = s.a < s.b ? s.a : s.b;
	bool changed = !agreement_same(s);

	g->tokens++;
	g->changed += changed;
	g->saturation += larger ? (double)s.shared / (double)larger : 1;
	g->smaller += (double)less;
	g->first.cols = 2;
	if (a_first != LOAD_DROPPED && b_first != LOAD_DROPPED)
		joint_add(&g->first, pair, 1);
	return changed;
}

double
agreement_fluctuation(const struct agreement *g)
{
	return g->tokens ? (double)g->changed / (double)g->tokens : NAN;
}

double
agreement_saturation(const struct agreement *g)
{
	return g->tokens ? g->saturation / (double)g->tokens : NAN;
}

/* E |A & B| = |A| |B| / E, over the larger of the two: the smaller one / E. */
double
agreement_chance(const struct agreement *g, size_t experts)
{
	if (!g->tokens)
		return NAN;
	return g->smaller / (double)g->tokens / (double)experts;
}
