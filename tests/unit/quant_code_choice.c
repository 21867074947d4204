/* Codes chosen by distance and bits are the cheapest of all codes, by the bits
 * that the coder then takes. */
#include <math.h>

#include "numbers.h"
#include "quant/code_choice.h"
#include "quant/code_state.h"

struct trial {
	struct quantizer q;
	struct code_model m;
	size_t stages, columns, rows, tokens;
	float *z;
	float near, corner; /* of errors; not 0: coupled */
};

/* Books of k codes, the next column's one more, halved in size a stage;
 * latents of a slow walk, so that codes repeat. */
static void
begin(struct trial *t, uint64_t seed, size_t stages, size_t groups, size_t k,
	bool image)
{
	size_t d = 2 * groups, n;
	struct rng r;

	rng_seed(&r, seed, 1);
	*t = (struct trial){ .stages = stages,
		.columns = stages * groups,
		.rows = 11,
		.tokens = image ? 53 : 2 };
	n = t->rows * t->tokens;
	quantizer_init(&t->q, stages, groups, d);
	for (size_t c = 0; c < t->columns; c++) {
		float *code =
			normals(&r, (k + c) * 2, 1 / (float)(1 + c / groups));

		quantizer_set(&t->q, c, code, k + c);
		free(code);
	}
	t->z = normals(&r, n * d, 0.3f);
	for (size_t i = d; i < n * d; i++)
		t->z[i] += 0.95f * t->z[i - d];
	code_model_init(&t->m, &t->q, NULL, image);
}

static void
end(struct trial *t)
{
	code_model_free(&t->m);
	quantizer_free(&t->q);
	free(t->z);
}

static uint32_t *
chosen(const struct trial *t, double lambda)
{
	struct code_choice *c =
		code_choice_open(&t->q, &t->m, t->stages, lambda);
	size_t n = t->rows * t->tokens * t->columns;
	uint32_t *codes = mem_alloc(n, sizeof(*codes));
	size_t half = t->rows / 2 * t->tokens;

	if (t->near > 0)
		code_choice_couple(c, t->near, t->corner);
	/* Twice: an item begins anew.  In two pieces: they do not matter. */
	for (int i = 0; i < 2; i++) {
		memset(codes, 0xff, n * sizeof(*codes));
		code_choice_begin(c, t->tokens);
		code_choice_rows(c, t->z, t->rows / 2, codes);
		code_choice_rows(c, t->z + half * t->q.d, t->rows - t->rows / 2,
			codes + half * t->columns);
	}
	code_choice_close(c);
	return codes;
}

/* Of a leaf, turn by turn. */
static double
leaf_bits(const struct code_mix *x, const struct code_mix_place *p,
	const struct code_tree *t, uint32_t leaf)
{
	double bits = 0;
	size_t node = 1;

	for (unsigned level = t->depth; level > 0; level--) {
		unsigned right = leaf >> (level - 1) & 1;

		if (code_tree_forks(t, node, level)) {
			double share =
				code_mix_turn(x, p, node, level) / 65536.0;

			bits -= log2(right ? share : 1 - share);
		}
		node = 2 * node + right;
	}
	return bits;
}

static double
distance(const struct codebook *b, size_t code, const float *x)
{
	double sum = 0;

	for (size_t i = 0; i < b->d; i++) {
		double e = (double)x[i] - (double)b->q[code * b->d + i];

		sum += e * e;
	}
	return sum;
}

/* One choice against every code; the bits of the one that was made. */
static double
hold_choice(const struct trial *t, struct code_state *s, size_t token,
	size_t column, const float *x, uint32_t code, double lambda)
{
	const struct code_tree *tree = &t->m.tree[column];
	const struct codebook *b = quantizer_book(&t->q, column);
	struct code_mix_place p;
	const struct code_mix *mix = code_state_look(s, token, column, &p);
	double bits = leaf_bits(mix, &p, tree, tree->leaf[code]);
	double cost = distance(b, code, x) + lambda * bits;

	for (uint32_t j = 0; j < b->k; j++)
		assert_true(cost <= 1e-4 + distance(b, j, x) +
				lambda *
					leaf_bits(
						mix, &p, tree, tree->leaf[j]));
	code_state_take(s, token, column, tree->leaf[code]);
	return bits;
}

/* Of number i of latent v, by the errors [n, d] of the tokens before. */
static float
aimed(const struct trial *t, const float *error, size_t v, size_t i)
{
	size_t x = v % t->tokens, y = v / t->tokens, d = t->q.d;
	float left = x ? error[(v - 1) * d + i] : 0, above = 0, corners = 0;

	if (y > 0) {
		const float *up = error + (v - t->tokens) * d + i;

		above = *up;
		corners = (x ? up[-(ptrdiff_t)d] : 0) +
			(x + 1 < t->tokens ? up[d] : 0);
	}
	return t->z[v * d + i] - t->near * (above + left) - t->corner * corners;
}

/* Every choice; the bits of all, which are also those of the coder. */
static double
hold(const struct trial *t, const uint32_t *codes, double lambda)
{
	struct code_state *s = code_state_open(&t->m);
	const uint32_t *code = codes;
	size_t d = t->q.d, n = t->rows * t->tokens;
	float *error = mem_zfloats(n * d);
	double bits = 0;

	code_state_begin(s, t->tokens, t->columns);
	for (size_t v = 0; v < n; v++, code += t->columns) {
		float left[8], part[8];

		if (v % t->tokens == 0)
			code_state_next(s);
		for (size_t i = 0; i < d; i++)
			error[v * d + i] = left[i] = aimed(t, error, v, i);
		for (size_t c = 0; c < t->columns; c++) {
			quantizer_take(&t->q, c, left, 1, part);
			bits += hold_choice(
				t, s, v % t->tokens, c, part, code[c], lambda);
			quantizer_add(&t->q, c, code + c, NULL, 1, 1, -1, left);
		}
		for (size_t i = 0; i < d; i++)
			error[v * d + i] -= left[i] + t->z[v * d + i];
	}
	free(error);
	code_state_begin(s, t->tokens, t->columns);
	assert_true(fabs(bits - code_state_bits(s, codes, t->rows)) < 1e-6);
	code_state_close(s);
	return bits;
}

static void
try(uint64_t seed, size_t stages, size_t groups, size_t k, bool image,
	float near)
{
	struct trial t;

	begin(&t, seed, stages, groups, k, image);
	t.near = near;
	t.corner = near / 3;
	for (int i = 0; i < 3; i++) {
		double lambda = 0.01 * pow(4, i);
		uint32_t *codes = chosen(&t, lambda);

		hold(&t, codes, lambda);
		free(codes);
	}
	end(&t);
}

static void
test_cheapest(void **state)
{
	(void)state;
	try(1, 1, 1, 37, true, 0);
	try(2, 1, 1, 64, false, 0);
	try(3, 3, 1, 16, true, 0);
	try(4, 2, 2, 21, true, 0);
	try(5, 2, 3, 9, false, 0);
	try(6, 3, 2, 1, true, 0);
	try(7, 1, 1, 37, true, 0.25f);
	try(8, 2, 2, 21, true, 0.4f);
}

/* Where bits are worth next to nothing: the nearest codes. */
static void
test_nearest(void **state)
{
	struct trial t;
	uint32_t *codes, *plain;
	size_t n;
	float *work;

	(void)state;
	begin(&t, 7, 3, 2, 50, true);
	n = t.rows * t.tokens;
	codes = chosen(&t, 1e-12);
	plain = mem_alloc(n * t.columns, sizeof(*plain));
	work = mem_floats(quantizer_work(&t.q, n));
	quantizer_encode(&t.q, t.z, n, t.stages, plain, NULL, work);
	assert_memory_equal(codes, plain, n * t.columns * sizeof(*codes));
	free(work);
	free(plain);
	free(codes);
	end(&t);
}

static double
error_of(const struct trial *t, const uint32_t *codes)
{
	size_t n = t->rows * t->tokens;
	float *out = mem_floats(n * t->q.d);
	double sum = 0;

	quantizer_decode(&t->q, codes, t->columns, n, t->stages, out);
	for (size_t i = 0; i < n * t->q.d; i++)
		sum += pow((double)out[i] - (double)t->z[i], 2);
	free(out);
	return sum;
}

/* As bits cost more, there are fewer and codes are further off. */
static void
test_trade(void **state)
{
	double bits = INFINITY, error = 0;
	struct trial t;

	(void)state;
	begin(&t, 8, 2, 1, 60, true);
	for (double lambda = 1e-4; lambda < 2; lambda *= 20) {
		uint32_t *codes = chosen(&t, lambda);
		double b = hold(&t, codes, lambda), e = error_of(&t, codes);

		assert_true(b <= bits && e >= error);
		bits = b;
		error = e;
		free(codes);
	}
	assert_true(bits < 600);
	end(&t);
}

/* Codes are below k whatever comes. */
static void
test_no_numbers(void **state)
{
	struct trial t;
	uint32_t *codes;

	(void)state;
	begin(&t, 9, 2, 1, 10, true);
	for (size_t i = 0; i < 40; i++)
		t.z[7 * i] = i % 3 ? NAN : i % 2 ? INFINITY : 3e38f;
	codes = chosen(&t, 0.1);
	for (size_t i = 0; i < t.rows * t.tokens * t.columns; i++)
		assert_true(codes[i] < 10 + i % t.columns);
	free(codes);
	end(&t);
}

static void
test_lattices(void **state)
{
	float level[] = { 0, 1 };
	struct quantizer q;
	struct err e;

	(void)state;
	quantizer_init(&q, 1, 1, 1);
	quantizer_set(&q, 0, level, 2);
	assert_int_equal(code_choice_fits(&q, &e), 0);
	q.book[0].lattice.dims = 1;
	assert_int_equal(code_choice_fits(&q, &e), -1);
	assert_non_null(strstr(e.msg, "lattice"));
	q.book[0].lattice.dims = 0;
	quantizer_free(&q);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cheapest),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_trade),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_lattices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
