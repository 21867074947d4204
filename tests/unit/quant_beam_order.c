/*
 * Beam search over the stages, in whole numbers, where every error is exact and
 * equals are common: prefixes and codes are those of a plain search.
 */
#include "quant_codes.h"

struct prefix {
	int32_t left[4];
	int64_t error;
	size_t place; /* by parent, then by code */
	uint32_t code[4];
};

static int
better_first(const void *a, const void *b)
{
	const struct prefix *x = a, *y = b;

	if (x->error != y->error)
		return x->error < y->error ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

/* Every child of each of `live` prefixes to all, in order; how many. */
static size_t
bear(const struct codebook *b, size_t stage, const struct prefix *from,
	size_t live, struct prefix *all)
{
	size_t n = 0;

	for (size_t p = 0; p < live; p++)
		for (size_t j = 0; j < b->k; j++, n++) {
			all[n] = from[p];
			all[n].place = n;
			all[n].error = 0;
			all[n].code[stage] = (uint32_t)j;
			for (size_t i = 0; i < b->d; i++) {
				int32_t *t = &all[n].left[i];

				*t -= (int32_t)b->q[j * b->d + i];
				all[n].error += (int64_t)*t * *t;
			}
		}
	return n;
}

/* Whether these are the first codes of a prefix. */
static bool
begins(const struct prefix *p, const uint32_t *codes, size_t count)
{
	return memcmp(p->code, codes, count * sizeof(*codes)) == 0;
}

/* beam.h in whole numbers; false where greedy's prefix would have to be kept
 * against better ones. */
static bool
plain_search(const struct quantizer *q, const float *z, size_t width,
	const uint32_t *greedy, uint32_t *codes)
{
	struct prefix live[8] = { 0 }, *all = mem_alloc(8 * 64, sizeof(*all));
	size_t count = 1, n = 0;
	bool whole = true, there = true;

	for (size_t i = 0; i < q->d; i++)
		live[0].left[i] = (int32_t)z[i];
	for (size_t s = 0; s < q->stages; s++) {
		whole = whole && there;
		n = bear(&q->book[s], s, live, count, all);
		qsort(all, n, sizeof(*all), better_first);
		count = n < width ? n : width;
		memcpy(live, all, count * sizeof(*live));
		there = false;
		for (size_t p = 0; p < count; p++)
			there = there || begins(&live[p], greedy, s + 1);
	}
	memcpy(codes, live[0].code, q->stages * sizeof(*codes));
	for (size_t p = 0; p < n && all[p].error == all[0].error; p++)
		if (begins(&all[p], greedy, q->stages))
			memcpy(codes, greedy, q->stages * sizeof(*codes));
	free(all);
	return whole;
}

/* Codes and their negatives: of mean 0, so that centring changes nothing. */
static void
set_whole(struct rng *r, struct quantizer *q, size_t column, size_t k)
{
	float code[64 * 4];
	size_t d = q->d, half = k / 2 * d;

	for (size_t i = 0; i < half; i++) {
		code[i] = (float)rng_below(r, 7) - 3;
		code[half + i] = -code[i];
	}
	quantizer_set(q, column, code, k);
}

static void
the_prefixes_are_those_of_a_plain_search(void **state)
{
	struct rng r = seeded("the_prefixes_are_those_of_a_plain_search");
	enum { N = 40 };
	size_t compared = 0;

	(void)state;
	for (int trial = 0; trial < 200; trial++) {
		size_t stages = between(&r, 2, 4), d = between(&r, 1, 4);
		size_t width = between(&r, 1, 8);
		uint32_t *codes, *greedy, want[4];
		struct quantizer q;
		float z[N * 4];

		quantizer_init(&q, stages, 1, d);
		for (size_t c = 0; c < stages; c++)
			set_whole(&r, &q, c, 2 * between(&r, 1, 32));
		for (size_t i = 0; i < N * d; i++)
			z[i] = (float)rng_below(&r, 15) - 7;
		codes = beam_codes(&q, width, stages, z, N);
		greedy = greedy_codes(&q, stages, z, N);
		for (size_t v = 0; v < N; v++) {
			const uint32_t *g = greedy + v * stages;

			if (!plain_search(&q, z + v * d, width, g, want))
				continue;
			assert_memory_equal(
				want, codes + v * stages, stages * 4);
			compared++;
		}
		free(codes);
		free(greedy);
		quantizer_free(&q);
	}
	assert_true(compared > 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_prefixes_are_those_of_a_plain_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
