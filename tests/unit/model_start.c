/* The classical start: tables stage by stage. */
#include "model/start.h"
#include "numbers.h"

static double
error_of(const struct quantizer *q, const float *z, size_t n, size_t stages)
{
	float *out = mem_floats(n * q->d);
	float *work = mem_floats(quantizer_work(q, n));
	uint32_t *codes = mem_alloc(n * quantizer_columns(q), sizeof(*codes));
	double sum = 0;

	quantizer_encode(q, z, n, stages, codes, out, work);
	for (size_t i = 0; i < n * q->d; i++)
		sum += ((double)z[i] - (double)out[i]) *
			((double)z[i] - (double)out[i]);
	free(out);
	free(work);
	free(codes);
	return sum / (double)n;
}

static void
every_stage_lowers_the_error(void **state)
{
	struct rng r = seeded("every_stage_lowers_the_error");
	enum { ROWS = 3000, D = 7, K = 16, STAGES = 4 };

	(void)state;
	for (size_t groups = 1; groups <= 3; groups++) {
		float *z = normals(&r, ROWS * D, 1);
		double last = INFINITY, again;
		struct quantizer q;

		quantizer_init(&q, STAGES, groups, D);
		for (size_t c = 0; c < quantizer_columns(&q); c++) {
			float part[ROWS * D], table[K * D];

			quantizer_take(&q, c, z, ROWS, part);
			start_draw(part, NULL, ROWS, quantizer_width(&q, c), K,
				&r, table);
			quantizer_set(&q, c, table, K);
		}
		start_tables(&q, z, NULL, ROWS, K, 8, NULL);
		for (size_t s = 1; s <= STAGES; s++) {
			double e = error_of(&q, z, ROWS, s);

			assert_true(e < 0.9 * last);
			last = e;
		}
		/* From the tables there are: not worse by more than what the
		 * later stages have to learn anew. */
		start_tables(&q, z, NULL, ROWS, K, 2, NULL);
		again = error_of(&q, z, ROWS, STAGES);
		assert_true(again < 1.05 * last);
		free(z);
		quantizer_free(&q);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_stage_lowers_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
