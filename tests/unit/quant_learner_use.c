/* What codes cost in training: by the formula, and back. */
#include "quant/learner_use.h"
#include "quant_help.h"

#define K 20

static struct learner
learner(size_t batch)
{
	struct learner l = { .k = K, .d = 1, .batch = batch, .o.lambda = 0.5 };

	learner_use_even(&l);
	return l;
}

static float *
bits_of(const struct learner *l)
{
	struct codebook b = { 0 };
	float *bits = mem_floats(K);

	memset(codebook_table(&b, K, 1), 0, K * sizeof(*bits));
	learner_use_cost(l, &b);
	assert_true(b.lambda == 0.5 && b.front.padded);
	memcpy(bits, b.bits, K * sizeof(*bits));
	codebook_free(&b);
	return bits;
}

static void
check(const struct learner *l, const double *use)
{
	float *bits = bits_of(l);

	for (size_t j = 0; j < K; j++)
		near((double)bits[j],
			-log2((use[j] + 1. / K) / ((double)l->batch + 1)),
			1e-4);
	free(bits);
}

static void
bits_are_those_of_a_smoothed_share(void **state)
{
	struct rng r = seeded("bits_are_those_of_a_smoothed_share");
	struct learner l = learner(N);
	double use[K], keep = 1 - 0.01;
	uint32_t idx[N];

	(void)state;
	for (size_t j = 0; j < K; j++)
		use[j] = (double)N / K;
	check(&l, use);
	for (size_t step = 0; step < 50; step++) {
		for (size_t j = 0; j < K; j++)
			use[j] *= keep;
		for (size_t v = 0; v < N; v++) {
			idx[v] = (uint32_t)rng_below(&r, 1 + rng_below(&r, K));
			use[idx[v]] += 1 - keep;
		}
		learner_use_add(&l, idx, N);
		check(&l, use);
	}
	/* Counts alone; of another number of vectors, they are shares. */
	memset(use, 0, sizeof(use));
	for (size_t v = 0; v < N / 2; v++)
		use[idx[v]] += 2;
	learner_use_set(&l, idx, N / 2);
	check(&l, use);
	learner_free(&l);
}

/* The average of many codes is slower. */
static void
the_average_keeps_more_where_a_batch_is_small(void **state)
{
	struct learner l = learner(2);
	uint32_t idx[2] = { 3, 3 };
	double keep = 1 - 2. / (50 * K), use[K];

	(void)state;
	for (size_t j = 0; j < K; j++)
		use[j] = keep * 2 / K;
	use[3] += (1 - keep) * 2;
	learner_use_add(&l, idx, 2);
	check(&l, use);
	learner_free(&l);
}

static void
bits_come_back_from_a_model(void **state)
{
	struct learner a = learner(N), b = learner(N);
	uint32_t idx[] = { 0, 0, 0, 1, 1, 5 };
	float *bits, *again;

	(void)state;
	learner_use_set(&a, idx, 6);
	bits = bits_of(&a);
	learner_use_take_bits(&b, bits);
	again = bits_of(&b);
	for (size_t j = 0; j < K; j++)
		near((double)again[j], (double)bits[j], 1e-4);
	free(bits);
	free(again);
	learner_free(&a);
	learner_free(&b);
}

/* One code costs nothing, and never less: a model with less is refused. */
static void
no_code_costs_less_than_nothing(void **state)
{
	struct learner l = { .k = 1, .d = 1, .batch = 3, .o.lambda = 1 };
	uint32_t idx[7] = { 0 };
	struct codebook b = { 0 };

	(void)state;
	learner_use_even(&l);
	codebook_table(&b, 1, 1)[0] = 0;
	for (size_t i = 1; i <= 7; i++) {
		learner_use_set(&l, idx, i);
		learner_use_cost(&l, &b);
		assert_true(b.bits[0] >= 0 && b.bits[0] < 1e-5f);
	}
	learner_free(&l);
	codebook_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_those_of_a_smoothed_share),
		cmocka_unit_test(the_average_keeps_more_where_a_batch_is_small),
		cmocka_unit_test(bits_come_back_from_a_model),
		cmocka_unit_test(no_code_costs_less_than_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
