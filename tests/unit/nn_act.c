/* Activations against libm in double. */
#include "nn/act.h"
#include "nn_gradients.h"

struct plain {
	enum act a;
	size_t n;
	const float *dy;
	double *x;
};

static double
plain_y(enum act a, double x)
{
	double u = sqrt(2 / acos(-1)) * (x + 0.044715 * x * x * x);

	return a == ACT_RELU ? fmax(x, 0) : x / 2 * (1 + tanh(u));
}

static double
loss(const void *arg)
{
	const struct plain *s = arg;
	double sum = 0;

	for (size_t i = 0; i < s->n; i++)
		sum += (double)s->dy[i] * plain_y(s->a, s->x[i]);
	return sum;
}

static void
names_are_found(void **state)
{
	(void)state;
	assert_int_equal(act_find("relu"), ACT_RELU);
	assert_int_equal(act_find("gelu"), ACT_GELU);
	assert_int_equal(act_find("tanh"), -1);
	assert_string_equal(act_name(ACT_RELU), "relu");
	assert_string_equal(act_name(ACT_GELU), "gelu");
	assert_string_equal(ACT_NAMES, "relu|gelu");
}

static void
forward_is_the_formula(void **state)
{
	struct rng r = seeded("forward_is_the_formula");

	(void)state;
	for (int trial = 0; trial < 40; trial++) {
		size_t n = between(&r, 1, 300);
		enum act a = trial % 2 ? ACT_GELU : ACT_RELU;
		float *x = normals(&r, n, trial % 3 ? 2 : 20);
		float *y = unwritten(n + 1);

		act_rows(a, x, n, y);
		assert_true(isnan(y[n]));
		for (size_t i = 0; i < n; i++)
			near((double)y[i], plain_y(a, (double)x[i]),
				1e-6 * (1 + fabs((double)x[i])));
		act_rows(a, x, n, x);
		same_bits(x, y, n);
		free(x);
		free(y);
	}
}

static void
gradients_meet_central_differences(void **state)
{
	struct rng r = seeded("gradients_meet_central_differences");

	(void)state;
	for (int trial = 0; trial < 40; trial++) {
		struct plain s = { .a = trial % 2 ? ACT_GELU : ACT_RELU };
		float *x, *dy, *dx;

		s.n = between(&r, 30, 300);
		x = normals(&r, s.n, 2);
		for (size_t i = 0; i < s.n; i++) /* not at the corner of relu */
			if (fabsf(x[i]) < 1e-3f)
				x[i] = 1;
		s.dy = dy = normals(&r, s.n, 1);
		s.x = doubles(x, s.n);
		dx = memcpy(unwritten(s.n), dy, s.n * sizeof(*dx));
		act_backward(s.a, x, s.n, dx);
		gradient_is(&r, dx, 0, s.x, s.n, loss, &s);
		free(x);
		free(dy);
		free(dx);
		free(s.x);
	}
}

static void
a_number_has_the_same_bits_anywhere(void **state)
{
	struct rng r = seeded("a_number_has_the_same_bits_anywhere");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		size_t n = between(&r, 1, 300), m;
		enum act a = trial % 2 ? ACT_GELU : ACT_RELU;
		float *x = normals(&r, n, 2);
		float *want = unwritten(n), *got = unwritten(n);
		float *dwant = normals(&r, n, 1), *dgot = mem_floats(n);

		memcpy(dgot, dwant, n * sizeof(*dgot));
		act_rows(a, x, n, want);
		act_backward(a, x, n, dwant);
		for (size_t i = 0; i < n; i += m) {
			m = between(&r, 1, n - i);
			if (trial % 4 < 2) {
				act_rows(a, x + i, m, got + i);
				act_backward(a, x + i, m, dgot + i);
			} else
				act_both(a, x + i, m, got + i, dgot + i);
		}
		same_bits(got, want, n);
		same_bits(dgot, dwant, n);
		free(x);
		free(want);
		free(got);
		free(dwant);
		free(dgot);
	}
}

/* FNV-1a over the bits, as this test first printed it on x86-64. */
static void
bits_are_the_same_everywhere(void **state)
{
	uint64_t hash = 0xcbf29ce484222325u;
	uint32_t bits;

	(void)state;
	for (int i = 0; i < 100000; i++) {
		float x = -12 + 24 * (float)i / 100000, dy = 1;

		act_backward(ACT_GELU, &x, 1, &dy);
		act_rows(ACT_GELU, &x, 1, &x);
		memcpy(&bits, &x, sizeof(bits));
		hash = (hash ^ bits) * 0x100000001b3u;
		memcpy(&bits, &dy, sizeof(bits));
		hash = (hash ^ bits) * 0x100000001b3u;
	}
	print_message("# %016llx\n", (unsigned long long)hash);
	assert_true(hash == 0x167e324bba0bfc9du);
}

static void
far_ends_are_the_line_and_zero(void **state)
{
	float x[] = { 1e4f, -1e4f, 1e15f, -1e15f, NAN };
	float dy[] = { 2, 2, 2, 2, 2 }, y[5];

	(void)state;
	for (int a = ACT_RELU; a <= ACT_GELU; a++) {
		act_rows((enum act)a, x, 5, y);
		for (int i = 0; i < 4; i++)
			assert_true(y[i] == (x[i] > 0 ? x[i] : 0));
		assert_true(isnan(y[4]));
		for (int i = 0; i < 5; i++)
			dy[i] = 2;
		act_backward((enum act)a, x, 4, dy);
		for (int i = 0; i < 4; i++)
			assert_true(dy[i] == (x[i] > 0 ? 2 : 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(forward_is_the_formula),
		cmocka_unit_test(gradients_meet_central_differences),
		cmocka_unit_test(a_number_has_the_same_bits_anywhere),
		cmocka_unit_test(bits_are_the_same_everywhere),
		cmocka_unit_test(far_ends_are_the_line_and_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
