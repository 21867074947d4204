/* Codes that are little used move onto the data, by the formula. */
#include "kernel/nearest.h"
#include "nn/adam.h"
#include "quant_help.h"

/* N_j and C_j in double; every vector of a batch is the same, so that any
 * anchor is that one. */
static void
codes_move_by_their_running_use(void **state)
{
	struct rng r = seeded("codes_move_by_their_running_use");
	enum { K = 6, D = 3, STEPS = 900 };
	struct trial t;
	float *q = normals(&r, K * D, 1), x[N * D], *got;
	double use[K], code[K * D], before = 0, way = 0;
	uint32_t idx[N];

	(void)state;
	trial_open(&t, &learner_cvq, K, D, false);
	t.l.type->start(&t.l, q);
	for (size_t j = 0; j < K; j++)
		use[j] = 1.0 / K;
	for (size_t o = 0; o < K * D; o++)
		code[o] = (double)q[o];
	for (int step = 0; step < STEPS; step++) {
		for (size_t v = 0; v < N; v++)
			idx[v] = (uint32_t)(v % 5 ? 0 : v % 4); /* never 4, 5 */
		fill(&r, x, D, 1);
		for (size_t i = D; i < N * D; i++)
			x[i] = x[i % D];
		for (size_t j = 0; j < K; j++)
			use[j] *= 0.99;
		for (size_t v = 0; v < N; v++)
			use[idx[v]] += 0.01 / N;
		for (size_t o = 0; o < K * D; o++) {
			double a = exp(-use[o / D] * K * 10 / 0.01 - 1e-3);

			code[o] += a * ((double)x[o % D] - code[o]);
		}
		if (step == 300)
			before = code[5 * D];
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
	}
	got = params_in(&t.ps, t.ps.w, t.l.table);
	for (size_t o = 0; o < K * D; o++)
		near((double)got[o], code[o], 1e-3);
	near(before, (double)q[5 * D], 1e-3);
	for (size_t o = 4 * D; o < K * D; o++)
		way += fabs(code[o] - (double)q[o]);
	assert_true(way > 0.1);
	same_bits(got, q, 4 * D); /* those in use stay where they are */
	free(q);
	trial_close(&t);
}

/* What Adam remembers of a code that moved away is forgotten. */
static void
a_code_that_moved_starts_afresh(void **state)
{
	struct rng r = seeded("a_code_that_moved_starts_afresh");
	enum { K = 3, D = 4 };
	struct trial t;
	float x[N * D];
	uint32_t idx[N] = { 0 };

	(void)state;
	trial_open(&t, &learner_cvq, K, D, false);
	t.l.type->random(&t.l, &r);
	for (size_t i = 0; i < t.ps.total; i++)
		t.ps.m[i] = t.ps.v[i] = 7;
	fill(&r, x, N * D, 1);
	for (int step = 0; step < 50; step++)
		t.l.type->moved(&t.l, NULL, x, idx, N, &r);
	for (size_t o = 0; o < K * D; o++) {
		near((double)t.ps.m[o], o < D ? 7 : 0, 0);
		near((double)t.ps.v[o], o < D ? 7 : 0, 0);
		if (o >= D) /* the average came along */
			near((double)t.ps.avg[o], (double)t.ps.w[o], 1e-3);
	}
	assert_true(t.l.revived >= 2);
	trial_close(&t);
}

/* One step on x: 2 (C[idx] - x) / N, and what moves after it. */
static void
learn(struct trial *t, struct adam *a, const float *x, uint32_t *idx,
	struct rng *r)
{
	const float *c = params_in(&t->ps, t->ps.w, t->l.table);
	size_t d = t->l.d;
	float *dq = mem_floats(N * d);

	nearest_ref(x, N, c, t->l.k, d, idx);
	for (size_t i = 0; i < N * d; i++)
		dq[i] = 2 * (c[idx[i / d] * d + i % d] - x[i]) / N;
	t->l.type->backward(&t->l, NULL, idx, dq, N);
	adam_step(a, &t->ps, NULL);
	if (t->l.type->moved)
		t->l.type->moved(&t->l, NULL, x, idx, N, r);
	free(dq);
}

/* Clusters of which a code each is wanted: how many codes are won? */
static size_t
codes_in_use(const struct learner_type *type, struct rng *r)
{
	enum { K = 32, D = 3, STEPS = 1500 };
	float *mean = normals(r, K * D, 10), x[N * D];
	uint32_t idx[N], won[K] = { 0 };
	struct trial t;
	struct adam a;
	size_t used = 0;

	trial_open(&t, type, K, D, false);
	adam_init(&a, 1e-2, 1e-2);
	t.l.type->random(&t.l, r);
	for (int step = 0; step < STEPS; step++) {
		for (size_t v = 0; v < N; v++)
			for (size_t i = 0; i < D; i++)
				x[v * D + i] = mean[v % K * D + i] +
					(float)(0.1 * rng_normal(r));
		learn(&t, &a, x, idx, r);
		for (size_t v = 0; v < N && step >= STEPS - 20; v++)
			won[idx[v]] = 1;
	}
	for (size_t j = 0; j < K; j++)
		used += won[j];
	free(mean);
	trial_close(&t);
	return used;
}

static void
every_code_finds_a_cluster(void **state)
{
	struct rng r = seeded("every_code_finds_a_cluster");
	size_t used = codes_in_use(&learner_cvq, &r);

	(void)state;
	print_message("# used: %zu of 32, vq %zu\n", used,
		codes_in_use(&learner_vq, &r));
	assert_in_range(used, 28, 32); /* of 150 seeds: 29 and more */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_move_by_their_running_use),
		cmocka_unit_test(a_code_that_moved_starts_afresh),
		cmocka_unit_test(every_code_finds_a_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
