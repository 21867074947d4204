/*
 * What every type of codebook promises while it is trained, and the rules of
 * vq, ema and kmeans.  SimVQ's own are in quant_simvq.c.
 */
#include "numbers.h"
#include "quant_help.h"

static void
types_are_found_by_name(void **state)
{
	char names[100] = "";

	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		const char *name = learner_types[i]->name;

		assert_ptr_equal(learner_find(name), learner_types[i]);
		assert_true(strlen(learner_types[i]->help) > 10);
		if (i)
			strcat(names, "|");
		strcat(names, name);
	}
	assert_string_equal(names, LEARNER_NAMES);
	assert_null(learner_find("simv"));
	assert_null(learner_find(""));
}

static void
a_table_that_starts_is_the_table_that_is_read(void **state)
{
	struct rng r = seeded("a_table_that_starts_is_the_table_that_is_read");

	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		struct trial t;
		float *q, *got;

		if (!learner_types[i]->start)
			continue;
		q = normals(&r, 150, 1);
		got = mem_floats(150);
		trial_open(&t, learner_types[i], 30, 5, false);
		t.l.type->start(&t.l, q);
		t.l.type->read(&t.l, t.ps.w, NULL, got);
		for (size_t o = 0; o < 150; o++)
			near((double)got[o], (double)q[o], 1e-6);
		free(q);
		free(got);
		trial_close(&t);
	}
}

static void
a_random_table_has_the_spread_of_the_papers(void **state)
{
	static const struct learner_type *const type[] = { &learner_vq,
		&learner_cvq, &learner_ema, &learner_kmeans };
	const double narrow = 1 / (3000 * sqrt(3));
	const double want[] = { narrow, narrow, 0.5, 0.5 };
	enum { K = 3000, D = 4 };
	struct rng r = seeded("a_random_table_has_the_spread_of_the_papers");
	float *q = mem_floats(K * D);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct trial t;
		double sum = 0, square = 0, n = K * D;

		trial_open(&t, type[i], K, D, false);
		t.l.type->random(&t.l, &r);
		t.l.type->read(&t.l, t.ps.w, NULL, q);
		for (size_t o = 0; o < K * D; o++) {
			sum += (double)q[o];
			square += (double)q[o] * (double)q[o];
		}
		near(sum / n, 0, 0.05 * want[i]);
		near(sqrt(square / n), want[i], 0.05 * want[i]);
		trial_close(&t);
	}
	free(q);
}

static void
rows_are_scattered_in_order_by_any_pool(void **state)
{
	struct rng r = seeded("rows_are_scattered_in_order_by_any_pool");

	(void)state;
	for (int trial = 0; trial < 30; trial++) {
		size_t d = between(&r, 1, 70), k = between(&r, 1, 20);
		struct pool *pool = pool_open(between(&r, 1, 3));
		float *x = normals(&r, N * d, 1), *got = normals(&r, k * d, 1);
		float *want = mem_floats(k * d), factor = 0.7f;
		uint32_t idx[N];

		memcpy(want, got, k * d * sizeof(*want));
		for (size_t v = 0; v < N; v++) {
			idx[v] = (uint32_t)rng_below(&r, k);
			for (size_t i = 0; i < d; i++)
				want[idx[v] * d + i] += factor * x[v * d + i];
		}
		learner_scatter(pool, idx, x, N, d, factor, got);
		same_bits(got, want, k * d);
		free(x);
		free(got);
		free(want);
		pool_close(pool);
	}
}

/* dC[j] = the sum of dq over the vectors that j won, added to what is there. */
static void
vq_sums_the_gradients_of_what_a_code_won(void **state)
{
	struct rng r = seeded("vq_sums_the_gradients_of_what_a_code_won");
	struct trial t;
	uint32_t idx[N];
	float *dq = normals(&r, N * 4, 1);

	(void)state;
	trial_open(&t, &learner_vq, 9, 4, false);
	draw_codes(&r, idx, 9);
	for (size_t i = 0; i < t.ps.total; i++)
		t.ps.g[i] = 1;
	t.l.type->backward(&t.l, NULL, idx, dq, N);
	for (size_t o = 0; o < 36; o++) {
		double sum = 1;

		for (size_t v = 0; v < N; v++)
			if (idx[v] == o / 4)
				sum += (double)dq[v * 4 + o % 4];
		near((double)params_in(&t.ps, t.ps.g, 0)[o], sum, 1e-5);
	}
	free(dq);
	trial_close(&t);
}

/* Averages of what each code won, in double and without shortcuts. */
static void
ema_codes_are_decayed_averages(void **state)
{
	struct rng r = seeded("ema_codes_are_decayed_averages");
	enum { K = 6, D = 3, STEPS = 60 };
	struct trial t;
	float *q = normals(&r, K * D, 1), got[K * D];
	double decay = 1 - fmin(0.01, N / (50.0 * K)), count[K], sum[K * D];

	(void)state;
	trial_open(&t, &learner_ema, K, D, false);
	t.l.type->start(&t.l, q);
	for (size_t o = 0; o < K * D; o++) {
		count[o / D] = (double)N / K;
		sum[o] = (double)q[o] * N / K;
	}
	for (int step = 0; step < STEPS; step++) {
		float *x = normals(&r, N * D, 1);
		uint32_t idx[N];

		draw_codes(&r, idx, K - 1); /* the last wins nothing */
		for (size_t j = 0; j < K; j++)
			count[j] *= decay;
		for (size_t o = 0; o < K * D; o++)
			sum[o] *= decay;
		for (size_t v = 0; v < N; v++) {
			count[idx[v]] += 1 - decay;
			for (size_t i = 0; i < D; i++)
				sum[idx[v] * D + i] +=
					(1 - decay) * (double)x[v * D + i];
		}
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
		free(x);
	}
	t.l.type->read(&t.l, NULL, NULL, got);
	for (size_t o = 0; o < K * D; o++)
		near((double)got[o], sum[o] / count[o / D], 1e-4);
	/* What wins nothing keeps its place. */
	for (size_t o = K * D - D; o < K * D; o++)
		near((double)got[o], (double)q[o], 1e-4);
	assert_int_equal(t.l.revived, 0);
	free(q);
	trial_close(&t);
}

/* Code 0 wins all; the others die, come back near the data, and live on as
 * long as a count of their share lasts. */
static void
ema_revives_dead_codes_for_good(void **state)
{
	struct rng r = seeded("ema_revives_dead_codes_for_good");
	enum { K = 4, D = 2 };
	struct trial t;
	float q[K * D] = { 0 }, x[N * D], got[K * D];
	uint32_t idx[N] = { 0 };
	size_t at = 0;

	(void)state;
	trial_open(&t, &learner_ema, K, D, false);
	for (size_t j = 1; j < K; j++)
		q[j * D] = 1e3f;
	t.l.type->start(&t.l, q);
	while (t.l.revived == 0 && ++at < 1000) {
		fill(&r, x, N * D, 1);
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
	}
	assert_int_equal(at % 100, 0);
	near((double)at, 230, 70.1); /* 0.99^230 = 0.1 */
	assert_int_equal(t.l.revived, K - 1);
	t.l.type->read(&t.l, NULL, NULL, got);
	memcpy(q, got, sizeof(q));
	for (size_t j = 1; j < K; j++)
		assert_true(fabs((double)got[j * D]) < 10);
	for (int step = 0; step < 150; step++) {
		fill(&r, x, N * D, 1);
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
	}
	t.l.type->read(&t.l, NULL, NULL, got);
	for (size_t o = D; o < K * D; o++)
		near((double)got[o], (double)q[o], 1e-3);
	assert_int_equal(t.l.revived, K - 1);
	trial_close(&t);
}

/* Code 0 wins all of 64 but `each` for every other of four: the share is 16. */
static size_t
revived_with(size_t each)
{
	struct rng r = seeded("revived_with");
	enum { K = 4 };
	float q[K] = { 0 }, x[N];
	uint32_t idx[N] = { 0 };
	struct trial t;
	size_t revived;

	trial_open(&t, &learner_ema, K, 1, false);
	for (uint32_t j = 1; j < K; j++)
		for (size_t i = 0; i < each; i++)
			idx[j * each + i] = j;
	t.l.type->start(&t.l, q);
	for (int step = 0; step < 1000; step++) {
		fill(&r, x, N, 1);
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
	}
	revived = t.l.revived;
	trial_close(&t);
	return revived;
}

static void
ema_revives_below_a_tenth_of_the_share(void **state)
{
	(void)state;
	assert_int_equal(revived_with(2), 0); /* a tenth is 1.6 */
	assert_true(revived_with(1) >= 3);
}

/* Sculley 2010: after a code has won c vectors it is their plain mean (with
 * its start counted 20 times). */
static void
kmeans_codes_are_running_means(void **state)
{
	struct rng r = seeded("kmeans_codes_are_running_means");
	enum { K = 5, D = 3 };
	struct trial t;
	float *q = normals(&r, K * D, 1), got[K * D];
	double count[K], sum[K * D];

	(void)state;
	trial_open(&t, &learner_kmeans, K, D, false);
	t.l.type->start(&t.l, q);
	for (size_t o = 0; o < K * D; o++) {
		count[o / D] = 20;
		sum[o] = 20 * (double)q[o];
	}
	for (int step = 0; step < 20; step++) {
		float *x = normals(&r, N * D, 1);
		uint32_t idx[N];

		draw_codes(&r, idx, K);
		for (size_t v = 0; v < N; v++) {
			count[idx[v]]++;
			for (size_t i = 0; i < D; i++)
				sum[idx[v] * D + i] += (double)x[v * D + i];
		}
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
		free(x);
	}
	t.l.type->read(&t.l, NULL, NULL, got);
	for (size_t o = 0; o < K * D; o++)
		near((double)got[o], sum[o] / count[o / D], 1e-5);
	free(q);
	trial_close(&t);
}

static void
what_is_saved_is_the_table_that_was_searched(void **state)
{
	struct rng r = seeded("what_is_saved_is_the_table_that_was_searched");
	float q[12];

	(void)state;
	for (size_t i = 0; learner_types[i]; i++) {
		struct trial t;
		bool simvq = learner_types[i] == &learner_simvq;
		struct record rec = { 0 };
		struct tensor *x;
		float *saved;

		if (!learner_type_plain(learner_types[i]))
			continue;
		trial_open(&t, learner_types[i], 4, 3, false);
		t.l.type->random(&t.l, &r);
		t.l.type->read(&t.l, t.ps.w, NULL, q);
		t.l.type->save(&t.l, t.ps.w, q, "a.", &rec);
		x = record_find(
			&rec, simvq ? "a.codebook" : "a.embedding.weight");
		assert_non_null(x);
		assert_int_equal(x->rank, 2);
		assert_int_equal(x->shape[0], 4);
		assert_int_equal(x->shape[1], 3);
		saved = tensor_floats(x);
		same_bits(saved, q, 12);
		assert_int_equal(rec.count, simvq ? 4 : 1);
		if (simvq)
			assert_int_equal(
				record_find(&rec, "a.embedding_proj.bias")
					->rank,
				1);
		free(saved);
		record_free(&rec);
		trial_close(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_are_found_by_name),
		cmocka_unit_test(a_table_that_starts_is_the_table_that_is_read),
		cmocka_unit_test(a_random_table_has_the_spread_of_the_papers),
		cmocka_unit_test(rows_are_scattered_in_order_by_any_pool),
		cmocka_unit_test(vq_sums_the_gradients_of_what_a_code_won),
		cmocka_unit_test(ema_codes_are_decayed_averages),
		cmocka_unit_test(ema_revives_dead_codes_for_good),
		cmocka_unit_test(ema_revives_below_a_tenth_of_the_share),
		cmocka_unit_test(kmeans_codes_are_running_means),
		cmocka_unit_test(what_is_saved_is_the_table_that_was_searched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
