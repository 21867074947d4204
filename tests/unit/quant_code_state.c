/* Codes of any shape come back from their bits, with and without a map; codes
 * that their neighbours tell take few. */
#include <math.h>

#include "numbers.h"
#include "quant/code_fit.h"
#include "quant/code_state.h"

/* A quantizer of random codebooks: [stages * groups] sizes k. */
static void
draw_quantizer(struct quantizer *q, struct rng *r, size_t stages, size_t groups,
	const size_t *k)
{
	quantizer_init(q, stages, groups, 4 * groups);
	for (size_t c = 0; c < stages * groups; c++) {
		float *code = normals(r, k[c] * 4, 1);

		quantizer_set(q, c, code, k[c]);
		free(code);
	}
}

static uint32_t *
draw_codes(struct rng *r, const struct quantizer *q, size_t columns, size_t n)
{
	uint32_t *codes = mem_alloc(n * columns, sizeof(*codes));

	for (size_t i = 0; i < n * columns; i++)
		codes[i] = (uint32_t)rng_below(
			r, quantizer_book(q, i % columns)->k);
	return codes;
}

/* Twice with one state: what the first item has shown is forgotten. */
static void
round_trip(const struct code_model *m, const uint32_t *codes, size_t rows,
	size_t tokens, size_t columns, bool even)
{
	struct code_state *to = code_state_open(m), *from = code_state_open(m);
	size_t n = rows * tokens * columns, first = 0;
	uint32_t *back = mem_alloc(n, sizeof(*back));
	struct range_encoder out = { 0 };
	struct range_decoder in;
	double bits;

	for (int i = 0; i < 2; i++) {
		code_state_begin(to, tokens, columns);
		range_coder_begin(&out);
		if (even)
			code_state_encode_even(to, &out, codes, rows);
		else
			code_state_encode(to, &out, codes, rows);
		range_coder_end(&out);
		if (i == 1)
			assert_int_equal(out.n, first);
		first = out.n;
		memset(back, 0xff, n * sizeof(*back));
		code_state_begin(from, tokens, columns);
		range_coder_open(&in, out.out, out.n);
		if (even)
			code_state_decode_even(from, &in, back, rows);
		else
			code_state_decode(from, &in, back, rows);
		assert_memory_equal(back, codes, n * sizeof(*back));
	}
	code_state_begin(to, tokens, columns);
	bits = even ? code_state_even_bits(to, rows)
		    : code_state_bits(to, codes, rows);
	assert_true(fabs((double)out.n * 8 - bits) < 24 + 1e-3 * bits);
	code_state_close(to);
	code_state_close(from);
	free(out.out);
	free(back);
}

static void
trip_shape(struct rng *r, size_t stages, size_t groups, const size_t *k,
	size_t rows, size_t tokens, bool image)
{
	struct quantizer q;
	struct code_model m;
	size_t columns = stages * groups;
	uint32_t *codes;

	draw_quantizer(&q, r, stages, groups, k);
	code_model_init(&m, &q, NULL, image);
	codes = draw_codes(r, &q, columns, rows * tokens);
	round_trip(&m, codes, rows, tokens, columns, false);
	round_trip(&m, codes, rows, tokens, columns, true);
	free(codes);
	code_model_free(&m);
	quantizer_free(&q);
}

static void
test_shapes(void **state)
{
	static const size_t ones[] = { 1, 1 }, odd[] = { 3, 5, 7, 1, 2, 1000 };
	static const size_t large[] = { 65536 }, many[] = { 65537, 4096 };
	struct rng r;

	(void)state;
	rng_seed(&r, 7, 1);
	trip_shape(&r, 1, 1, ones, 5, 5, true);
	trip_shape(&r, 2, 1, ones, 5, 1, false);
	trip_shape(&r, 3, 2, odd, 13, 7, true);
	trip_shape(&r, 3, 2, odd, 29, 2, false);
	trip_shape(&r, 6, 1, odd, 1, 1, true);
	trip_shape(&r, 2, 3, odd, 0, 3, true);
	trip_shape(&r, 1, 1, large, 9, 11, true);
	trip_shape(&r, 2, 1, many, 40, 1, false);
}

static void
test_random_shapes(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 7, 2);
	for (int i = 0; i < 40; i++) {
		size_t stages = 1 + rng_below(&r, 4),
		       groups = 1 + rng_below(&r, 3);
		size_t k[12];

		for (size_t c = 0; c < stages * groups; c++)
			k[c] = 1 + rng_below(&r, 40);
		trip_shape(&r, stages, groups, k, rng_below(&r, 30),
			1 + rng_below(&r, 20), i % 2);
	}
}

/* A grid where each code is the one to the left, but for one in eight. */
static uint32_t *
draw_streaks(struct rng *r, size_t k, size_t n)
{
	uint32_t *codes = mem_alloc(n, sizeof(*codes));

	for (size_t i = 0; i < n; i++)
		codes[i] = i && rng_below(r, 8) ? codes[i - 1]
						: (uint32_t)rng_below(r, k);
	return codes;
}

/* The entropy of a streak's code is 7/8 of none and 1/8 of a new one. */
static double
streak_bits(double k)
{
	double stay = 7 / 8.0 + 1 / (8 * k), go = 1 / (8 * k);

	return -stay * log2(stay) - (k - 1) * go * log2(go);
}

/* Held-out bits a code after the map was learned with a rank; 0: no map. */
static double
learned_bits(size_t rank, size_t k)
{
	enum { ROWS = 40, TOKENS = 50, GRIDS = 10, COUNT = ROWS * TOKENS };
	struct code_fit_opts o = { .rank = rank, .passes = 4, .seed = 1 };
	struct code_grid grid[GRIDS + 1];
	struct code_map map = { 0 };
	struct code_model plain, m;
	struct code_state *s;
	struct quantizer q;
	struct rng r;
	double bits;

	rng_seed(&r, 7, 3);
	draw_quantizer(&q, &r, 1, 1, &k);
	for (int i = 0; i <= GRIDS; i++)
		grid[i] = (struct code_grid){ ROWS, TOKENS,
			draw_streaks(&r, k, COUNT) };
	code_model_init(&plain, &q, NULL, true);
	if (rank)
		code_fit(&plain, grid, GRIDS, &o, &map);
	code_model_init(&m, &q, rank ? &map : NULL, true);
	round_trip(&m, grid[GRIDS].codes, ROWS, TOKENS, 1, false);
	s = code_state_open(&m);
	code_state_begin(s, TOKENS, 1);
	bits = code_state_bits(s, grid[GRIDS].codes, ROWS) / COUNT;
	code_state_close(s);
	for (int i = 0; i <= GRIDS; i++)
		free(grid[i].codes);
	code_model_free(&plain);
	code_model_free(&m);
	code_map_free(&map);
	quantizer_free(&q);
	return bits;
}

static void
test_neighbours_tell(void **state)
{
	double plain = learned_bits(0, 64), mapped = learned_bits(8, 64);
	double entropy = streak_bits(64);

	(void)state;
	assert_true(plain < 2.6 && plain > entropy * 0.9);
	assert_true(mapped < 0.9 * plain && mapped > entropy * 0.9);
}

static void
test_rank_of_all_sizes(void **state)
{
	(void)state;
	assert_true(learned_bits(1, 2) < 0.7);
	assert_true(learned_bits(CODE_MAP_RANK_MOST, 5) < 1.2);
	assert_true(learned_bits(3, 1) == 0);
}

/* Leaves are a permutation, and those near each other are codes alike. */
static void
test_tree(void **state)
{
	float code[100];
	struct code_tree t;

	(void)state;
	for (int i = 0; i < 100; i++)
		code[i] = (float)((i * 37) % 100);
	code_tree_init(&t, code, 100, 1);
	assert_int_equal(t.depth, 7);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(t.leaf[t.code[i]], i);
	for (uint32_t i = 1; i < 100; i++)
		near(fabs((double)code[t.code[i]] -
			     (double)code[t.code[i - 1]]),
			1, 0);
	code_tree_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_random_shapes),
		cmocka_unit_test(test_neighbours_tell),
		cmocka_unit_test(test_rank_of_all_sizes),
		cmocka_unit_test(test_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
