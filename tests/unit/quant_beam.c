/*
 * Beam search over the stages: the best of all tuples of codes where the beam
 * holds every prefix, never worse than the nearest code of each stage, and that
 * itself for a width of 1.
 */
#include "quant_codes.h"

#define MOST_D 24

struct shape {
	size_t stages, groups, d, k; /* k: the most of a column */
};

/* Stages of falling scale, as residual training leaves them. */
static struct quantizer
random_quantizer(struct rng *r, struct shape s)
{
	struct quantizer q;

	quantizer_init(&q, s.stages, s.groups, s.d);
	q.order = mem_alloc(s.d, sizeof(*q.order));
	for (size_t i = 0; i < s.d; i++)
		q.order[i] = i;
	rng_shuffle(r, q.order, s.d);
	for (size_t c = 0; c < quantizer_columns(&q); c++) {
		size_t k = between(r, 1, s.k);
		double scale = pow(0.7, (double)(c / s.groups));
		float *code = normals(r, k * quantizer_width(&q, c), scale);

		quantizer_set(&q, c, code, k);
		free(code);
	}
	return q;
}

/* |z - decoded|^2 of one vector in the dimensions of a group. */
static double
group_error(const struct quantizer *q, size_t group, const uint32_t *codes,
	const float *z)
{
	float out[MOST_D];
	double sum = 0;

	quantizer_decode(q, codes, 0, 1, q->stages, out);
	for (size_t i = q->start[group]; i < q->start[group + 1]; i++) {
		double t = (double)z[q->order[i]] - (double)out[q->order[i]];

		sum += t * t;
	}
	return sum;
}

/* The least error of a group over all tuples of codes, by counting up. */
static double
least_error(const struct quantizer *q, size_t group, const float *z)
{
	uint32_t codes[16] = { 0 };
	double best = INFINITY;
	size_t s;

	do {
		best = fmin(best, group_error(q, group, codes, z));
		for (s = 0; s < q->stages; s++) {
			size_t c = s * q->groups + group;

			if (++codes[c] < q->book[c].k)
				break;
			codes[c] = 0;
		}
	} while (s < q->stages);
	return best;
}

/* Of n vectors in each group: [n, groups]. */
static double *
errors(const struct quantizer *q, const uint32_t *codes, const float *z,
	size_t n)
{
	double *e = mem_alloc(n * q->groups, sizeof(*e));

	for (size_t i = 0; i < n * q->groups; i++) {
		size_t v = i / q->groups;

		e[i] = group_error(q, i % q->groups,
			codes + v * quantizer_columns(q), z + v * q->d);
	}
	return e;
}

static void
a_beam_of_all_prefixes_finds_the_best_tuple(void **state)
{
	struct rng r = seeded("a_beam_of_all_prefixes_finds_the_best_tuple");
	size_t better = 0;

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct shape s = { between(&r, 1, 4), between(&r, 1, 2),
			between(&r, 2, 9), 4 }; /* 4^3 prefixes: BEAM_MOST */
		struct quantizer q = random_quantizer(&r, s);
		size_t n = between(&r, 1, 20);
		float *z = normals(&r, n * s.d, 1.5);
		uint32_t *codes = beam_codes(&q, BEAM_MOST, s.stages, z, n);
		uint32_t *greedy = greedy_codes(&q, s.stages, z, n);
		double *got = errors(&q, codes, z, n);
		double *old = errors(&q, greedy, z, n);

		for (size_t i = 0; i < n * s.groups; i++) {
			const float *x = z + i / s.groups * s.d;

			near(got[i], least_error(&q, i % s.groups, x), 1e-5);
			better += got[i] < old[i] - 1e-3;
		}
		free(z);
		free(codes);
		free(greedy);
		free(got);
		free(old);
		quantizer_free(&q);
	}
	assert_true(better > 50);
}

static void
no_group_is_worse_than_greedy_and_wide_beams_are_better(void **state)
{
	struct rng r = seeded("no_group_is_worse_than_greedy");
	static const size_t widths[] = { 1, 2, 3, 8, 17, BEAM_MOST };
	enum { N = 150, WIDTHS = sizeof(widths) / sizeof(widths[0]) };
	double total[WIDTHS] = { 0 };

	(void)state;
	for (int trial = 0; trial < 12; trial++) {
		struct shape s = { between(&r, 2, 5), between(&r, 1, 3),
			between(&r, 6, MOST_D), 300 };
		struct quantizer q = random_quantizer(&r, s);
		float *z = normals(&r, N * s.d, 1);
		uint32_t *greedy = greedy_codes(&q, s.stages, z, N);
		double *old = errors(&q, greedy, z, N);

		for (size_t w = 0; w < WIDTHS; w++) {
			uint32_t *codes =
				beam_codes(&q, widths[w], s.stages, z, N);
			double *e = errors(&q, codes, z, N);

			for (size_t i = 0; i < N * s.groups; i++) {
				assert_true(e[i] <= old[i]);
				total[w] += e[i];
			}
			free(codes);
			free(e);
		}
		free(z);
		free(greedy);
		free(old);
		quantizer_free(&q);
	}
	for (size_t w = 1; w < WIDTHS; w++)
		assert_true(total[w] < total[w - 1]);
}

static void
one_prefix_or_one_stage_is_the_greedy_search(void **state)
{
	struct rng r = seeded("one_prefix_or_one_stage_is_the_greedy_search");

	(void)state;
	for (int trial = 0; trial < 60; trial++) {
		struct shape s = { between(&r, 1, 4), between(&r, 1, 4),
			between(&r, 4, 20), 400 };
		struct quantizer q = random_quantizer(&r, s);
		size_t n = between(&r, 1, 900);
		size_t width = trial % 2 ? 1 : between(&r, 2, BEAM_MOST);
		size_t stages = trial % 2 ? between(&r, 1, s.stages) : 1;
		float *z = normals(&r, n * s.d, 1);
		uint32_t *codes = beam_codes(&q, width, stages, z, n);
		uint32_t *greedy = greedy_codes(&q, stages, z, n);

		assert_memory_equal(
			codes, greedy, n * stages * s.groups * sizeof(*codes));
		free(z);
		free(codes);
		free(greedy);
		quantizer_free(&q);
	}
}

static void
codes_depend_on_the_vector_alone(void **state)
{
	struct rng r = seeded("codes_depend_on_the_vector_alone");

	(void)state;
	for (int trial = 0; trial < 20; trial++) {
		struct shape s = { 3, between(&r, 1, 3), between(&r, 3, 20),
			700 };
		struct quantizer q = random_quantizer(&r, s);
		size_t n = between(&r, 2, 500), ld = quantizer_columns(&q);
		size_t width = between(&r, 2, 20);
		float *z = normals(&r, n * s.d, 1);
		uint32_t *all = beam_codes(&q, width, s.stages, z, n);
		struct beam *b = beam_open(&q, width, s.stages);

		for (size_t v = 0, m; v < n; v += m) {
			uint32_t some[64 * 9];

			m = between(&r, 1, 64);
			m = m < n - v ? m : n - v;
			beam_encode(b, z + v * s.d, m, some);
			assert_memory_equal(
				some, all + v * ld, m * ld * sizeof(*some));
		}
		beam_close(b);
		free(z);
		free(all);
		quantizer_free(&q);
	}
}

static void
what_is_no_number_or_too_large_has_codes(void **state)
{
	struct rng r = seeded("what_is_no_number_or_too_large_has_codes");
	struct shape s = { 3, 2, 6, 90 };
	struct quantizer q = random_quantizer(&r, s);
	static const float odd[] = { NAN, INFINITY, -INFINITY, 3e38f, -3e38f,
		1e25f, 1e-40f };
	enum { N = 200 };
	float *z = normals(&r, (size_t)N * 6, 1);
	uint32_t *codes, *greedy = NULL;

	(void)state;
	for (size_t v = 0; v < N; v++)
		z[v * 6 + rng_below(&r, 6)] = odd[v % 7];
	codes = beam_codes(&q, 30, 3, z, N);
	for (size_t i = 0; i < (size_t)N * 6; i++)
		assert_true(codes[i] < q.book[i % 6].k);
	free(codes);
	codes = beam_codes(&q, 1, 3, z, N);
	greedy = greedy_codes(&q, 3, z, N);
	assert_memory_equal(codes, greedy, sizeof(*codes) * N * 6);
	free(z);
	free(codes);
	free(greedy);
	quantizer_free(&q);
}

/* Shared codebooks are those of every stage. */
static void
shared_codebooks_are_repeated_ones(void **state)
{
	struct rng r = seeded("shared_codebooks_are_repeated_ones");
	size_t n = 200, d = 10, stages = 4, groups = 2;
	float *z = normals(&r, n * d, 1);
	struct quantizer a, b;
	uint32_t *once, *again;
	struct err e;

	(void)state;
	quantizer_init(&a, stages, groups, d);
	quantizer_share(&a);
	quantizer_init(&b, stages, groups, d);
	for (size_t c = 0; c < stages * groups; c++) {
		float *code = normals(&r, 12 * quantizer_width(&a, c), 0.6);

		if (c < groups)
			quantizer_set(&a, c, code, 12);
		quantizer_set(&b, c, quantizer_book(&a, c)->q, 12);
		free(code);
	}
	assert_int_equal(beam_fits(&a, &e), 0);
	for (size_t width = 1; width <= 16; width += 5) {
		once = beam_codes(&a, width, stages, z, n);
		again = beam_codes(&b, width, stages, z, n);
		assert_memory_equal(
			once, again, n * stages * groups * sizeof(*once));
		free(once);
		free(again);
	}
	free(z);
	quantizer_free(&a);
	quantizer_free(&b);
}

/* One codebook of this kind among plain ones: its index and why not. */
static void
refused(void (*make)(struct codebook *b), const char *words)
{
	const float q[] = { 1, 0, 0, 1, -1, 1 };
	struct quantizer two;
	struct err e;

	quantizer_init(&two, 2, 1, 2);
	quantizer_set(&two, 0, q, 3);
	quantizer_set(&two, 1, q, 3);
	assert_int_equal(beam_fits(&two, &e), 0);
	make(&two.book[1]);
	codebook_prepare(&two.book[1], NULL);
	assert_int_equal(beam_fits(&two, &e), -1);
	if (!strstr(e.msg, words) || !strstr(e.msg, "codebook 1"))
		fail_msg("%s", e.msg);
	quantizer_free(&two);
}

static void
by_cosine(struct codebook *b)
{
	b->front.unit = true;
}

static void
at_a_cost(struct codebook *b)
{
	const float bits[] = { 1, 2, 3 };

	codebook_cost(b, bits, 0.1);
}

static void
behind_a_map(struct codebook *b)
{
	const float v[] = { 1, 0, 0, 1 };

	front_map(&b->front, v, NULL, 2, 2);
}

static void
on_a_lattice(struct codebook *b)
{
	const uint32_t levels[] = { 3, 1 };

	lattice_init(&b->lattice, levels, 2);
}

static void
by_the_code_before(struct codebook *b)
{
	const uint32_t variant[] = { 0, 1, 0 };

	codebook_vary(b, 2, variant, 3);
	memset(codebook_table(b, 3, 2), 0, 12 * sizeof(float));
}

static void
what_is_not_chosen_by_distance_alone_is_refused(void **state)
{
	(void)state;
	refused(by_cosine, "cosine");
	refused(at_a_cost, "--lambda");
	refused(behind_a_map, "map");
	refused(on_a_lattice, "lattice");
	refused(by_the_code_before, "code before");
}

/* A cost of nothing is the nearest code: keys of before are forgotten. */
static void
codes_without_a_weight_are_plain(void **state)
{
	struct rng r = seeded("codes_without_a_weight_are_plain");
	size_t n = 100, d = 6, k = 30;
	float *z = normals(&r, n * d, 1), *q = normals(&r, k * d, 1);
	float bits[30];
	struct quantizer a, b;
	uint32_t *want, *got;
	struct err e;

	(void)state;
	for (size_t j = 0; j < k; j++)
		bits[j] = (float)(j % 7);
	quantizer_init(&a, 1, 1, d);
	quantizer_init(&b, 1, 1, d);
	quantizer_set(&a, 0, q, k);
	quantizer_set(&b, 0, q, k);
	codebook_cost(&b.book[0], bits, 3);
	codebook_prepare(&b.book[0], NULL);
	quantizer_prune(&b);
	want = greedy_codes(&a, 1, z, n);
	got = greedy_codes(&b, 1, z, n);
	assert_memory_not_equal(got, want, n * sizeof(*got));
	free(got);
	codebook_weigh(&b.book[0], 0);
	codebook_prepare(&b.book[0], NULL);
	quantizer_prune(&b);
	assert_int_equal(beam_fits(&b, &e), 0);
	got = greedy_codes(&b, 1, z, n);
	assert_memory_equal(got, want, n * sizeof(*got));
	free(got);
	free(want);
	free(z);
	free(q);
	quantizer_free(&a);
	quantizer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_beam_of_all_prefixes_finds_the_best_tuple),
		cmocka_unit_test(
			no_group_is_worse_than_greedy_and_wide_beams_are_better),
		cmocka_unit_test(one_prefix_or_one_stage_is_the_greedy_search),
		cmocka_unit_test(codes_depend_on_the_vector_alone),
		cmocka_unit_test(shared_codebooks_are_repeated_ones),
		cmocka_unit_test(
			what_is_not_chosen_by_distance_alone_is_refused),
		cmocka_unit_test(codes_without_a_weight_are_plain),
		cmocka_unit_test(what_is_no_number_or_too_large_has_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
