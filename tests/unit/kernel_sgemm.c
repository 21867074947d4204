/* Matrix products, eigenvectors and solutions against their definitions. */
#include <dirent.h>
#include <sched.h>
#include <unistd.h>

#include "kernel/sgemm.h"
#include "numbers.h"

static double
at(const float *x, size_t ld, char t, size_t i, size_t j)
{
	return (double)(t == 't' ? x[j * ld + i] : x[i * ld + j]);
}

/* c0: what c was; NaN where beta is 0, which must not be read. */
static void
check(const struct sgemm *g, const float *c0)
{
	for (size_t i = 0; i < g->m; i++)
		for (size_t j = 0; j < g->ldc; j++) {
			double sum = 0, size = 1, c = c0[i * g->ldc + j];

			if (j >= g->n) { /* beyond the row: untouched */
				same_bits(g->c + i * g->ldc + j,
					c0 + i * g->ldc + j, 1);
				continue;
			}
			for (size_t o = 0; o < g->k; o++) {
				double t = at(g->a, g->lda, g->ta, i, o) *
					at(g->b, g->ldb, g->tb, o, j);

				sum += t;
				size += fabs(t);
			}
			sum *= (double)g->alpha;
			if (g->beta != 0)
				sum += (double)g->beta * c;
			near((double)g->c[i * g->ldc + j], sum, 1e-5 * size);
		}
}

static void
products_are_as_written(void **state)
{
	struct rng r = seeded("products_are_as_written");

	(void)state;
	for (int trial = 0; trial < 400; trial++) {
		struct sgemm g = { .ta = trial & 1 ? 't' : 'n',
			.tb = trial & 2 ? 't' : 'n',
			.m = between(&r, 1, 20),
			.n = between(&r, 1, 20),
			.k = between(&r, 1, 20),
			.alpha = trial & 4 ? 1 : -0.5f,
			.beta = trial & 8    ? 0
				: trial & 16 ? 1
					     : 0.25f };
		size_t a_rows = g.ta == 't' ? g.k : g.m;
		size_t b_rows = g.tb == 't' ? g.n : g.k;
		float *a, *b, *c0;

		g.lda = (g.ta == 't' ? g.m : g.k) + rng_below(&r, 4);
		g.ldb = (g.tb == 't' ? g.k : g.n) + rng_below(&r, 4);
		g.ldc = g.n + rng_below(&r, 4);
		g.a = a = normals(&r, a_rows * g.lda, 1);
		g.b = b = normals(&r, b_rows * g.ldb, 1);
		c0 = g.beta != 0 ? normals(&r, g.m * g.ldc, 1)
				 : unwritten(g.m * g.ldc);
		g.c = mem_floats(g.m * g.ldc);
		memcpy(g.c, c0, g.m * g.ldc * sizeof(*c0));
		sgemm_run(&g);
		check(&g, c0);
		free(a);
		free(b);
		free(c0);
		free(g.c);
	}
}

static void
eigenvectors_are_orthonormal_ordered_and_signed(void **state)
{
	struct rng r =
		seeded("eigenvectors_are_orthonormal_ordered_and_signed");

	(void)state;
	for (size_t d = 1; d <= 40; d += 3) {
		double a[1600], copy[1600], vec[1600], val[40];

		for (size_t i = 0; i < d; i++)
			for (size_t j = 0; j <= i; j++)
				a[i * d + j] = a[j * d + i] = rng_normal(&r);
		memcpy(copy, a, sizeof(a));
		assert_int_equal(sgemm_eigen(a, d, vec, val), 0);
		for (size_t i = 0; i < d; i++) {
			const double *v = vec + i * d;
			size_t top = 0;

			for (size_t o = 0; o <= i; o++) {
				double dot = 0;

				for (size_t j = 0; j < d; j++)
					dot += v[j] * vec[o * d + j];
				near(dot, o == i, 1e-10);
			}
			for (size_t o = 0; o < d; o++) {
				double sum = 0;

				for (size_t j = 0; j < d; j++)
					sum += copy[o * d + j] * v[j];
				near(sum, val[i] * v[o], 1e-10);
				if (fabs(v[o]) > fabs(v[top]))
					top = o;
			}
			assert_true(v[top] > 0);
			assert_true(i == 0 || val[i] <= val[i - 1]);
		}
	}
}

static void
equations_are_solved_row_by_row(void **state)
{
	struct rng r = seeded("equations_are_solved_row_by_row");

	(void)state;
	for (size_t d = 1; d <= 20; d++) {
		enum { R = 3 };
		double a[400], b[20 * R], x[20 * R];

		for (size_t i = 0; i < d * d; i++)
			a[i] = rng_normal(&r) + (i % (d + 1) ? 0 : 5);
		for (size_t i = 0; i < R * d; i++)
			x[i] = rng_normal(&r);
		for (size_t o = 0; o < R; o++)
			for (size_t i = 0; i < d; i++) {
				b[o * d + i] = 0;
				for (size_t j = 0; j < d; j++)
					b[o * d + i] +=
						a[i * d + j] * x[o * d + j];
			}
		assert_int_equal(sgemm_solve(a, d, b, R), 0);
		for (size_t i = 0; i < R * d; i++)
			near(b[i], x[i], 1e-8);
	}
}

static void
a_singular_matrix_is_refused(void **state)
{
	double a[4] = { 1, 2, 2, 4 }, zero[9] = { 0 };
	double b[2] = { 1, 1 }, c[3] = { 1, 2, 3 };

	(void)state;
	assert_int_equal(sgemm_solve(a, 2, b, 1), -1);
	assert_int_equal(sgemm_solve(zero, 3, c, 1), -1);
}

/* What keeps OpenBLAS from starting threads is over before main. */
static void
the_process_has_one_thread_and_all_its_processors(void **state)
{
	cpu_set_t ours, parents;
	DIR *tasks = opendir("/proc/self/task");
	size_t n = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(ours), &ours), 0);
	assert_int_equal(
		sched_getaffinity(getppid(), sizeof(parents), &parents), 0);
	assert_true(CPU_EQUAL(&ours, &parents));
	while (tasks && readdir(tasks))
		n++;
	if (tasks)
		closedir(tasks);
	assert_true(n <= 2 + 1); /* with . and .. */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_process_has_one_thread_and_all_its_processors),
		cmocka_unit_test(products_are_as_written),
		cmocka_unit_test(
			eigenvectors_are_orthonormal_ordered_and_signed),
		cmocka_unit_test(equations_are_solved_row_by_row),
		cmocka_unit_test(a_singular_matrix_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
