/* Codebooks from elsewhere: which names are known, and what is refused. */
#include "model/model.h"
#include "model_items.h"
#include "tensor/npy_out.h"

static struct rng r;

/* One more tensor of random numbers. */
static void
add(struct record *to, const char *name, size_t rows, size_t cols)
{
	size_t shape[2] = { rows, cols };
	float *x = normals(&r, rows * cols, 1);
	struct tensor *t = record_add(
		to, name, DT_F32, cols ? 2 : 1, cols ? shape : &rows, NULL);

	dtype_from_f32(t->data, x, cols ? rows * cols : 0, DT_F32);
	if (!cols) {
		fill(&r, x, 0, 0);
		for (size_t i = 0; i < rows; i++) {
			float v = (float)rng_normal(&r);

			memcpy(t->data + 4 * i, &v, 4);
		}
	}
	free(x);
}

static void
load(const struct record *rec, struct model *m)
{
	struct output *o = items_open("foreign");
	struct err e;

	assert_int_equal(record_write(rec, o, &e), 0);
	items_close(o);
	if (model_load(m, items_path("foreign"), &e) != 0)
		fail_msg("%s", e.msg);
	assert_int_equal(m->transform.kind, ITEM_ROWS);
	assert_int_equal(m->net.type, NET_NONE);
	near((double)m->transform.scale, 1, 0);
	for (size_t i = 0; i < m->transform.dim; i++)
		near((double)m->transform.mu[i], 0, 0);
}

static void
refused(struct record *rec, const char *word)
{
	struct output *o = items_open("foreign");
	struct model m;
	struct err e;

	assert_int_equal(record_write(rec, o, &e), 0);
	items_close(o);
	assert_int_equal(model_load(&m, items_path("foreign"), &e), -1);
	if (!strstr(e.msg, word))
		fail_msg("\"%s\" not in: %s", word, e.msg);
	record_free(rec);
}

/* The table of a column is this tensor as it is. */
static void
is_table(const struct model *m, size_t column, const struct record *rec,
	const char *name)
{
	const struct tensor *t = record_find(rec, name);
	const struct codebook *b = &m->quantizer.book[column];
	float *x = tensor_floats(t);

	assert_int_equal(b->k, t->shape[0]);
	assert_int_equal(b->d, t->shape[1]);
	same_bits(b->q, x, b->k * b->d);
	free(x);
}

/* The table of a column is C W^T + b; b may be missing. */
static void
is_product(const struct model *m, size_t column, const struct record *rec,
	const char *prefix)
{
	const struct codebook *t = &m->quantizer.book[column];
	const struct tensor *part[3];
	static const char *const name[] = { "weight", "weight", "bias" };
	float *x[3] = { 0 };
	size_t width;

	for (size_t i = 0; i < 3; i++) {
		char full[80];

		snprintf(full, sizeof(full), "%sembedding%s.%s", prefix,
			i ? "_proj" : "", name[i]);
		part[i] = record_find(rec, full);
		x[i] = part[i] ? tensor_floats(part[i]) : NULL;
	}
	width = part[0]->shape[1];
	assert_int_equal(t->k, part[0]->shape[0]);
	assert_int_equal(t->d, part[1]->shape[0]);
	for (size_t o = 0; o < t->k * t->d; o++) {
		double sum = x[2] ? (double)x[2][o % t->d] : 0;

		for (size_t i = 0; i < width; i++)
			sum += (double)x[0][o / t->d * width + i] *
				(double)x[1][o % t->d * width + i];
		near((double)t->q[o], sum, 1e-5);
	}
	for (size_t i = 0; i < 3; i++)
		free(x[i]);
}

static void
one_table_by_any_known_name(void **state)
{
	static const char *const names[] = { "quantize.embedding.weight",
		"codebook", "weights", "quantize.0.embedding.weight" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct record rec = { 0 };
		struct model m;

		add(&rec, names[i], 12, 5);
		add(&rec, "counts", 12, 0); /* not a matrix */
		load(&rec, &m);
		assert_int_equal(quantizer_columns(&m.quantizer), 1);
		is_table(&m, 0, &rec, names[i]);
		model_free(&m);
		record_free(&rec);
	}
}

/* `codebook` is meant, whatever else is there. */
static void
a_known_name_goes_before_other_matrices(void **state)
{
	struct record rec = { 0 };
	struct model m;

	(void)state;
	add(&rec, "other", 4, 7);
	add(&rec, "codebook", 12, 5);
	load(&rec, &m);
	is_table(&m, 0, &rec, "codebook");
	model_free(&m);
	record_free(&rec);
}

static void
simvq_tables_are_multiplied_out(void **state)
{
	static const char *const prefix[] = { "quantize.", "quantize.0." };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct record rec = { 0 };
		struct model m;
		char name[3][60];

		snprintf(name[0], 60, "%sembedding.weight", prefix[i / 2]);
		snprintf(name[1], 60, "%sembedding_proj.weight", prefix[i / 2]);
		snprintf(name[2], 60, "%sembedding_proj.bias", prefix[i / 2]);
		add(&rec, name[0], 9, 5);
		add(&rec, name[1], 3, 5); /* to another width */
		if (i % 2)
			add(&rec, name[2], 3, 0);
		load(&rec, &m);
		assert_int_equal(m.transform.dim, 3);
		is_product(&m, 0, &rec, prefix[i / 2]);
		model_free(&m);
		record_free(&rec);
	}
}

static void
numbered_tables_are_stages(void **state)
{
	struct record rec = { 0 };
	struct model m;

	(void)state;
	add(&rec, "quantize.1.embedding.weight", 4, 5);
	add(&rec, "quantize.0.embedding.weight", 12, 5);
	add(&rec, "quantize.2.embedding.weight", 7, 2);
	add(&rec, "quantize.2.embedding_proj.weight", 5, 2);
	load(&rec, &m);
	assert_int_equal(m.quantizer.stages, 3);
	assert_int_equal(m.quantizer.groups, 1);
	is_table(&m, 0, &rec, "quantize.0.embedding.weight");
	is_table(&m, 1, &rec, "quantize.1.embedding.weight");
	is_product(&m, 2, &rec, "quantize.2.");
	model_free(&m);
	record_free(&rec);
}

static void
what_is_no_codebook_is_refused(void **state)
{
	struct record rec = { 0 };

	(void)state;
	add(&rec, "a", 4, 5);
	add(&rec, "b", 4, 5);
	refused(&rec, "(FILE#NAME takes one of: a [4, 5], b [4, 5])");
	add(&rec, "a", 4, 0);
	refused(&rec, "and no [k, d] matrix");
	add(&rec, "codebook", 4, 0);
	refused(&rec, "codebook");
	add(&rec, "quantize.0.embedding.weight", 4, 5);
	add(&rec, "quantize.1.embedding.weight", 4, 6);
	refused(&rec, "quantize.0.embedding.weight");
	add(&rec, "quantize.embedding.weight", 4, 5);
	add(&rec, "quantize.embedding_proj.weight", 6, 4);
	refused(&rec, "quantize.embedding_proj.weight");
	add(&rec, "quantize.embedding.weight", 4, 5);
	add(&rec, "quantize.embedding_proj.weight", 5, 5);
	add(&rec, "quantize.embedding_proj.bias", 6, 0);
	refused(&rec, "quantize.embedding_proj.bias");
}

/* The other names have their own Python, in tests/cmd/python.bats. */
static void
names_of_pytorch_modules_are_known(void **state)
{
	static const char *const one[] = { "a.quantizer.embedding.weight",
		"vq._codebook.embed", "x.7.codebook.embed", "frozen_codebook",
		"q.codebook.weight" };
	struct record rec = { 0 };
	struct model m;

	(void)state;
	for (size_t i = 0; i < sizeof(one) / sizeof(one[0]); i++) {
		add(&rec, "encoder.weight", 4, 4);
		add(&rec, one[i], 9, 5);
		load(&rec, &m);
		assert_int_equal(quantizer_books(&m.quantizer), 1);
		is_table(&m, 0, &rec, one[i]);
		model_free(&m);
		record_free(&rec);
	}
	/* In any order; a table of one more axis. */
	add(&rec, "n.1.vq.layers.1._codebook.embed", 9, 5);
	add(&rec, "n.1.vq.layers.0._codebook.embed", 7, 5);
	rec.tensor[0].rank = 3;
	rec.tensor[0].shape[0] = 1;
	rec.tensor[0].shape[1] = 9;
	rec.tensor[0].shape[2] = 5;
	load(&rec, &m);
	assert_int_equal(quantizer_books(&m.quantizer), 2);
	is_table(&m, 0, &rec, "n.1.vq.layers.0._codebook.embed");
	assert_int_equal(m.quantizer.book[1].k, 9);
	model_free(&m);
	record_free(&rec);
	/* Any text has an embedding. */
	add(&rec, "text.embedding.weight", 9, 5);
	add(&rec, "head.weight", 9, 5);
	refused(&rec, "FILE#NAME");
	add(&rec, "a._codebook.embed", 9, 5);
	add(&rec, "b._codebook.embed", 9, 5);
	refused(&rec, "a._codebook.embed, b._codebook.embed");
}

static void
write_npy(const char *name, enum dtype t, size_t rank, const size_t *shape,
	const void *x, int times)
{
	struct output *o = items_open(name);
	struct err e;

	for (int i = 0; i < times; i++) {
		struct npy_out *w =
			npy_out_begin(o, t, rank, shape, shape[0], &e);

		assert_non_null(w);
		assert_int_equal(npy_out_rows(w, x, shape[0], &e), 0);
		assert_int_equal(npy_out_end(w, &e), 0);
	}
	items_close(o);
}

static void
an_npy_matrix_is_a_codebook(void **state)
{
	static const uint8_t bytes[6] = { 0, 1, 2, 3, 4, 255 };
	size_t shape[3] = { 300000, 20, 2 }, small[2] = { 3, 2 };
	float *x = normals(&r, 300000 * 20, 1);
	struct model m;
	struct err e;

	(void)state;
	/* Longer than a part of a stream. */
	write_npy("m.npy", DT_F32, 2, shape, x, 1);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), 0);
	assert_int_equal(m.quantizer.book[0].k, 300000);
	same_bits(m.quantizer.book[0].q, x, 300000 * 20);
	model_free(&m);
	/* One of one head, as PyTorch modules have them. */
	write_npy("m.npy", DT_F32, 3, (size_t[]){ 1, 300000, 20 }, x, 1);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), 0);
	same_bits(m.quantizer.book[0].q, x, 300000 * 20);
	model_free(&m);
	write_npy("m.npy", DT_U8, 2, small, bytes, 1);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), 0);
	for (size_t i = 0; i < 6; i++)
		near((double)m.quantizer.book[0].q[i], bytes[i], 0);
	model_free(&m);
	shape[0] = 3;
	for (size_t rank = 1; rank <= 3; rank += 2) {
		write_npy("m.npy", DT_F32, rank, shape, x, 1);
		assert_int_equal(model_load(&m, items_path("m.npy"), &e), -1);
		assert_non_null(strstr(e.msg, "not one matrix"));
	}
	write_npy("m.npy", DT_F32, 2, shape, x, 2);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), -1);
	assert_non_null(strstr(e.msg, "not one matrix"));
	shape[0] = 0;
	write_npy("m.npy", DT_F32, 2, shape, x, 1);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), -1);
	x[5] = NAN;
	shape[0] = 3;
	write_npy("m.npy", DT_F32, 2, shape, x, 1);
	assert_int_equal(model_load(&m, items_path("m.npy"), &e), -1);
	assert_non_null(strstr(e.msg, "NaN"));
	free(x);
}

static void
a_file_that_is_no_tensor_is_refused(void **state)
{
	static const char pickle[][9] = { "PK\3\4\0\0\10\10", /* a zip */
		"\200\2\212\12l\374\234F", "\200\4\225\40\0\0\0\0" };
	struct model m;
	struct err e;
	struct output *o = items_open("text");

	(void)state;
	assert_int_equal(output_write(o, "not a model at all", 18, &e), 0);
	items_close(o);
	assert_int_equal(model_load(&m, items_path("text"), &e), -1);
	assert_int_equal(model_load(&m, items_path("missing"), &e), -1);
	assert_int_equal(model_load(&m, items_dir, &e), -1);
	for (size_t i = 0; i < sizeof(pickle) / sizeof(pickle[0]); i++) {
		o = items_open("pickle");
		assert_int_equal(output_write(o, pickle[i], 8, &e), 0);
		items_close(o);
		assert_int_equal(model_load(&m, items_path("pickle"), &e), -1);
		assert_non_null(strstr(e.msg, "vq-python(7)"));
	}
	o = items_open("empty");
	items_close(o);
	assert_int_equal(model_load(&m, items_path("empty"), &e), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_table_by_any_known_name),
		cmocka_unit_test(a_known_name_goes_before_other_matrices),
		cmocka_unit_test(simvq_tables_are_multiplied_out),
		cmocka_unit_test(numbered_tables_are_stages),
		cmocka_unit_test(names_of_pytorch_modules_are_known),
		cmocka_unit_test(what_is_no_codebook_is_refused),
		cmocka_unit_test(an_npy_matrix_is_a_codebook),
		cmocka_unit_test(a_file_that_is_no_tensor_is_refused),
	};

	r = seeded("foreign codebooks");
	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
