/*
 * Gradients through the choice of a code: the rows that have no direction, and
 * PyTorch's autograd of the formulas (central differences: model_step.c).
 */
#include <sys/wait.h>

#include "numbers.h"
#include "quant/estimator.h"

#define PYTHON "/usr/bin/python3"
#define N ((size_t)40)
#define D ((size_t)7)

static void
names_go_both_ways(void **state)
{
	char names[] = ESTIMATOR_NAMES;
	int i = 0;

	(void)state;
	for (char *at = strtok(names, "|"); at; at = strtok(NULL, "|"), i++) {
		assert_int_equal(estimator_find(at), i);
		assert_string_equal(estimator_name((enum estimator)i), at);
	}
	assert_int_equal(i, ESTIMATOR_DIVEQ + 1);
}

/* Zero vectors, opposite ones, equal ones: straight through, and no NaN. */
static void
rows_without_a_direction_are_straight_through(void **state)
{
	static const float z[4][2] = { { 0, 0 }, { 1, 2 }, { 3, -1 },
		{ 1e-38f, 0 } };
	static const float q[4][2] = { { 1, 2 }, { 0, 0 }, { -3, 1 },
		{ 1e30f, 0 } };
	static const float grad[2] = { 0.25f, -3 };
	float g[2], dq[2];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		memcpy(g, grad, sizeof(g));
		estimator_back(ESTIMATOR_ROTATION, z[i], q[i], 1, 2, g, NULL);
		same_bits(g, grad, 2);
		estimator_back(ESTIMATOR_DIVEQ, z[i], z[i], 1, 2, g, dq);
		same_bits(g, grad, 2);
		assert_true(dq[0] == 0 && dq[1] == 0);
		estimator_back(ESTIMATOR_STE, z[i], q[i], 1, 2, g, NULL);
		same_bits(g, grad, 2);
	}
}

/* Turned by a right angle and doubled: so is the gradient, backwards. */
static void
rotation_turns_gradients_back(void **state)
{
	const float z[2] = { 1, 0 }, q[2] = { 0, 2 };
	float g[2] = { 3, 5 };

	(void)state;
	estimator_back(ESTIMATOR_ROTATION, z, q, 1, 2, g, NULL);
	near((double)g[0], 10, 1e-6);
	near((double)g[1], -6, 1e-6);
}

/* Nothing of the gradient is lost: z and the code share it. */
static void
diveq_splits_the_gradient(void **state)
{
	struct rng r = seeded("diveq_splits_the_gradient");
	float *z = normals(&r, N * D, 1), *q = normals(&r, N * D, 2);
	float *g = normals(&r, N * D, 1), *dq = unwritten(N * D);
	float *was = mem_floats(N * D);

	(void)state;
	memcpy(was, g, N * D * sizeof(*g));
	estimator_back(ESTIMATOR_DIVEQ, z, q, N, D, g, dq);
	for (size_t v = 0; v < N; v++) {
		double along = 0;

		for (size_t i = v * D; i < (v + 1) * D; i++) {
			near((double)(g[i] + dq[i]), (double)was[i], 1e-5);
			along += (double)g[i] * (double)(q[i] - z[i]);
		}
		near(along, 0, 1e-4);
	}
	free(z);
	free(q);
	free(g);
	free(dq);
	free(was);
}

static void
put(FILE *f, const float *x)
{
	assert_int_equal(fwrite(x, sizeof(*x), N * D, f), N * D);
}

/* z, q, g, then dz and dq of each estimator, to a program that compares. */
static void
gradients_are_those_of_autograd(void **state)
{
	struct rng r = seeded("gradients_are_those_of_autograd");
	float *z = normals(&r, N * D, 1), *q = normals(&r, N * D, 2);
	float *g = normals(&r, N * D, 1), *dz = mem_floats(N * D);
	float *dq = mem_zfloats(N * D);
	FILE *f;

	(void)state;
	if (system(PYTHON " -c 'import torch' 2>/dev/null") != 0) {
		print_message("# skipped: " PYTHON " has no torch\n");
		skip();
	}
	f = popen(PYTHON " tests/unit/estimator.py 7", "w");
	assert_non_null(f);
	put(f, z);
	put(f, q);
	put(f, g);
	for (int i = 0; i < 3; i++) {
		memcpy(dz, g, N * D * sizeof(*g));
		estimator_back((enum estimator)i, z, q, N, D, dz, dq);
		put(f, dz);
		put(f, dq);
	}
	assert_int_equal(pclose(f), 0);
	free(z);
	free(q);
	free(g);
	free(dz);
	free(dq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(rows_without_a_direction_are_straight_through),
		cmocka_unit_test(rotation_turns_gradients_back),
		cmocka_unit_test(diveq_splits_the_gradient),
		cmocka_unit_test(gradients_are_those_of_autograd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
