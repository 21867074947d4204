#include <math.h>

#include "stats/ranking.h"
#include "stats/usage.h"

double
usage_expected(uint64_t n, size_t k)
{
	if (n == 0)
		return 0;
	return -expm1((double)n * log1p(-1 / (double)k));
}

double
usage_entropy_bias_bits(size_t used, uint64_t n)
{
	if (n == 0)
		return NAN;
	return ((double)used - 1) / (2 * (double)n * log(2));
}

uint64_t
usage_enough(size_t k)
{
	return 5 * (uint64_t)k;
}

/* What follows from tokens, codes and used. */
static void
derive(struct usage *u)
{
	double k = (double)u->codes, n = (double)u->tokens;

	u->dead = u->codes > u->used ? u->codes - u->used : 0;
	u->utilization = u->tokens && u->codes ? (double)u->used / k : NAN;
	u->tokens_per_code = u->codes ? n / k : NAN;
	u->perplexity = exp2(u->entropy_bits);
}

static void
rank(struct usage *u, const struct counts *c)
{
	struct ranking r;

	ranking_init(&r, c, u->codes);
	u->near_dead = ranking_near_dead(&r);
	u->gini = ranking_gini(&r);
	u->top_share = ranking_top_share(&r);
	ranking_free(&r);
}

struct usage
usage_column(const struct counts *c, size_t k)
{
	struct usage u = { .tokens = c->tokens, .codes = k, .used = c->used };

	u.entropy_bits = counts_entropy_bits(c);
	u.entropy_bias_bits = usage_entropy_bias_bits(c->used, c->tokens);
	u.expected = c->tokens && k ? usage_expected(c->tokens, k) : NAN;
	u.bits_per_token = k ? log2((double)k) : NAN;
	rank(&u, c);
	derive(&u);
	return u;
}

struct usage
usage_total(const struct usage *col, size_t cols)
{
	struct usage t = { .tokens = cols ? col[0].tokens : 0 };
	double hits = 0;

	for (size_t i = 0; i < cols; i++) {
		t.codes += col[i].codes;
		t.used += col[i].used;
		t.near_dead += col[i].near_dead;
		t.entropy_bits += col[i].entropy_bits;
		t.entropy_bias_bits += col[i].entropy_bias_bits;
		t.bits_per_token += col[i].bits_per_token;
		hits += col[i].expected * (double)col[i].codes;
	}
	for (size_t i = 0; i < cols; i++)
		if (!col[i].codes)
			t.codes = 0;
	t.gini = cols == 1 ? col[0].gini : NAN;
	t.top_share = cols == 1 ? col[0].top_share : NAN;
	t.expected = t.codes ? hits / (double)t.codes : NAN;
	if (!cols)
		t.entropy_bits = t.entropy_bias_bits = t.bits_per_token = NAN;
	derive(&t);
	return t;
}

struct usage
usage_joint(const struct tally *t)
{
	struct usage u = { .tokens = t->tokens };

	if (t->cols == 1) {
		u.used = t->col[0].used;
		u.entropy_bits = counts_entropy_bits(&t->col[0]);
	} else {
		u.used = t->joint.used;
		u.entropy_bits = joint_entropy_bits(&t->joint);
	}
	u.entropy_bias_bits = isnan(u.entropy_bits)
		? NAN
		: usage_entropy_bias_bits(u.used, u.tokens);
	u.expected = u.bits_per_token = u.gini = u.top_share = NAN;
	derive(&u);
	return u;
}
