#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/exp.h"
#include "kernel/product.h"
#include "model/router.h"
#include "model/router_top.h"
#include "util/mem.h"
#include "util/rng.h"

#define LANES 8 /* sums side by side, added in order */

static const char *const names[] = { "softmax", "cosine", "biased", "vq",
	"hash", "random", "hybrid" };

const char *
router_name(enum router_kind k)
{
	return names[k];
}

int
router_find(const char *name)
{
	for (size_t i = 0; i < ROUTER_HYBRID; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

void
router_free(struct router *r)
{
	panel_free(&r->gate);
	free(r->choice);
	router_book_free(&r->book);
	*r = (struct router){ 0 };
}

static double
length(const float *x, size_t d)
{
	double sum[LANES] = { 0 };
	size_t whole = d - d % LANES;

	for (size_t i = 0; i < whole; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			sum[j] += (double)x[i + j] * (double)x[i + j];
	for (size_t i = whole; i < d; i++)
		sum[i - whole] += (double)x[i] * (double)x[i];
	for (size_t i = 1; i < LANES; i++)
		sum[0] += sum[i];
	return sqrt(sum[0]);
}

void
router_set_gate(struct router *r, const float *w, const float *bias)
{
	size_t d = r->d;
	float *unit = NULL;

	if (r->kind == ROUTER_COSINE) {
		unit = mem_floats(r->experts * d);
		for (size_t j = 0; j < r->experts; j++) {
			double norm = length(w + j * d, d);

			for (size_t i = 0; i < d; i++)
				unit[j * d + i] = norm > 0
					? (float)((double)w[j * d + i] / norm)
					: 0;
		}
	}
	panel_free(&r->gate);
	panel_init(&r->gate, unit ? unit : w, bias, r->experts, d);
	free(unit);
}

/* Nearly normal without libm: twelve uniform ones. */
static double
normal(struct rng *g)
{
	double sum = -6;

	for (size_t i = 0; i < 12; i++)
		sum += rng_unit(g);
	return sum;
}

void
router_randomize(struct router *r, size_t d, uint64_t seed)
{
	float *w = mem_floats(r->experts * d);
	double scale = 1 / sqrt((double)d);
	struct rng g;

	rng_seed(&g, seed, d);
	for (size_t i = 0; i < r->experts * d; i++)
		w[i] = (float)(normal(&g) * scale);
	r->d = d;
	router_set_gate(r, w, NULL);
	free(w);
}

/* Rows whose scores are kept at once. */
static size_t
block(const struct router *r)
{
	size_t n = ((size_t)1 << 17) / r->experts;

	return n < 16 ? 16 : n > 192 ? 192 : n;
}

static size_t
gate_work(const struct router *r)
{
	size_t n = (block(r) + 1) * r->experts + r->top;

	return (n + 15) / 16 * 16;
}

size_t
router_work(const struct router *r)
{
	switch (r->kind) {
	case ROUTER_VQ: return router_book_work(&r->book);
	case ROUTER_HASH: return r->top;
	case ROUTER_HYBRID: return gate_work(r) + router_book_work(&r->book);
	default: return gate_work(r);
	}
}

static bool
all_finite(const float *s, size_t e)
{
	float zero = 0;

	for (size_t j = 0; j < e; j++)
		zero += s[j] * 0;
	return zero == 0;
}

/* p_j of softmax times its denominator, s_best being the largest. */
static double
weight(float s, float best)
{
	return exp_of((double)s - (double)best);
}

static double
weight_sum(const float *s, size_t e, float best)
{
	double sum = 0;

	for (size_t j = 0; j < e; j++)
		sum += weight(s[j], best);
	return sum;
}

static void
pick_softmax(const struct router *r, const float *s, uint32_t *idx, float *gate)
{
	double sum = 0;
	float best;

	router_top(s, r->experts, r->top, idx);
	best = s[idx[0]];
	if (!r->renorm)
		sum = weight_sum(s, r->experts, best);
	for (size_t j = 0; r->renorm && j < r->top; j++)
		sum += weight(s[idx[j]], best);
	for (size_t j = 0; j < r->top; j++)
		gate[j] = (float)(weight(s[idx[j]], best) / sum);
}

/* Scores to probabilities, in place. */
static void
probabilities(const struct router *r, float *s)
{
	uint32_t first;
	double sum;
	float best;

	if (r->sigmoid) {
		for (size_t j = 0; j < r->experts; j++)
			s[j] = (float)(1 / (1 + exp_of(-(double)s[j])));
		return;
	}
	router_top(s, r->experts, 1, &first);
	best = s[first];
	sum = weight_sum(s, r->experts, best);
	for (size_t j = 0; j < r->experts; j++)
		s[j] = (float)(weight(s[j], best) / sum);
}

/* chosen [E] is scratch. */
static void
pick_biased(const struct router *r, float *s, float *chosen, uint32_t *idx,
	float *gate)
{
	double sum = 0;

	probabilities(r, s);
	for (size_t j = 0; j < r->experts; j++)
		chosen[j] = s[j] + r->choice[j];
	router_top(chosen, r->experts, r->top, idx);
	for (size_t j = 0; j < r->top; j++)
		sum += (double)s[idx[j]];
	for (size_t j = 0; j < r->top; j++) {
		double p = (double)s[idx[j]];

		if (r->renorm)
			p = sum > 0 ? p / sum : 1 / (double)r->top;
		gate[j] = (float)p;
	}
}

/* s_j = R_j x, R_j of unit length: to cosines over the temperature. */
static void
to_cosines(const struct router *r, const float *x, float *s)
{
	double norm = length(x, r->d) * r->temperature;

	for (size_t j = 0; j < r->experts; j++)
		s[j] = norm > 0 ? (float)((double)s[j] / norm) : 0;
}

static void
put(const struct router *r, const uint32_t *idx, uint16_t *experts)
{
	for (size_t j = 0; j < r->top; j++)
		experts[j] = (uint16_t)idx[j];
}

static size_t
by_gate(const struct router *r, const float *x, size_t n,
	const struct router_out *out, float *work)
{
	size_t e = r->experts, most = block(r), t = r->top;
	float *chosen = work + most * e;
	void *behind = chosen + e;
	uint32_t *idx = behind;

	for (size_t v = 0; v < n; v++) {
		float *s = work + v % most * e;

		if (v % most == 0)
			product_rows(&r->gate, x + v * r->d,
				n - v < most ? n - v : most, work);
		if (r->kind == ROUTER_COSINE)
			to_cosines(r, x + v * r->d, s);
		if (!all_finite(s, e))
			return v;
		if (r->kind == ROUTER_BIASED)
			pick_biased(r, s, chosen, idx, out->gates + v * t);
		else
			pick_softmax(r, s, idx, out->gates + v * t);
		put(r, idx, out->experts + v * t);
	}
	return n;
}

/* The mixing of splitmix64 (Steele, Lea, Flood, 2014). */
static uint64_t
mix(uint64_t h)
{
	h += 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}

/* t different experts by the bits of the row: Floyd's sampling. */
static void
pick_hash(const struct router *r, const float *x, size_t d, uint16_t *experts)
{
	uint64_t h = 0;

	for (size_t i = 0; i < d; i++) {
		uint32_t bits;

		memcpy(&bits, &x[i], sizeof(bits));
		h = (h ^ bits) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	for (size_t j = 0; j < r->top; j++) {
		uint64_t most = r->experts - r->top + j + 1;
		uint16_t pick;

		h = mix(h);
		pick = (uint16_t)((h >> 32) * most >> 32);
		for (size_t i = 0; i < j; i++)
			if (experts[i] == pick)
				pick = (uint16_t)(most - 1);
		experts[j] = pick;
	}
}

/* Every row's code first, then runs of those that are left to the gate. */
static size_t
by_rules(const struct router *r, const float *x, size_t n, bool normalize,
	const struct router_out *out, float *work)
{
	const uint32_t *map = r->book.map;
	size_t end,
		done = router_book_rows(&r->book, x, n, normalize, out->codes,
			out->margin, work + gate_work(r));

	for (size_t v = 0; v < done; v = end) {
		struct router_out run = { out->experts + v, out->gates + v,
			NULL, NULL };
		size_t got;

		end = v;
		while (end < done && map[out->codes[end]] == r->experts)
			end++;
		got = by_gate(r, x + v * r->d, end - v, &run, work);
		if (got < end - v)
			return v + got;
		for (; end < done && map[out->codes[end]] < r->experts; end++) {
			out->experts[end] = (uint16_t)map[out->codes[end]];
			out->gates[end] = 1;
		}
	}
	return done;
}

size_t
router_rows(const struct router *r, const float *x, size_t n, bool latents,
	const struct router_out *out, float *work)
{
	size_t t = r->top, done = n;
	bool normalize = r->book.transform.dim && !latents;

	switch (r->kind) {
	case ROUTER_VQ:
		done = router_book_rows(&r->book, x, n, normalize, out->codes,
			out->margin, work);
		for (size_t v = 0; v < done; v++)
			out->experts[v] = (uint16_t)r->book.map[out->codes[v]];
		break;
	case ROUTER_HASH:
		for (size_t v = 0; v < n; v++)
			pick_hash(r, x + v * r->d, r->d, out->experts + v * t);
		break;
	case ROUTER_HYBRID: return by_rules(r, x, n, normalize, out, work);
	default: return by_gate(r, x, n, out, work);
	}
	for (size_t i = 0; i < done * t; i++)
		out->gates[i] = (float)(1 / (double)t);
	return done;
}
