/* The judge's figures by their definitions. */
#include "model/judge.h"
#include "numbers.h"

#define DIM 3
#define K 7
#define MANY 1000

/* Rows without a net: one column a number, K random codes. */
static void
model_open(struct model *m, struct rng *r)
{
	*m = (struct model){ .transform = { .kind = ITEM_ROWS, .dim = DIM } };
	transform_init(&m->transform);
	net_init(&m->net, NET_NONE, DIM, DIM, NULL, NULL);
	quantizer_init(&m->quantizer, 1, DIM, DIM);
	for (size_t c = 0; c < DIM; c++) {
		float code[K];

		fill(r, code, K, 1);
		quantizer_set(&m->quantizer, c, code, K);
	}
}

static uint32_t
nearest_of(const struct codebook *b, float x)
{
	uint32_t best = 0;

	for (uint32_t j = 1; j < b->k; j++)
		if (fabsf(x - b->q[j]) < fabsf(x - b->q[best]))
			best = j;
	return best;
}

static void
figures_are_as_defined(void **state)
{
	struct rng r = seeded("figures_are_as_defined");
	float *x = normals(&r, MANY * DIM, 0.4);
	double error = 0, perplexity = 0;
	struct judgement j, same;
	size_t used = 0;
	struct model m;

	(void)state;
	model_open(&m, &r);
	judge_model(&m, NULL, x, MANY, &j);
	for (size_t c = 0; c < DIM; c++) {
		const struct codebook *b = &m.quantizer.book[c];
		double count[K] = { 0 }, entropy = 0;

		for (size_t v = 0; v < MANY; v++) {
			uint32_t i = nearest_of(b, x[v * DIM + c]);

			error += pow((double)(x[v * DIM + c] - b->q[i]), 2);
			count[i]++;
		}
		for (size_t i = 0; i < K; i++)
			if (count[i] > 0) {
				used++;
				entropy -=
					count[i] / MANY * log(count[i] / MANY);
			}
		perplexity += exp(entropy) / DIM;
	}
	near(j.error, error / MANY, 1e-5 * j.error);
	near(j.perplexity, perplexity, 1e-2); /* but for near ties */
	assert_int_equal(j.used, used);
	assert_int_equal(j.codes, DIM * K);
	assert_int_equal(j.tokens, MANY);
	for (size_t threads = 2; threads <= 3; threads++) {
		struct pool *pool = pool_open(threads);

		judge_model(&m, pool, x, MANY, &same);
		assert_memory_equal(&same, &j, sizeof(j));
		pool_close(pool);
	}
	model_free(&m);
	free(x);
}

/* scale^2 is the variance of a vector: the share of it times that, a number. */
static void
quality_is_in_the_medium_s_units(void **state)
{
	struct model m = {
		.transform = { .kind = ITEM_IMAGE, .dim = 4, .scale = 0.2f }
	};

	(void)state;
	near(judge_quality(&m, 0.01), 40, 1e-5); /* mse 1e-4 of 1 */
	m.transform.kind = ITEM_AUDIO;
	near(judge_quality(&m, 0.01), 20, 1e-9);
	m.transform.kind = ITEM_ROWS;
	near(judge_quality(&m, 0.01), 1e-4, 1e-10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_as_defined),
		cmocka_unit_test(quality_is_in_the_medium_s_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
