/*
 * Panels: every version gives the bits of the chain as panel.h writes it, for
 * any shape, alignment and split.
 */
#include <sys/wait.h>

#include "kernel/cpu.h"
#include "kernel/panel_avx2.h"
#include "kernel/panel_avx512.h"
#include "kernel/panel_neon.h"
#include "numbers.h"

#define VERSIONS 5

static size_t
versions(const struct panel_ops *ops[VERSIONS])
{
	size_t count = 2;

	ops[0] = &panel_ref;
	ops[1] = &panel_generic;
	if (panel_avx2())
		ops[count++] = panel_avx2();
	else
		print_message("# no AVX2 here: that version is not tested\n");
	if (panel_avx512())
		ops[count++] = panel_avx512();
	else
		print_message("# no AVX-512 here: it is not tested\n");
	if (panel_neon())
		ops[count++] = panel_neon();
	return count;
}

struct shape {
	size_t rows, d, n;
	float *w, *start, *x; /* x begins one float behind an aligned place */
	struct panel p;
};

static float
chain(const struct shape *s, size_t j, size_t v)
{
	float sum = s->start ? s->start[j] : 0;

	for (size_t i = 0; i < s->d; i++)
		sum = fmaf(s->x[v * s->d + i], s->w[j * s->d + i], sum);
	return sum;
}

static struct shape
random_shape(struct rng *r, size_t most)
{
	static const double scale[] = { 1, 1, 1e18, 1e-20, 1e-30, 1e-40 };
	double size = scale[rng_below(r, 6)];
	struct shape s = { .rows = between(r, 1, 70),
		.d = between(r, 1, 40),
		.n = between(r, 1, most) };

	s.w = normals(r, s.rows * s.d, size);
	s.start = rng_below(r, 3) ? normals(r, s.rows, size) : NULL;
	s.x = normals(r, s.n * s.d + 1, rng_below(r, 2) ? size : 1) + 1;
	panel_init(&s.p, s.w, s.start, s.rows, s.d);
	return s;
}

static void
shape_free(struct shape *s)
{
	free(s->w);
	free(s->start);
	free(s->x - 1);
	panel_free(&s->p);
}

static void
scores_are_the_chain_bit_for_bit(void **state)
{
	struct rng r = seeded("scores_are_the_chain_bit_for_bit");
	const struct panel_ops *ops[VERSIONS];
	size_t count = versions(ops);

	(void)state;
	for (int trial = 0; trial < 300; trial++) {
		struct shape s = random_shape(&r, 20);
		size_t ld = s.rows + rng_below(&r, 4), size = s.n * ld;

		for (size_t o = 0; o < count; o++) {
			float *want = unwritten(size), *y = unwritten(size);

			for (size_t v = 0; v < s.n; v++)
				for (size_t j = 0; j < s.rows; j++)
					want[v * ld + j] = chain(&s, j, v);
			ops[o]->scores(&s.p, s.x, s.n, y, ld);
			same_bits(y, want, size);
			free(want);
			free(y);
		}
		shape_free(&s);
	}
}

static void
lay_centres_and_fills_with_zeros(void **state)
{
	struct rng r = seeded("lay_centres_and_fills_with_zeros");
	const struct panel_ops *ops[VERSIONS];
	size_t count = versions(ops);

	(void)state;
	for (int trial = 0; trial < 100; trial++) {
		size_t d = between(&r, 1, 40), size = d * PANEL;
		size_t n = rng_below(&r, 2) ? PANEL : between(&r, 1, PANEL);
		float *x = normals(&r, n * d + 1, 1), *c = normals(&r, d, 1);

		for (size_t o = 0; o < count; o++) {
			float *want = unwritten(size), *got = unwritten(size);

			for (size_t i = 0; i < size; i++) {
				size_t v = i % PANEL;

				want[i] = v < n ? x[1 + v * d + i / PANEL] -
						c[i / PANEL]
						: 0;
			}
			ops[o]->lay(x + 1, n, d, c, got);
			same_bits(got, want, size);
			free(want);
			free(got);
		}
		free(x);
		free(c);
	}
}

/* The definition of best: the score rises only when it is beaten. */
static void
plain_best(const struct shape *s, size_t first, size_t panels, size_t n,
	float *score, uint32_t *idx)
{
	size_t end = (first + panels) * PANEL;

	for (size_t v = 0; v < n; v++)
		for (size_t j = first * PANEL; j < end && j < s->rows; j++)
			if (chain(s, j, v) > score[v]) {
				score[v] = chain(s, j, v);
				idx[v] = (uint32_t)j;
			}
}

#define MOST 6 /* panels of vectors */

/* Vectors of s in lanes, each in its own memory; some have been won before,
 * some by an equal score. */
static void
in_lanes(const struct panel_ops *ops, const struct shape *s, const float *score,
	const float *centre, struct panel_lanes *l)
{
	for (size_t q = 0; q * PANEL < s->n; q++) {
		size_t v = q * PANEL, n = s->n - v < PANEL ? s->n - v : PANEL;

		l[q] = (struct panel_lanes){ .x = NULL };
		l[q].x = mem_floats(s->d * PANEL);
		l[q].score = mem_floats(PANEL);
		l[q].idx = (uint32_t *)(void *)mem_floats(PANEL);
		ops->lay(s->x + v * s->d, n, s->d, centre, l[q].x);
		memcpy(l[q].score, score + v, PANEL * sizeof(*score));
		memset(l[q].idx, 77, PANEL * sizeof(*l[q].idx));
	}
}

static void
lanes_free(struct panel_lanes *l, size_t n)
{
	for (size_t q = 0; q < n; q++) {
		free(l[q].x);
		free(l[q].score);
		free(l[q].idx);
	}
}

static void
best_keeps_the_first_largest_score(void **state)
{
	struct rng r = seeded("best_keeps_the_first_largest_score");
	const struct panel_ops *ops[VERSIONS];
	size_t count = versions(ops);

	(void)state;
	for (int trial = 0; trial < 300; trial++) {
		struct shape s = random_shape(&r, MOST * PANEL);
		size_t first = rng_below(&r, s.p.count);
		size_t panels = between(&r, 1, s.p.count - first);
		size_t groups = (s.n + PANEL - 1) / PANEL;
		float start[MOST * PANEL] = { 0 }, zero[40] = { 0 };

		for (size_t v = 0; v < s.n; v++)
			start[v] = rng_below(&r, 3)
				? -INFINITY
				: chain(&s, rng_below(&r, s.rows), v);
		for (size_t o = 0; o < count; o++) {
			float want[MOST * PANEL];
			uint32_t idx[MOST * PANEL];
			struct panel_lanes l[MOST];

			memcpy(want, start, sizeof(want));
			memset(idx, 77, sizeof(idx));
			in_lanes(ops[o], &s, start, zero, l);
			plain_best(&s, first, panels, s.n, want, idx);
			ops[o]->best(&s.p, first, panels, l, groups);
			for (size_t v = 0; v < s.n; v++) {
				size_t lane = v % PANEL;

				same_bits(
					&l[v / PANEL].score[lane], want + v, 1);
				assert_int_equal(
					l[v / PANEL].idx[lane], idx[v]);
			}
			lanes_free(l, groups);
		}
		shape_free(&s);
	}
}

/* The choice is made once a process: each name in a child. */
static const char *
chosen(const char *name)
{
	static char got[32];
	int pair[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(pair), 0);
	pid = fork();
	if (pid == 0) {
		const char *is;

		setenv("VQ_KERNEL", name, 1);
		is = cpu_panel_ops()->name;
		_exit(write(pair[1], is, strlen(is)) < 0);
	}
	close(pair[1]);
	n = read(pair[0], got, sizeof(got) - 1);
	close(pair[0]);
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
	assert_true(n > 0);
	got[n] = '\0';
	return got;
}

static void
the_environment_chooses_the_version(void **state)
{
	const struct panel_ops *ops[VERSIONS];
	size_t count = versions(ops);

	(void)state;
	for (size_t o = 0; o < count; o++)
		assert_string_equal(chosen(ops[o]->name), ops[o]->name);
	assert_string_equal(
		chosen("nonsense"), ops[count > 2 ? count - 1 : 1]->name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scores_are_the_chain_bit_for_bit),
		cmocka_unit_test(lay_centres_and_fills_with_zeros),
		cmocka_unit_test(best_keeps_the_first_largest_score),
		cmocka_unit_test(the_environment_chooses_the_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
