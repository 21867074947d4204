/*
 * One step of training: losses and gradients against the formula in double precision
 * (model_trial.h).
 */
#include "model/step_entropy.h"
#include "model_trial.h"

/* How gradients are asked for. */
struct how {
	enum estimator estimator;
	double entropy_weight;
	bool shared;
};

static void
gradients(struct rng *r, const char *type, enum net_type net, bool prefixes,
	struct how how)
{
	struct trial t;
	struct losses want;
	double *w0, recon, vq;

	trial_open_as(&t, r, type, net, how.shared);
	t.s.estimator = how.estimator;
	t.s.entropy_weight = how.entropy_weight;
	if (prefixes)
		step_depths(&t.s, r);
	step_run(&t.s, &recon, &vq);
	w0 = mem_alloc(t.ps.total, sizeof(*w0));
	for (size_t i = 0; i < t.ps.total; i++)
		w0[i] = (double)t.ps.w[i];
	want = loss(&t, w0, w0);
	near(recon, want.recon, 1e-5 * want.recon);
	near(vq, want.vq, 1e-5 * want.vq);
	near(t.s.entropy, want.entropy, 1e-5 * fabs(want.entropy));
	check_gradients(&t, r, w0);
	free(w0);
	trial_close(&t);
}

/* A codebook of all stages learns from each. */
static void
gradients_of_a_shared_codebook_add_up(void **state)
{
	struct rng r = seeded("gradients_of_a_shared_codebook_add_up");

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct how how = { (enum estimator)i, i == 0 ? 2000 : 0, true };

		gradients(&r, "simvq", NET_LINEAR, true, how);
		gradients(&r, "vq", NET_NONE, true, how);
	}
}

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct how how = { (enum estimator)i, 0, false };

		gradients(&r, "simvq", NET_LINEAR, false, how);
		gradients(&r, "simvq", NET_LINEAR, true, how);
		gradients(&r, "vq", NET_LINEAR, true, how);
		gradients(&r, "simvq", NET_NONE, true, how);
	}
}

/* Beside losses that are small, so that its gradient is seen. */
static void
the_entropy_s_gradients_match_too(void **state)
{
	struct rng r = seeded("the_entropy_s_gradients_match_too");
	struct how how = { ESTIMATOR_STE, 2000, false };

	(void)state;
	gradients(&r, "simvq", NET_LINEAR, true, how);
	gradients(&r, "vq", NET_LINEAR, true, how);
	gradients(&r, "vq", NET_NONE, true, how);
}

static void
the_entropy_is_of_as_many_rows_as_have_their_pairs(void **state)
{
	(void)state;
	assert_int_equal(step_entropy_rows(4096, 1024), 4096);
	assert_int_equal(step_entropy_rows(4096, 4097), 4095);
	assert_int_equal(step_entropy_rows(4096, 65536), 256);
	assert_int_equal(step_entropy_rows(4096, 1 << 24), 1);
	assert_int_equal(step_entropy_rows(4096, 1 << 25), 1);
}

/* Gradients of several steps are added up. */
static void
gradients_are_added(void **state)
{
	struct rng r = seeded("gradients_are_added");
	double recon, vq;
	struct trial t;
	float *once;

	(void)state;
	trial_open(&t, &r, "simvq", NET_LINEAR);
	step_run(&t.s, &recon, &vq);
	once = mem_floats(t.ps.total);
	memcpy(once, t.ps.g, t.ps.total * sizeof(*once));
	step_run(&t.s, &recon, &vq);
	for (size_t i = 0; i < t.ps.total; i++)
		near((double)t.ps.g[i], 2 * (double)once[i],
			1e-4 * (1 + fabs((double)once[i])));
	free(once);
	trial_close(&t);
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	double recon, vq, want_recon, want_vq;
	struct trial t;
	float *want;

	(void)state;
	trial_open(&t, &r, "simvq", NET_LINEAR);
	t.s.estimator = ESTIMATOR_DIVEQ;
	t.s.entropy_weight = 1;
	step_depths(&t.s, &r);
	step_run(&t.s, &want_recon, &want_vq);
	want = mem_floats(t.ps.total);
	memcpy(want, t.ps.g, t.ps.total * sizeof(*want));
	for (size_t threads = 2; threads <= 3; threads++) {
		t.s.pool = pool_open(threads);
		memset(t.ps.g, 0, t.ps.total * sizeof(*t.ps.g));
		step_run(&t.s, &recon, &vq);
		assert_true(recon == want_recon && vq == want_vq);
		same_bits(t.ps.g, want, t.ps.total);
		pool_close(t.s.pool);
	}
	t.s.pool = NULL;
	free(want);
	trial_close(&t);
}

/* D random orthonormal rows: Gram and Schmidt. */
static void
orthonormal(struct rng *r, float *a)
{
	for (size_t i = 0; i < D; i++) {
		double v[DIM], norm = 0;

		for (size_t j = 0; j < DIM; j++)
			v[j] = rng_normal(r);
		for (size_t o = 0; o < i; o++) {
			double dot = 0;

			for (size_t j = 0; j < DIM; j++)
				dot += v[j] * (double)a[o * DIM + j];
			for (size_t j = 0; j < DIM; j++)
				v[j] -= dot * (double)a[o * DIM + j];
		}
		for (size_t j = 0; j < DIM; j++)
			norm += v[j] * v[j];
		for (size_t j = 0; j < DIM; j++)
			a[i * DIM + j] = (float)(v[j] / sqrt(norm));
	}
}

/* DESIGN section 4: with B = A^T the gradient on z is 2 (1 - beta) (q - z). */
static void
with_a_transposed_decoder_commitment_cancels(void **state)
{
	struct rng r = seeded("with_a_transposed_decoder_commitment_cancels");

	(void)state;
	for (int i = 0; i < 3; i++) {
		double recon, vq, beta = 1 - 0.5 * i, largest = 0;
		struct trial t;
		float *a, *b;

		trial_open(&t, &r, "simvq", NET_LINEAR);
		a = params_in(&t.ps, t.ps.w, t.s.encoder);
		b = params_in(&t.ps, t.ps.w, t.s.decoder);
		orthonormal(&r, a);
		for (size_t o = 0; o < D * DIM; o++)
			b[o % DIM * D + o / DIM] = a[o];
		t.s.recon_scale = t.s.vq_scale = 1;
		t.s.beta = beta;
		step_depths(&t.s, &r);
		step_run(&t.s, &recon, &vq);
		for (size_t o = 0; o < ROWS * D; o++) {
			double left = (double)(t.s.sum[o] - t.s.z[o]);

			near((double)t.s.dz[o], 2 * (1 - beta) * left, 1e-4);
			largest = fmax(largest, fabs(left));
		}
		assert_true(largest > 0.5);
		for (size_t o = 0; o < D * DIM && beta == 1; o++)
			near((double)params_in(&t.ps, t.ps.g, t.s.encoder)[o],
				0, 1e-3);
		trial_close(&t);
	}
}

static void
the_asked_share_of_the_depths_are_any_prefix(void **state)
{
	struct rng r = seeded("the_asked_share_of_the_depths_are_any_prefix");
	enum { MANY = 30000 };
	size_t depth[MANY], count[5] = { 0 };
	struct quantizer q = { .stages = 4 };
	struct step s = {
		.n = MANY, .q = &q, .depth = depth, .stage_dropout = 0.5
	};

	(void)state;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++) {
		assert_in_range(depth[v], 1, 4);
		count[depth[v]]++;
	}
	for (size_t i = 1; i < 4; i++) /* an eighth: 3750, deviation 57 */
		assert_in_range(count[i], 3400, 4100);
	s.stage_dropout = 0.2;
	step_depths(&s, &r);
	for (size_t v = count[4] = 0; v < MANY; v++)
		count[4] += depth[v] == 4;
	assert_in_range(count[4], 25200, 25800); /* 0.85: 25500, 62 */
	s.stage_dropout = 0;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++)
		assert_int_equal(depth[v], 4);
	s.stage_dropout = 1;
	step_depths(&s, &r);
	for (size_t v = count[4] = 0; v < MANY; v++)
		count[4] += depth[v] == 4;
	assert_in_range(count[4], 7200, 7800); /* a quarter: 7500, 75 */
	q.stages = 1;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++)
		assert_int_equal(depth[v], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(the_entropy_s_gradients_match_too),
		cmocka_unit_test(
			the_entropy_is_of_as_many_rows_as_have_their_pairs),
		cmocka_unit_test(gradients_of_a_shared_codebook_add_up),
		cmocka_unit_test(gradients_are_added),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(with_a_transposed_decoder_commitment_cancels),
		cmocka_unit_test(the_asked_share_of_the_depths_are_any_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
