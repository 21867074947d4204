/* stats_contingency.c - both adjusted indices, by plain sums over pairs and
 * permutations, and by scikit-learn where it is there. */
#include "numbers.h"

#include "stats/contingency.h"

static void
add(struct joint *j, uint32_t a, uint32_t b)
{
	j->cols = 2;
	joint_add(j, (uint32_t[]){ a, b }, 1);
}

/* Labels where b follows a three times in four. */
static void
make(struct rng *r, uint32_t *a, uint32_t *b, size_t n, size_t ka, size_t kb)
{
	for (size_t i = 0; i < n; i++) {
		a[i] = (uint32_t)rng_below(r, ka);
		b[i] = rng_below(r, 4) ? (uint32_t)(a[i] * 7 % kb)
				       : (uint32_t)rng_below(r, kb);
	}
}

static struct joint
table(const uint32_t *a, const uint32_t *b, size_t n)
{
	struct joint j = { .cols = 2 };

	for (size_t i = 0; i < n; i++)
		add(&j, a[i], b[i]);
	return j;
}

/* Over all pairs of tokens: together on both sides, on one, as expected. */
static double
slow_rand(const uint32_t *a, const uint32_t *b, size_t n)
{
	double both = 0, pa = 0, pb = 0, all = 0, chance;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			both += a[i] == a[k] && b[i] == b[k];
			pa += a[i] == a[k];
			pb += b[i] == b[k];
			all++;
		}
	chance = pa * pb / all;
	return (both - chance) / ((pa + pb) / 2 - chance);
}

static double
choose_log(double n, double k)
{
	return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

/* Every term of the sum, from logarithms. */
static double
slow_mutual(const uint32_t *a, const uint32_t *b, size_t n, size_t k)
{
	double *t = calloc(k * k, sizeof(*t)), *na = calloc(k, sizeof(*na));
	double *nb = calloc(k, sizeof(*nb)), total = (double)n;
	double mi = 0, emi = 0, ha = 0, hb = 0;

	for (size_t i = 0; i < n; i++) {
		t[a[i] * k + b[i]]++;
		na[a[i]]++;
		nb[b[i]]++;
	}
	for (size_t i = 0; i < k; i++) {
		ha -= na[i] > 0 ? na[i] / total * log(na[i] / total) : 0;
		hb -= nb[i] > 0 ? nb[i] / total * log(nb[i] / total) : 0;
		for (size_t j = 0; j < k; j++) {
			double v = t[i * k + j];

			mi += v > 0 ? v / total * log(v * total / na[i] / nb[j])
				    : 0;
			for (v = 1; v <= na[i] && v <= nb[j]; v++)
				if (nb[j] - v <= total - na[i])
					emi += v / total *
						log(v * total / na[i] / nb[j]) *
						exp(choose_log(na[i], v) +
							choose_log(
								total - na[i],
								nb[j] - v) -
							choose_log(
								total, nb[j]));
		}
	}
	free(t);
	free(na);
	free(nb);
	return (mi - emi) / ((ha + hb) / 2 - emi);
}

static void
both_indices_are_the_plain_sums(void **state)
{
	struct rng r = seeded("both_indices_are_the_plain_sums");
	uint32_t a[900], b[900];

	(void)state;
	for (size_t run = 0; run < 20; run++) {
		size_t n = between(&r, 30, 900), ka = between(&r, 2, 40);
		size_t kb = between(&r, 2, 40);
		struct joint j;

		make(&r, a, b, n, ka, kb);
		j = table(a, b, n);
		near(contingency_rand(&j), slow_rand(a, b, n), 1e-12);
		near(contingency_mutual(&j), slow_mutual(a, b, n, 40), 1e-9);
		joint_free(&j);
	}
}

static void
names_do_not_matter_and_sides_may_be_swapped(void **state)
{
	struct rng r = seeded("names_do_not_matter_and_sides_may_be_swapped");
	struct joint same = { 0 }, one = { 0 }, other = { 0 };
	uint32_t a[500], b[500];

	(void)state;
	make(&r, a, b, 500, 9, 6);
	for (size_t i = 0; i < 500; i++) {
		add(&same, a[i], 100 - a[i]);
		add(&one, a[i], b[i]);
		add(&other, b[i] + 1000, a[i] * 3);
	}
	near(contingency_rand(&same), 1, 1e-15);
	near(contingency_mutual(&same), 1, 1e-12);
	near(contingency_rand(&one), contingency_rand(&other), 1e-13);
	near(contingency_mutual(&one), contingency_mutual(&other), 1e-12);
	assert_true(contingency_rand(&one) < 0.9);
	assert_true(contingency_mutual(&one) > 0.2);
	joint_free(&same);
	joint_free(&one);
	joint_free(&other);
}

static void
borders_are_decided(void **state)
{
	struct joint none = { .cols = 2 }, one = { 0 }, each = { 0 };
	struct joint half = { 0 }, single = { 0 };

	(void)state;
	assert_true(isnan(contingency_rand(&none)));
	assert_true(isnan(contingency_mutual(&none)));
	for (uint32_t i = 0; i < 40; i++) {
		add(&one, 3, 5);
		add(&each, i, 40 - i);
		add(&half, 1, i & 1);
	}
	add(&single, 0, 0);
	assert_true(contingency_rand(&one) == 1);
	assert_true(contingency_mutual(&one) == 1);
	near(contingency_rand(&each), 1, 0);
	near(contingency_mutual(&each), 1, 0);
	near(contingency_rand(&half), 0, 1e-15);
	near(contingency_mutual(&half), 0, 1e-12);
	near(contingency_rand(&single), 1, 0);
	near(contingency_mutual(&single), 1, 0);
	joint_free(&one);
	joint_free(&each);
	joint_free(&half);
	joint_free(&single);
}

/* Both indices of the labels in the file, by scikit-learn. */
static bool
ask(const char *path, double *ari, double *ami)
{
	char line[512];
	bool got;
	FILE *f;

	snprintf(line, sizeof(line),
		"/usr/bin/python3 -c 'import sys; from sklearn.metrics import "
		"adjusted_rand_score as r, adjusted_mutual_info_score as m\n"
		"a, b = zip(*(map(int, x.split()) for x in open(\"%s\")))\n"
		"print(repr(float(r(a, b))), repr(float(m(a, b))))' 2>/dev/null",
		path);
	f = popen(line, "r");
	assert_non_null(f);
	got = fscanf(f, "%lf %lf", ari, ami) == 2;
	pclose(f);
	return got;
}

static void
both_indices_are_those_of_scikit_learn(void **state)
{
	enum { N = 20000 };
	struct rng r = seeded("both_indices_are_those_of_scikit_learn");
	uint32_t *a = calloc(N, sizeof(*a)), *b = calloc(N, sizeof(*b));
	char path[] = "/tmp/stats_contingency.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");
	double ari, ami;
	struct joint j;
	bool there;

	(void)state;
	assert_true(a && b && f);
	make(&r, a, b, N, 64, 50);
	for (size_t i = 0; i < N; i++)
		fprintf(f, "%u %u\n", a[i], b[i]);
	fclose(f);
	j = table(a, b, N);
	there = ask(path, &ari, &ami);
	unlink(path);
	if (there) {
		near(contingency_rand(&j), ari, 1e-12);
		near(contingency_mutual(&j), ami, 1e-9);
	}
	joint_free(&j);
	free(a);
	free(b);
	if (!there) {
		print_message("# /usr/bin/python3 has no sklearn\n");
		skip();
	}
}

/* 4,096 classes a side and a million tokens take seconds, not hours. */
static void
many_classes_are_done_soon(void **state)
{
	struct rng r = seeded("many_classes_are_done_soon");
	struct joint j = { 0 };
	clock_t start;

	(void)state;
	for (size_t i = 0; i < 1000000; i++) {
		uint32_t a = (uint32_t)rng_below(&r, 4096);

		add(&j, a,
			rng_below(&r, 2) ? a : (uint32_t)rng_below(&r, 4096));
	}
	start = clock();
	near(contingency_mutual(&j), 0.4, 0.2);
	near(contingency_rand(&j), 0.25, 0.02);
	assert_true(clock() - start < 20 * CLOCKS_PER_SEC);
	joint_free(&j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_indices_are_the_plain_sums),
		cmocka_unit_test(names_do_not_matter_and_sides_may_be_swapped),
		cmocka_unit_test(borders_are_decided),
		cmocka_unit_test(both_indices_are_those_of_scikit_learn),
		cmocka_unit_test(many_classes_are_done_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
