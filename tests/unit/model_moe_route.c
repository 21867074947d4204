/*
 * Where tokens go: the choice of every router against its definition in
 * double (moe_ref.h), and capacity.
 */
#include "model/capacity.h"
#include "moe_ref.h"
#include "moe_shapes.h"

enum { ROWS = 211 };

/* Scores closer than this may be one another's. */
#define TIED 1e-4

/* The numbers by which row v chooses: scores, biased p, frozen scores. */
static void
choosers(const struct ref *r, size_t l, size_t v, double *s)
{
	const struct moe_opts *o = &r->m->o;
	const struct ref_layer *x = &r->layer[l];
	size_t e = o->experts, d = o->width;
	double h[64];

	if (x->frozen) {
		ref_input(r, "frozen.input", v, h);
		ref_linear(ref_of_layer(r, l, "router.frozen.weight", e * d),
			ref_of_layer(r, l, "router.frozen.bias", e), h, e, d,
			s);
		return;
	}
	for (size_t j = 0; j < e; j++)
		s[j] = o->kind == MOE_BIASED
			? x->p[v * e + j] + (double)r->m->layer[l].choice[j]
			: x->scores[v * e + j];
}

/* The t largest, best first; false if any two that matter are near. */
static bool
pick(const double *s, size_t e, size_t t, size_t *best)
{
	bool used[64] = { false };
	double before = HUGE_VAL;

	for (size_t i = 0; i <= t && i < e; i++) {
		size_t top = e;

		for (size_t j = 0; j < e; j++)
			if (!used[j] && (top == e || s[j] > s[top]))
				top = j;
		if (before - s[top] < TIED)
			return false;
		before = s[top];
		used[top] = true;
		if (i < t)
			best[i] = top;
	}
	return true;
}

/* The nearest code to row v; false if two are near. */
static bool
nearest_code(const struct ref *r, size_t l, size_t v, size_t *code)
{
	struct ref_weights w = ref_weights(r, l);
	size_t k = r->m->o.codes, d = r->m->o.width;
	double best = HUGE_VAL, second = HUGE_VAL, q[64];

	for (size_t i = 0; i < k; i++) {
		double sum = 0;

		for (size_t c = 0; c < d; c++)
			q[c] = (double)r->m->layer[l].q[i * d + c];
		if (w.table)
			ref_code(&w, i, d, q);
		for (size_t c = 0; c < d; c++)
			sum += pow(q[c] - r->layer[l].u[v * d + c], 2);
		if (sum < best) {
			second = best;
			best = sum;
			*code = i;
		} else {
			second = fmin(second, sum);
		}
	}
	return second - best > TIED;
}

/* What column c of row v was sent to before anything was dropped. */
static size_t
first_choice(const struct ref *r, size_t l, size_t v, size_t c)
{
	const struct moe_layer_work *w = &r->work->layer[l];
	const struct moe_layer *layer = &r->m->layer[l];

	if (ref_by_code(r, l, v) ||
		(r->layer[l].discrete && c + 1 == r->layer[l].s))
		return layer->map[w->codes[v]];
	return w->chosen[v * r->m->o.top + c];
}

/* Returns how many rows were near a boundary. */
static size_t
same_choice(const struct ref *r, size_t l)
{
	const struct moe_layer_work *w = &r->work->layer[l];
	size_t e = r->m->o.experts, t = r->m->o.top, near_ties = 0;
	size_t best[64], code = 0;
	double s[64];

	for (size_t v = 0; v < r->b->n; v++) {
		choosers(r, l, v, s);
		if (!pick(s, e, t, best))
			near_ties++;
		else if (r->layer[l].continuous)
			for (size_t j = 0; j < t; j++)
				assert_int_equal(w->chosen[v * t + j], best[j]);
		if (!r->layer[l].booked)
			continue;
		if (nearest_code(r, l, v, &code))
			assert_int_equal(w->codes[v], code);
		else
			near_ties++;
	}
	return near_ties;
}

/* Experts take what there is room for, by arrival. */
static size_t
same_drops(const struct ref *r, size_t l)
{
	const struct moe_layer_work *w = &r->work->layer[l];
	const struct moe_opts *o = &r->m->o;
	size_t s = r->layer[l].s, n = r->b->n, dropped = 0;
	size_t full[64] = { 0 };

	for (size_t i = 0; i < n * s; i++) {
		size_t window = n - i / s / 4096 * 4096, to;
		double room;

		if (i % (4096 * s) == 0)
			memset(full, 0, sizeof(full));
		window = window < 4096 ? window : 4096;
		room = ceil(o->capacity * (double)(window * s) /
			(double)o->experts);
		to = first_choice(r, l, i / s, i % s);
		if (o->capacity > 0 && (double)++full[to] > room) {
			assert_int_equal(w->experts[i], REF_DROPPED);
			assert_true(w->gate[i] == 0);
			dropped++;
		} else {
			assert_int_equal(w->experts[i], to);
			assert_true(w->gate[i] > 0);
		}
	}
	assert_int_equal(w->dropped, dropped);
	assert_int_equal(w->offset[o->experts], n * s - dropped);
	return dropped;
}

static void
choices_are_those_of_the_formulas(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		const struct shape *s = &shapes[i];
		struct moe_opts o = shape_opts(s);
		struct tiny t;
		struct ref r;
		struct rng rng;
		double *w;

		shape_print(s);
		if (s->kind == MOE_HASH)
			continue;
		rng_seed(&rng, 11, i);
		tiny_open(&t, &o, s->built, ROWS, NULL, &rng);
		moe_forward(&t.m, &t.b, &t.w, o.layers);
		ref_open(&r, &t.m, &t.b, &t.w);
		w = ref_copy(&t.m);
		ref_run(&r, w);
		for (size_t l = 0; l < o.layers; l++) {
			size_t dropped = same_drops(&r, l);

			assert_true(same_choice(&r, l) < ROWS / 20);
			assert_true((dropped > 0) == (o.capacity > 0));
		}
		free(w);
		ref_close(&r);
		tiny_close(&t);
	}
}

/* An expert that is full in one window has room in the next. */
static void
capacity_is_of_windows_from_the_beginning(void **state)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 1, 2,
		ACT_RELU, true, 1, 0.6, NULL };
	struct moe_opts o = shape_opts(&s);
	struct tiny t;
	struct ref r;
	struct rng rng;
	double *w;

	(void)state;
	rng_seed(&rng, 12, 0);
	tiny_open(&t, &o, true, CAPACITY_WINDOW + 333, NULL, &rng);
	moe_forward(&t.m, &t.b, &t.w, 1);
	ref_open(&r, &t.m, &t.b, &t.w);
	w = ref_copy(&t.m);
	ref_run(&r, w);
	assert_true(same_drops(&r, 0) > 100);
	free(w);
	ref_close(&r);
	tiny_close(&t);
}

/* One expert has all tokens and room for one in five. */
static void
a_dropped_token_gets_nothing_and_learns_nothing(void **state)
{
	const struct shape s = { MOE_SOFTMAX, MOE_NONE, MOE_BARE, 1, 1,
		ACT_RELU, false, 0, 1, NULL };
	struct moe_opts o = shape_opts(&s);
	struct moe_figures f;
	struct tiny t;
	struct rng rng;
	float *w;

	(void)state;
	rng_seed(&rng, 13, 0);
	tiny_open(&t, &o, false, 50, NULL, &rng);
	w = params_in(&t.m.ps, t.m.ps.w, t.m.layer[0].router.weight);
	memset(w, 0, TINY_EXPERTS * TINY_WIDTH * sizeof(*w));
	for (size_t v = 0; v < 50; v++)
		t.x[v * TINY_WIDTH] = 1;
	w[2 * TINY_WIDTH] = 9;
	moe_pack(&t.m);
	assert_true(moe_step_gradient(&t.m, &t.b, &t.w, &f));
	assert_int_equal(t.w.layer[0].dropped, 40);
	for (size_t v = 0; v < 50; v++) {
		uint16_t to = t.w.layer[0].experts[v];
		float *out = t.w.out + v * TINY_WIDTH, sum = 0;

		for (size_t i = 0; i < TINY_WIDTH; i++)
			sum += fabsf(out[i]);
		assert_int_equal(to, v < 10 ? 2 : REF_DROPPED);
		assert_true((sum > 0) == (v < 10));
	}
	for (size_t j = 0; j < TINY_EXPERTS; j++) {
		const struct params *ps = &t.m.ps;
		const float *g = params_in(ps, ps->g, t.m.layer[0].experts.b2);

		assert_true((g[j * TINY_WIDTH] != 0) == (j == 2));
	}
	tiny_close(&t);
}

/* By its newest row of tokens alone, and otherwise in each layer. */
static void
a_hash_sends_equal_tokens_to_the_same_experts(void **state)
{
	const struct shape s = { MOE_HASH, MOE_EMBEDDING, MOE_CLASSES, 2, 2,
		ACT_RELU, false, 0, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	size_t by_token[2][TINY_VOCAB * TINY_VOCAB] = { { 0 } }, differ = 0;
	struct tiny t;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 16, 0);
	tiny_open(&t, &o, false, 600, NULL, &rng);
	moe_forward(&t.m, &t.b, &t.w, 2);
	for (size_t v = 0; v < 600; v++) {
		const uint32_t *token = t.token + v * 2 * TINY_CONTEXT;
		size_t word = token[0] * TINY_VOCAB + token[1];

		for (size_t l = 0; l < 2; l++) {
			const uint16_t *e = t.w.layer[l].experts + 2 * v;
			size_t pair = 1 + (size_t)e[0] * TINY_EXPERTS + e[1];

			assert_true(e[0] < TINY_EXPERTS &&
				e[1] < TINY_EXPERTS && e[0] != e[1]);
			assert_true(by_token[l][word] == 0 ||
				by_token[l][word] == pair);
			by_token[l][word] = pair;
		}
	}
	for (size_t i = 0; i < TINY_VOCAB * TINY_VOCAB; i++)
		differ += by_token[0][i] != by_token[1][i];
	assert_true(differ > 15);
	tiny_close(&t);
}

/* The hash goes by tokens, so layers and capacity do not disturb it. */
static void
a_hash_drops_what_there_is_no_room_for(void **state)
{
	const struct shape s = { MOE_HASH, MOE_EMBEDDING, MOE_CLASSES, 2, 2,
		ACT_RELU, false, 0, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	uint16_t wanted[2 * ROWS];
	struct tiny t;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 19, 0);
	tiny_open(&t, &o, false, ROWS, NULL, &rng);
	moe_forward(&t.m, &t.b, &t.w, 2);
	memcpy(wanted, t.w.layer[1].experts, sizeof(wanted));
	t.m.o.capacity = 0.7;
	moe_forward(&t.m, &t.b, &t.w, 2);
	for (size_t j = 0, dropped = 0; j < TINY_EXPERTS; j++) {
		double had = 0, room = ceil(0.7 * 2 * ROWS / TINY_EXPERTS);

		for (size_t i = 0; i < 2 * ROWS; i++) {
			uint16_t to = t.w.layer[1].experts[i];

			if (wanted[i] != j)
				continue;
			assert_int_equal(to, ++had > room ? REF_DROPPED : j);
			dropped += to == REF_DROPPED;
		}
		if (j + 1 == TINY_EXPERTS)
			assert_int_equal(t.w.layer[1].dropped, dropped);
	}
	tiny_close(&t);
}

/* (d2^2 - d1^2) / (2 |Q1 - Q2|) with the nearest code of another expert. */
static double
margin_of(const struct tiny *t, size_t v)
{
	const struct moe_layer *l = &t->m.layer[0];
	size_t own = t->w.layer[0].codes[v], d = t->m.o.width;
	double best = HUGE_VAL, first = 0;

	for (size_t k = 0; k < TINY_CODES; k++) {
		double to = 0, own_to = 0, apart = 0;

		for (size_t i = 0; i < d; i++) {
			double u = (double)t->w.layer[0].u[v * d + i];
			double q = (double)l->q[k * d + i];
			double p = (double)l->q[own * d + i];

			to += (u - q) * (u - q);
			own_to += (u - p) * (u - p);
			apart += (q - p) * (q - p);
		}
		if (l->map[k] != l->map[own] && to < best) {
			best = to;
			first = (to - own_to) / (2 * sqrt(apart));
		}
	}
	return first;
}

static void
margins_are_distances_to_another_experts_code(void **state)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 1, 1,
		ACT_RELU, true, 1, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	struct tiny t;
	struct rng rng;
	uint32_t codes[ROWS];

	(void)state;
	rng_seed(&rng, 18, 0);
	tiny_open(&t, &o, true, ROWS, NULL, &rng);
	moe_forward(&t.m, &t.b, &t.w, 1);
	memcpy(codes, t.w.layer[0].codes, sizeof(codes));
	moe_work_free(&t.w, &t.m);
	moe_work_init(&t.w, &t.m, ROWS, false, true);
	moe_layer_margins(&t.m.layer[0]);
	moe_forward(&t.m, &t.b, &t.w, 1);
	assert_memory_equal(codes, t.w.layer[0].codes, sizeof(codes));
	for (size_t v = 0; v < ROWS; v++)
		near((double)t.w.layer[0].margin[v], margin_of(&t, v), 1e-4);
	tiny_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(choices_are_those_of_the_formulas),
		cmocka_unit_test(capacity_is_of_windows_from_the_beginning),
		cmocka_unit_test(
			a_dropped_token_gets_nothing_and_learns_nothing),
		cmocka_unit_test(a_hash_sends_equal_tokens_to_the_same_experts),
		cmocka_unit_test(a_hash_drops_what_there_is_no_room_for),
		cmocka_unit_test(margins_are_distances_to_another_experts_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
