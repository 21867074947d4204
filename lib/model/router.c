#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/router.h"
#include "model/router_pick.h"
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

/* s_j = R_j x, R_j of unit length: to cosines over the temperature. */
static void
to_cosines(const struct router *r, const float *x, float *s)
{
	double norm = length(x, r->d) * r->temperature;

	for (size_t j = 0; j < r->experts; j++)
		s[j] = norm > 0 ? (float)((double)s[j] / norm) : 0;
}

/* Scores become probabilities in place; chosen [E] is scratch. */
static void
pick_biased(const struct router *r, float *s, float *chosen, uint32_t *idx,
	float *gate)
{
	if (r->sigmoid)
		router_pick_sigmoid(s, r->experts, s);
	else
		router_pick_softmax(s, r->experts, s);
	router_pick_biased(
		s, r->choice, r->experts, r->top, r->renorm, chosen, idx, gate);
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
			router_pick_top(
				s, e, t, r->renorm, idx, out->gates + v * t);
		put(r, idx, out->experts + v * t);
	}
	return n;
}

/* By the bits of the row. */
static void
pick_hash(const struct router *r, const float *x, uint16_t *experts)
{
	router_pick_hash(x, r->d, r->experts, r->top, experts);
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
			pick_hash(r, x + v * r->d, out->experts + v * t);
		break;
	case ROUTER_HYBRID: return by_rules(r, x, n, normalize, out, work);
	default: return by_gate(r, x, n, out, work);
	}
	for (size_t i = 0; i < done * t; i++)
		out->gates[i] = (float)(1 / (double)t);
	return done;
}
