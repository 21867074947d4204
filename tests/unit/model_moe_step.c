/*
 * Training: every kind of router learns the digits of data/digits; what is to
 * stand still stands still; what is to even the load does.
 */
#include "moe_digits.h"

static void
every_router_learns_the_digits(void **state)
{
	struct digits d;

	(void)state;
	digits_read(&d);
	for (int kind = MOE_VQMOE; kind <= MOE_HYBRID; kind++) {
		for (size_t top = 1; top <= 2; top++) {
			struct moe_opts o = digits_opts((enum moe_kind)kind);
			struct run t;
			size_t right;
			double before, after;

			if (kind == MOE_HYBRID && top > 1)
				continue;
			o.top = top;
			run_open(&t, &o);
			before = run_loss(&t, &d, &right);
			run_train(&t, &d, STEPS);
			after = run_loss(&t, &d, &right);
			print_message("# %s, top %zu: %.3f to %.3f, %zu of %d "
				      "right\n",
				moe_opts_kind_name((enum moe_kind)kind), top,
				before, after, right, HELD);
			assert_true(t.m.built == run_builds(&o));
			assert_true(after < 0.4 * before);
			assert_true(right > HELD * 3 / 4);
			run_close(&t);
		}
	}
	digits_free(&d);
}

/* A copy of the held rows' routes. */
static uint16_t *
routes(struct run *t, const struct digits *d)
{
	size_t right, n = HELD * moe_layer_columns(&t->m.layer[0]);
	uint16_t *to = mem_alloc(n, sizeof(*to));

	run_loss(t, d, &right);
	memcpy(to, t->held.layer[0].experts, n * sizeof(*to));
	return to;
}

/* The share of routes that 100 more steps change once they are fixed. */
static double
changed(enum moe_kind kind, const struct digits *d)
{
	struct moe_opts o = digits_opts(kind);
	struct run t;
	size_t n = 2 * HELD, differ = 0, right;
	uint16_t *before, *after;
	double loss;

	o.top = 2;
	run_open(&t, &o);
	run_train(&t, d, moe_opts_book_step(&o) + 1);
	assert_true(t.m.built == run_builds(&o));
	before = routes(&t, d);
	loss = run_loss(&t, d, &right);
	run_train(&t, d, 100);
	after = routes(&t, d);
	assert_true(run_loss(&t, d, &right) < loss);
	for (size_t i = 0; i < n; i++)
		differ += before[i] != after[i];
	free(before);
	free(after);
	run_close(&t);
	return (double)differ / (double)n;
}

static void
frozen_routes_never_change_and_others_do(void **state)
{
	struct digits d;

	(void)state;
	digits_read(&d);
	assert_true(changed(MOE_STABLE, &d) == 0);
	assert_true(changed(MOE_RANDOM, &d) == 0);
	assert_true(changed(MOE_KMEANS, &d) == 0);
	assert_true(changed(MOE_HASH, &d) == 0);
	assert_true(changed(MOE_SOFTMAX, &d) > 0.05);
	digits_free(&d);
}

/* 20 steps: tensors whose name has the word must move, or must not. */
static void
word_moves(struct run *t, const struct digits *d, const char *word, bool want)
{
	const struct params *ps = &t->m.ps;
	float *before = mem_floats(ps->total);
	size_t seen = 0;

	memcpy(before, ps->w, ps->total * sizeof(*before));
	run_train(t, d, 20);
	for (size_t i = 0; i < ps->count; i++) {
		size_t at = ps->row[i].at, size = ps->row[i].size;

		if (!strstr(ps->row[i].name, word))
			continue;
		seen++;
		if ((memcmp(before + at, ps->w + at, size * sizeof(float)) !=
			    0) != want)
			fail_msg("%s", ps->row[i].name);
	}
	assert_true(seen > 0);
	free(before);
}

static void
what_is_to_stand_still_stands_still(void **state)
{
	struct moe_opts o = digits_opts(MOE_VQMOE);
	struct digits d;
	struct run t;

	(void)state;
	digits_read(&d);
	run_open(&t, &o);
	run_train(&t, &d, 30);
	word_moves(&t, &d, "", true);
	run_close(&t);
	o.freeze_codes = o.fixed_experts = o.fixed_router = true;
	run_open(&t, &o);
	run_train(&t, &d, 30);
	word_moves(&t, &d, "quantize.", false);
	word_moves(&t, &d, "experts.", false);
	word_moves(&t, &d, "router.", false);
	word_moves(&t, &d, "gate.", true);
	word_moves(&t, &d, "norm", true);
	run_close(&t);
	digits_free(&d);
}

/* Of every quantizer: revived codes take their places' experts. */
static void
the_map_does_not_change_in_training(void **state)
{
	struct digits d;

	(void)state;
	digits_read(&d);
	for (size_t i = 0; learner_types[i]; i++) {
		struct moe_opts o = digits_opts(MOE_VQMOE);
		struct run t;
		uint32_t map[24];
		float *q = mem_floats(24 * o.width);

		if (!learner_type_plain(learner_types[i])) {
			free(q);
			continue;
		}
		o.type = learner_types[i];
		run_open(&t, &o);
		run_train(&t, &d, 20);
		memcpy(map, t.m.layer[0].map, sizeof(map));
		memcpy(q, t.m.layer[0].q, 24 * o.width * sizeof(*q));
		run_train(&t, &d, 40);
		assert_memory_equal(map, t.m.layer[0].map, sizeof(map));
		assert_memory_not_equal(
			q, t.m.layer[0].q, 24 * o.width * sizeof(*q));
		free(q);
		run_close(&t);
	}
	digits_free(&d);
}

/* 1e-3 down above the mean load, up below it, and not at all at it. */
static void
a_biased_choice_moves_by_the_sign_of_the_load(void **state)
{
	const struct shape s = { MOE_BIASED, MOE_EMBEDDING, MOE_CLASSES, 2, 2,
		ACT_RELU, false, 0, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	float before[2][TINY_EXPERTS];
	size_t even = 0;
	struct moe_figures f;
	struct tiny t;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 23, 0);
	tiny_open(&t, &o, false, 35, NULL, &rng);
	for (int i = 0; i < 30; i++) {
		for (size_t l = 0; l < 2; l++)
			memcpy(before[l], t.m.layer[l].choice,
				sizeof(before[l]));
		assert_true(moe_step_run(&t.m, &t.b, &t.w, &f));
		for (size_t j = 0; j < 2 * TINY_EXPERTS; j++) {
			size_t l = j % 2, load = t.w.layer[l].load[j / 2];
			float by =
				t.m.layer[l].choice[j / 2] - before[l][j / 2];
			double want = load > 14 ? -1e-3 : load < 14 ? 1e-3 : 0;

			near((double)by, want, 1e-7);
			even += load == 14;
		}
	}
	assert_true(even > 0); /* 35 rows of 2 for 5 experts */
	tiny_close(&t);
}

/* (max - mean) / mean of the held rows' load. */
static double
max_violation(struct run *t, const struct digits *d)
{
	size_t right, most = 0, e = t->m.o.experts;

	run_loss(t, d, &right);
	for (size_t j = 0; j < e; j++)
		if (t->held.layer[0].load[j] > most)
			most = t->held.layer[0].load[j];
	return (double)(most * e) / (double)HELD - 1;
}

/* One expert's scores are far above the others' and cannot learn: the bias of
 * the choice, of 1e-3 a step, is all that can even the load. */
static void
a_biased_router_evens_the_load(void **state)
{
	struct moe_opts o = digits_opts(MOE_BIASED);
	struct digits d;
	struct run t;
	double before, after;
	float *w;

	(void)state;
	digits_read(&d);
	o.fixed_router = true;
	run_open(&t, &o);
	w = params_in(&t.m.ps, t.m.ps.w, t.m.layer[0].router.weight);
	for (size_t i = 0; i < o.experts * o.width; i++)
		w[i] *= i / o.width == 3 ? 0.5f : 0.25f;
	run_train(&t, &d, 60);
	for (size_t j = 0; j < o.experts; j++)
		t.m.layer[0].choice[j] = j == 3 ? 0.3f : 0;
	before = max_violation(&t, &d);
	run_train(&t, &d, 500);
	after = max_violation(&t, &d);
	print_message(
		"# largest load over the mean: %.2f to %.2f\n", before, after);
	assert_true(before > 4);
	assert_true(after < 1);
	run_close(&t);
	digits_free(&d);
}

/* A target that is not a number: the step says so and leaves all as it was. */
static void
a_loss_that_is_not_finite_changes_nothing(void **state)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_REAL, 1, 1,
		ACT_RELU, true, 1, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	struct moe_figures f;
	struct tiny t;
	struct rng rng;
	float *before;

	(void)state;
	rng_seed(&rng, 22, 0);
	tiny_open(&t, &o, true, TINY_ROWS, NULL, &rng);
	before = mem_floats(t.m.ps.total);
	memcpy(before, t.m.ps.w, t.m.ps.total * sizeof(*before));
	t.real[3] = NAN;
	assert_false(moe_step_run(&t.m, &t.b, &t.w, &f));
	same_bits(before, t.m.ps.w, t.m.ps.total);
	t.real[3] = 1;
	assert_true(moe_step_run(&t.m, &t.b, &t.w, &f));
	assert_memory_not_equal(
		before, t.m.ps.w, t.m.ps.total * sizeof(*before));
	for (size_t i = 0; i < t.m.ps.total; i++)
		assert_true(isfinite(t.m.ps.w[i]));
	free(before);
	tiny_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_router_learns_the_digits),
		cmocka_unit_test(frozen_routes_never_change_and_others_do),
		cmocka_unit_test(what_is_to_stand_still_stands_still),
		cmocka_unit_test(the_map_does_not_change_in_training),
		cmocka_unit_test(a_biased_choice_moves_by_the_sign_of_the_load),
		cmocka_unit_test(a_biased_router_evens_the_load),
		cmocka_unit_test(a_loss_that_is_not_finite_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
