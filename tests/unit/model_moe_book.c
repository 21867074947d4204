/*
 * What training makes once: codebooks and their maps, frozen routers.
 */
#include "model/router_map.h"
#include "moe_tiny.h"

static const struct shape vqmoe = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 1, 1,
	ACT_RELU, false, 1, 0, &learner_vq };

/* t with a batch to build from and room for it; not built. */
static void
open_sample(struct tiny *t, const struct moe_opts *o, uint64_t seed)
{
	struct rng rng;

	rng_seed(&rng, seed, 0);
	tiny_open(t, o, false, TINY_SAMPLE, NULL, &rng);
}

static double
build(struct tiny *t)
{
	double agreement;
	struct err e;

	if (moe_book_build(&t->m, &t->b, &agreement, &e) != 0)
		fail_msg("%s", e.msg);
	assert_true(t->m.built);
	moe_forward(&t->m, &t->b, &t->w, t->m.o.layers);
	return agreement;
}

static void
they_are_due_after_a_twentieth_of_the_steps(void **state)
{
	(void)state;
	for (int kind = MOE_VQMOE; kind <= MOE_HYBRID; kind++) {
		struct shape s = vqmoe;
		struct moe_opts o;
		struct tiny t;
		bool never = kind == MOE_SOFTMAX || kind == MOE_COSINE ||
			kind == MOE_BIASED || kind == MOE_HASH ||
			kind == MOE_RANDOM;
		size_t from = kind == MOE_STABLE ? 10 : 5;

		s.kind = (enum moe_kind)kind;
		o = shape_opts(&s);
		open_sample(&t, &o, 30);
		for (t.m.adam.step = 0; t.m.adam.step < 100; t.m.adam.step++)
			assert_int_equal(moe_book_is_due(&t.m),
				!never && t.m.adam.step >= from);
		t.m.built = true;
		assert_false(moe_book_is_due(&t.m));
		tiny_close(&t);
	}
}

static void
a_sample_has_twenty_rows_a_code_within_bounds(void **state)
{
	struct moe m = { .o = { .codes = 10 } };

	(void)state;
	assert_int_equal(moe_book_rows(&m), 4096);
	m.o.codes = 1000;
	assert_int_equal(moe_book_rows(&m), 20000);
	m.o.codes = 10000;
	assert_int_equal(moe_book_rows(&m), 65536);
	m.o.codes = 100000;
	assert_int_equal(moe_book_rows(&m), 100000);
}

/* Mean squares of what layer l is off its codes, over those of its u. */
static double
share_off(const struct tiny *t, size_t l)
{
	const struct moe_layer_work *w = &t->w.layer[l];
	double off = 0, all = 0;

	for (size_t i = 0; i < TINY_SAMPLE * TINY_WIDTH; i++) {
		size_t k = w->codes[i / TINY_WIDTH] * TINY_WIDTH;
		double u = (double)w->u[i];
		double q = (double)t->m.layer[l].q[k + i % TINY_WIDTH];

		off += (u - q) * (u - q);
		all += u * u;
	}
	return off / all;
}

/* Each layer's of its own u, as it was before the codes were in use. */
static void
a_codebook_is_near_what_it_was_made_of(void **state)
{
	struct shape s = vqmoe;
	struct moe_opts o;
	struct tiny t;

	(void)state;
	s.layers = 2;
	o = shape_opts(&s);
	open_sample(&t, &o, 31);
	/* The second layer's u is far from the first's. */
	for (size_t i = 0; i < TINY_WIDTH; i++)
		params_in(&t.m.ps, t.m.ps.w, t.m.layer[1].norm.bias)[i] += 5;
	moe_pack(&t.m);
	build(&t);
	for (size_t l = 0; l < 2; l++) {
		double off = share_off(&t, l);

		assert_true(off > 0 && off < (l ? 0.05 : 0.3));
	}
	tiny_close(&t);
}

/* How often the sample takes each code. */
static void
count_use(const struct tiny *t, double *use)
{
	for (size_t k = 0; k < TINY_CODES; k++)
		use[k] = 0;
	for (size_t v = 0; v < TINY_SAMPLE; v++)
		use[t->w.layer[0].codes[v]]++;
}

static void
maps_are_grouped_by_use_or_modulo(void **state)
{
	struct moe_opts o = shape_opts(&vqmoe);
	uint32_t want[TINY_CODES];
	double use[TINY_CODES];
	struct tiny t;

	(void)state;
	open_sample(&t, &o, 32);
	build(&t);
	count_use(&t, use);
	router_map_grouped(t.m.layer[0].q, use, TINY_CODES, TINY_WIDTH,
		TINY_EXPERTS, want);
	assert_memory_equal(t.m.layer[0].map, want, sizeof(want));
	tiny_close(&t);
	o.map = MOE_MODULO;
	open_sample(&t, &o, 32);
	build(&t);
	for (size_t k = 0; k < TINY_CODES; k++)
		assert_int_equal(t.m.layer[0].map[k], k % TINY_EXPERTS);
	tiny_close(&t);
}

/* Few different rows: some codes have no token, and stay as they are grouped.
 */
static void
distil_asks_the_router_of_the_tokens(void **state)
{
	struct moe_opts o = shape_opts(&vqmoe);
	size_t votes[TINY_CODES][TINY_EXPERTS] = { { 0 } }, silent = 0;
	uint32_t grouped[TINY_CODES];
	struct tiny t;

	(void)state;
	for (int distil = 0; distil < 2; distil++) {
		o.map = distil ? MOE_DISTIL : MOE_GROUPED;
		o.top = 2;
		open_sample(&t, &o, 33);
		for (size_t i = 8 * TINY_COLUMNS;
			i < TINY_SAMPLE * TINY_COLUMNS; i++)
			t.x[i] = t.x[i % (8 * TINY_COLUMNS)];
		build(&t);
		if (!distil) {
			memcpy(grouped, t.m.layer[0].map, sizeof(grouped));
			tiny_close(&t);
		}
	}
	for (size_t v = 0; v < TINY_SAMPLE; v++)
		votes[t.w.layer[0].codes[v]][t.w.layer[0].chosen[2 * v]]++;
	for (size_t k = 0; k < TINY_CODES; k++) {
		size_t most = 0, want = grouped[k];

		for (size_t j = TINY_EXPERTS; j-- > 0;)
			if (votes[k][j] && votes[k][j] >= most) {
				most = votes[k][j];
				want = j;
			}
		silent += most == 0;
		assert_int_equal(t.m.layer[0].map[k], want);
	}
	assert_true(silent > 0 && silent < TINY_CODES - 3);
	tiny_close(&t);
}

static void
rules_say_which_codes_of_a_hybrid_have_an_expert(void **state)
{
	const uint32_t want[TINY_CODES] = { 1, 1, 1, 4, 0, 5, 5, 5, 5, 5, 5 };
	struct shape s = vqmoe;
	struct moe_opts o;
	struct tiny t;
	char path[32];
	double agreement;
	struct err e;

	(void)state;
	s.kind = MOE_HYBRID;
	o = shape_opts(&s);
	o.rules = path;
	tiny_rules(path);
	open_sample(&t, &o, 34);
	build(&t);
	assert_memory_equal(t.m.layer[0].map, want, sizeof(want));
	tiny_close(&t);
	unlink(path);
	open_sample(&t, &o, 34);
	assert_int_equal(moe_book_build(&t.m, &t.b, &agreement, &e), -1);
	assert_non_null(strstr(e.msg, path));
	assert_false(t.m.built || t.m.layer[0].booked);
	tiny_close(&t);
}

/* Bit for bit, until the input map moves on. */
static void
frozen_features_are_those_of_the_input_map(void **state)
{
	(void)state;
	for (int i = MOE_LINEAR; i <= MOE_EMBEDDING; i++) {
		struct shape s = vqmoe;
		struct moe_opts o;
		struct moe_figures f;
		struct tiny t;
		float *before = mem_floats(TINY_SAMPLE * TINY_WIDTH);

		s.kind = MOE_KMEANS;
		s.input = (enum moe_input)i;
		o = shape_opts(&s);
		open_sample(&t, &o, 35);
		build(&t);
		moe_forward(&t.m, &t.b, &t.w, 0);
		same_bits(t.w.frozen, t.w.h, TINY_SAMPLE * TINY_WIDTH);
		memcpy(before, t.w.h, TINY_SAMPLE * TINY_WIDTH * sizeof(float));
		assert_true(moe_step_run(&t.m, &t.b, &t.w, &f));
		moe_forward(&t.m, &t.b, &t.w, 0);
		same_bits(t.w.frozen, before, TINY_SAMPLE * TINY_WIDTH);
		assert_memory_not_equal(t.w.h, before,
			TINY_SAMPLE * TINY_WIDTH * sizeof(float));
		free(before);
		tiny_close(&t);
	}
}

/* The squared distance of row v's frozen features to centre j. */
static double
apart(const struct tiny *t, size_t v, size_t j)
{
	const struct moe *m = &t->m;
	const float *c = params_in(&m->ps, m->ps.w, m->layer[0].frozen_w);
	double sum = 0;

	for (size_t i = 0; i < TINY_WIDTH; i++)
		sum += pow((double)t->w.frozen[v * TINY_WIDTH + i] -
				(double)c[j * TINY_WIDTH + i],
			2);
	return sum;
}

/* Frozen scores x . c - |c|^2 / 2 are largest at the nearest centre. */
static void
kmeans_sends_a_token_to_the_nearest_centre(void **state)
{
	struct shape s = vqmoe;
	struct moe_opts o;
	struct tiny t;

	(void)state;
	s.kind = MOE_KMEANS;
	o = shape_opts(&s);
	open_sample(&t, &o, 37);
	build(&t);
	for (size_t v = 0; v < TINY_SAMPLE; v++)
		for (size_t j = 0; j < TINY_EXPERTS; j++)
			assert_true(apart(&t, v, t.w.layer[0].experts[v]) <=
				apart(&t, v, j) + 1e-5);
	tiny_close(&t);
}

static void
agreement_is_the_share_that_still_goes_the_same_way(void **state)
{
	struct shape s = vqmoe;
	struct moe_opts o;
	struct tiny t;
	uint16_t before[2 * TINY_SAMPLE];
	size_t same[2] = { 0 };
	double agreement;

	(void)state;
	s.kind = MOE_STABLE;
	s.layers = 2;
	o = shape_opts(&s);
	open_sample(&t, &o, 36);
	moe_forward(&t.m, &t.b, &t.w, 2);
	for (size_t i = 0; i < 2 * TINY_SAMPLE; i++)
		before[i] = t.w.layer[i % 2].chosen[i / 2];
	agreement = build(&t);
	for (size_t i = 0; i < 2 * TINY_SAMPLE; i++) {
		/* The second layer's u came of the learned routes of the
		 * first; what it goes by now does not. */
		same[i % 2] += before[i] == t.w.layer[i % 2].chosen[i / 2];
	}
	print_message("# %zu and %zu of %d\n", same[0], same[1], TINY_SAMPLE);
	near(agreement,
		(double)(same[0] < same[1] ? same[0] : same[1]) / TINY_SAMPLE,
		1e-12);
	assert_true(agreement > 0.7);
	tiny_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_are_due_after_a_twentieth_of_the_steps),
		cmocka_unit_test(a_sample_has_twenty_rows_a_code_within_bounds),
		cmocka_unit_test(a_codebook_is_near_what_it_was_made_of),
		cmocka_unit_test(maps_are_grouped_by_use_or_modulo),
		cmocka_unit_test(distil_asks_the_router_of_the_tokens),
		cmocka_unit_test(
			rules_say_which_codes_of_a_hybrid_have_an_expert),
		cmocka_unit_test(frozen_features_are_those_of_the_input_map),
		cmocka_unit_test(kmeans_sends_a_token_to_the_nearest_centre),
		cmocka_unit_test(
			agreement_is_the_share_that_still_goes_the_same_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
