/*
 * A codebook in a model file: saved and loaded it chooses the same codes;
 * whatever is wrong in one is named, and never harms.
 */
#include "model/book_file.h"
#include "numbers.h"

#define KEYS 6 /* codes */
#define WIDE 4 /* numbers in a code */
#define BEFORE 5

/* A hostile or a fitting tensor: what numbers it has. */
struct given {
	const char *name;
	enum dtype dtype;
	size_t rank, shape[3];
	double first, rest; /* entries */
};

/* The name behind the prefix of a codebook. */
static const char *
named(const char *name)
{
	static char full[64];

	snprintf(full, sizeof(full), "quantize.%s", name);
	return full;
}

static void
add(struct record *r, struct given g)
{
	size_t n = 1;
	struct tensor *t =
		record_add(r, named(g.name), g.dtype, g.rank, g.shape, NULL);

	for (size_t i = 0; i < g.rank; i++)
		n *= g.shape[i];
	for (size_t i = 0; i < n; i++) {
		double v = i ? g.rest : g.first;
		float x = (float)v;
		uint32_t u = g.dtype == DT_U32 ? (uint32_t)(int64_t)v : 0;

		memcpy((char *)t->data + i * 4,
			g.dtype == DT_U32 ? (void *)&u : &x, 4);
	}
}

/* codebook [KEYS, WIDE], different codes. */
static void
add_table(struct record *r)
{
	size_t shape[2] = { KEYS, WIDE };
	struct tensor *t =
		record_add(r, named("codebook"), DT_F32, 2, shape, NULL);

	for (size_t i = 0; i < KEYS * WIDE; i++) {
		float x = (float)(i * i % 7) - 3;

		memcpy((char *)t->data + i * sizeof(x), &x, sizeof(x));
	}
}

/* Loads it, and searches it, so that a sanitizer may see. */
static int
load(const struct record *r, size_t before, struct err *e)
{
	struct codebook b = { 0 };
	int status = book_file_load(&b, "quantize.", WIDE, before, r, e);

	if (status == 0) {
		float x[2 * WIDE] = { 1, 2, 3, 4, 0 };
		uint32_t prev[2] = { 0, BEFORE - 1 }, idx[2];
		float *work = mem_floats(codebook_work(&b));

		codebook_find(&b, x, 2, prev, 1, idx, work);
		assert_true(idx[0] < b.k && idx[1] < b.k);
		codebook_code(&b, idx[0], prev);
		free(work);
	}
	codebook_free(&b);
	return status;
}

static void
meta(struct record *r, const char *key, const char *value)
{
	if (key)
		meta_set(&r->meta, key, value);
}

/* A table with this beside it is refused, and the message has the words. */
static void
refused(const struct given *g, size_t n, const char *key, const char *value,
	const char *words)
{
	struct record r = { 0 };
	struct err e;

	add_table(&r);
	for (size_t i = 0; i < n; i++)
		add(&r, g[i]);
	meta(&r, key, value);
	e.msg[0] = 0;
	if (load(&r, BEFORE, &e) == 0)
		fail_msg("taken: %s", g[0].name);
	if (!strstr(e.msg, words))
		fail_msg("\"%s\" does not say \"%s\"", e.msg, words);
	record_free(&r);
}

static void
refuse(struct given g, const char *words)
{
	refused(&g, 1, NULL, NULL, words);
}

static void
taken(const struct given *g, size_t n, const char *key, const char *value)
{
	struct record r = { 0 };
	struct err e;

	add_table(&r);
	for (size_t i = 0; i < n; i++)
		add(&r, g[i]);
	meta(&r, key, value);
	if (load(&r, BEFORE, &e) != 0)
		fail_msg("%s", e.msg);
	record_free(&r);
}

static void
bits_are_finite_and_not_negative(void **state)
{
	struct given bits = { "bits", DT_F32, 1, { KEYS }, 3, 2 };
	struct given g = bits;

	(void)state;
	taken(&bits, 1, NULL, NULL);
	taken(&bits, 1, "lambda", "0.25");
	g.first = -1e-3;
	refuse(g, "quantize.bits");
	g.first = (double)NAN;
	refuse(g, "quantize.bits");
	g.first = (double)INFINITY;
	refuse(g, "quantize.bits");
	g.first = 1e30; /* times lambda, no distance is left beside it */
	refused(&g, 1, "lambda", "1", "quantize.bits");
	g = bits;
	g.shape[0] = KEYS + 1;
	refuse(g, "quantize.bits");
	g.shape[0] = 0;
	refuse(g, "quantize.bits");
	g = (struct given){ "bits", DT_F32, 2, { KEYS, 2 }, 1, 1 };
	refuse(g, "quantize.bits");
}

static void
lambda_is_a_cost_of_bits_that_are_there(void **state)
{
	static const char *const wrong[] = { "-1", "nan", "inf", "1e999", "",
		"x", "0x10", "1 " };
	struct given bits = { "bits", DT_F32, 1, { KEYS }, 3, 2 };
	struct given other = { "other", DT_F32, 1, { 1 }, 0, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		refused(&bits, 1, "lambda", wrong[i], "lambda");
	refused(&other, 1, "lambda", "0.1", "quantize.bits");
	refused(&other, 1, "metric", "manhattan", "metric");
	taken(&other, 1, "metric", "l2");
	taken(&other, 1, "metric", "cosine");
}

static void
variants_name_tables_that_are_there(void **state)
{
	struct given variant = { "variant", DT_U32, 1, { BEFORE }, 2, 1 };
	struct given g = variant;
	struct record r = { 0 };
	struct err e;

	(void)state;
	taken(&variant, 1, NULL, NULL);
	g.first = 3; /* 4 tables of 6 codes in all */
	refuse(g, "quantize.variant");
	g.first = BEFORE;
	refuse(g, "quantize.variant");
	g.first = 4294967295.;
	refuse(g, "quantize.variant");
	g = variant;
	g.shape[0] = BEFORE - 1;
	refuse(g, "quantize.variant");
	g = variant;
	g.dtype = DT_F32;
	g.first = 0.5;
	refuse(g, "quantize.variant");
	add_table(&r);
	add(&r, variant);
	assert_int_equal(load(&r, 0, &e), -1);
	assert_non_null(strstr(e.msg, "quantize.variant"));
	record_free(&r);
}

/* levels 3, 2 behind a map to two numbers, with their edges. */
static void
lattice(struct given *g)
{
	g[0] = (struct given){ "project_in.weight", DT_F32, 2, { 2, WIDE }, 1,
		2 };
	g[1] = (struct given){ "levels", DT_U32, 1, { 2 }, 3, 2 };
	g[2] = (struct given){ "edges", DT_F32, 2, { 2, 2 }, -1, 1 };
}

static void
levels_are_the_codes(void **state)
{
	struct given g[3];

	(void)state;
	lattice(g);
	taken(g, 3, NULL, NULL);
	for (unsigned i = 0; i < 6; i++) {
		static const double wrong[][2] = { { 0, 2 }, { 1, 6 }, { 6, 1 },
			{ 3, 3 }, { 0, 0 }, { 65536 * 65535., 65536 } };

		lattice(g);
		g[1].first = wrong[i][0];
		g[1].rest = wrong[i][1];
		refused(g, 3, NULL, NULL, "quantize.levels");
	}
	lattice(g);
	g[1].shape[0] = 3;
	refused(g, 3, NULL, NULL, "quantize.levels");
	lattice(g);
	g[1].dtype = DT_F32;
	g[1].first = (double)NAN;
	refused(g, 3, NULL, NULL, "quantize.levels");
	lattice(g); /* too many dimensions */
	g[0].shape[0] = g[1].shape[0] = 40;
	refused(g, 3, NULL, NULL, "quantize.levels");
	lattice(g);
	refused(g, 2, NULL, NULL, "quantize.edges");
}

static void
edges_ascend(void **state)
{
	struct given g[4];

	(void)state;
	lattice(g);
	g[2].first = 2;
	refused(g, 3, NULL, NULL, "quantize.edges");
	g[2].first = (double)NAN;
	refused(g, 3, NULL, NULL, "quantize.edges");
	lattice(g);
	g[2].shape[1] = 3;
	refused(g, 3, NULL, NULL, "quantize.edges");
}

/* What is looked at by a search alone would go unseen beside levels. */
static void
a_lattice_is_not_searched(void **state)
{
	static const struct given more[] = { { "bits", DT_F32, 1, { KEYS }, 3,
						     2 },
		{ "search", DT_F32, 2, { KEYS, 2 }, 0, 1 },
		{ "variant", DT_U32, 1, { BEFORE }, 0, 0 } };
	struct given g[4];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		lattice(g);
		g[3] = more[i];
		refused(g, 4, NULL, NULL, named(more[i].name));
	}
}

static void
maps_fit_what_they_map(void **state)
{
	struct given g[3] = { { "project_in.weight", DT_F32, 2, { 3, WIDE }, 1,
				      2 },
		{ "search", DT_F32, 2, { KEYS, 3 }, 0, 1 },
		{ "project_in.bias", DT_F32, 1, { 3 }, 0, 1 } };

	(void)state;
	taken(g, 3, NULL, NULL);
	taken(g, 2, "metric", "cosine");
	refused(g, 1, NULL, NULL, "quantize.search");
	g[2].shape[0] = 2;
	refused(g, 3, NULL, NULL, "quantize.project_in.bias");
	g[1].shape[1] = 4;
	refused(g, 2, NULL, NULL, "quantize.search");
	g[1].shape[1] = 3;
	g[1].first = (double)NAN;
	refused(g, 2, NULL, NULL, "quantize.search");
	g[0].first = (double)INFINITY;
	refused(g, 2, NULL, NULL, "quantize.project_in.weight");
	g[0].first = 1;
	g[0].shape[1] = WIDE + 1;
	refused(g, 2, NULL, NULL, "quantize.project_in.weight");
	g[0].shape[0] = 0;
	refused(g, 2, NULL, NULL, "quantize.project_in.weight");
	g[0] = (struct given){ "project_in.weight", DT_F32, 1, { WIDE }, 1, 1 };
	refused(g, 2, NULL, NULL, "quantize.project_in.weight");
}

static void
tables_have_codes_and_numbers(void **state)
{
	static const struct {
		const char *name;
		size_t rank, shape[3];
	} wrong[] = { { "codebook", 2, { 0, WIDE } },
		{ "codebook", 2, { 5, 0 } }, { "codebook", 1, { WIDE } },
		{ "codebook", 3, { 2, 3, WIDE } },
		{ "codebook", 2, { 5, WIDE - 1 } },
		{ "embedding.weight", 2, { 0, WIDE } },
		{ "embedding.weight", 2, { 5, 0 } } };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct record r = { 0 };
		struct err e;

		add(&r,
			(struct given){ wrong[i].name, DT_F32, wrong[i].rank,
				{ wrong[i].shape[0], wrong[i].shape[1],
					wrong[i].shape[2] },
				1, 2 });
		add(&r,
			(struct given){ "embedding_proj.weight", DT_F32, 2,
				{ WIDE, wrong[i].shape[1] }, 1, 1 });
		assert_int_equal(load(&r, BEFORE, &e), -1);
		assert_non_null(strstr(e.msg, wrong[i].name));
		record_free(&r);
	}
}

/* Every kind of codebook, to a record and back: bit by bit. */
static void
what_is_saved_is_loaded(void **state)
{
	struct rng rng = seeded("what_is_saved_is_loaded");

	(void)state;
	for (unsigned kind = 0; kind < 8; kind++) {
		struct codebook a = { 0 }, b = { 0 };
		float *v = normals(&rng, 2 * WIDE, 1);
		float *s = normals(&rng, 2, 1);
		float bits[3 * KEYS];
		uint32_t variant[BEFORE] = { 2, 0, 1, 1, 0 };
		size_t tables = kind & 1 ? 3 : 1, shape[2], rows;
		struct record r = { 0 };
		struct err e;

		rows = tables * KEYS;
		if (kind & 1)
			codebook_vary(&a, tables, variant, BEFORE);
		fill(&rng, codebook_table(&a, KEYS, WIDE), rows * WIDE, 1);
		if (kind & 2) {
			front_map(&a.front, v, s, 2, WIDE);
			fill(&rng, codebook_keys(&a), rows * 2, 1);
		}
		for (size_t j = 0; j < rows; j++)
			bits[j] = (float)j / 3;
		if (kind & 4) {
			codebook_cost(&a, bits, 0.5);
			meta_set(&r.meta, "lambda", "0.5");
		}
		shape[0] = rows;
		shape[1] = WIDE;
		record_add(&r, named("codebook"), DT_F32, 2, shape, NULL);
		dtype_from_f32(r.tensor[0].data, a.q, rows * WIDE, DT_F32);
		if (kind & 2) {
			shape[0] = 2;
			record_add(&r, named("project_in.weight"), DT_F32, 2,
				shape, NULL);
			dtype_from_f32(r.tensor[1].data, v, 2 * WIDE, DT_F32);
			record_add(&r, named("project_in.bias"), DT_F32, 1,
				shape, NULL);
			dtype_from_f32(r.tensor[2].data, s, 2, DT_F32);
		}
		book_file_save(&a, "quantize.", &r);
		codebook_prepare(&a, NULL);
		if (book_file_load(&b, "quantize.", WIDE, BEFORE, &r, &e) != 0)
			fail_msg("%s", e.msg);
		assert_int_equal(b.k, KEYS);
		assert_int_equal(b.variants, tables);
		same_bits(b.q, a.q, rows * WIDE);
		assert_true((a.key != NULL) == (b.key != NULL));
		if (a.key)
			same_bits(b.key, a.key,
				rows * front_width(&a.front, WIDE));
		assert_true(!(kind & 1) ||
			memcmp(b.variant, variant, sizeof(variant)) == 0);
		codebook_free(&a);
		codebook_free(&b);
		record_free(&r);
		free(v);
		free(s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_finite_and_not_negative),
		cmocka_unit_test(lambda_is_a_cost_of_bits_that_are_there),
		cmocka_unit_test(variants_name_tables_that_are_there),
		cmocka_unit_test(levels_are_the_codes),
		cmocka_unit_test(edges_ascend),
		cmocka_unit_test(a_lattice_is_not_searched),
		cmocka_unit_test(maps_fit_what_they_map),
		cmocka_unit_test(tables_have_codes_and_numbers),
		cmocka_unit_test(what_is_saved_is_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
