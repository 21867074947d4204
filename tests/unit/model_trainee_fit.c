/*
 * Trainings whose codes are chosen by angle or cost, or serve all stages: what
 * is judged is what the model file encodes and decodes, and the choice is the
 * one of the formulas.
 */
#include "model_tiny.h"

#define N_TOY 4000

/* How codes are chosen and shared. */
struct way {
	bool unit, shared;
	double lambda;
};

static const struct way ways[] = { { true, false, 0 }, { false, false, 0.01 },
	{ false, true, 0 }, { true, true, 0.01 } };
#define WAYS (sizeof(ways) / sizeof(*ways))

static struct trainer_opts
opts_of(const struct learner_type *type, struct way w)
{
	struct trainer_opts o = tiny_opts(type->name);

	o.stages = 3;
	o.groups = 2;
	o.shared = w.shared;
	o.quant.unit = w.unit;
	o.quant.lambda = w.lambda;
	return o;
}

static bool
refused(const struct learner_type *type, struct way w)
{
	return (w.unit || w.lambda > 0) && !learner_type_plain(type);
}

/* What a code costs for a vector x, by the definition. */
static double
cost(const struct codebook *b, const double *x, size_t j)
{
	double xx = 0, qq = 0, xq = 0, sum = 0;
	const float *q = b->q + j * b->d;

	for (size_t i = 0; i < b->d; i++) {
		xx += x[i] * x[i];
		qq += (double)q[i] * (double)q[i];
		xq += x[i] * (double)q[i];
		sum += (x[i] - (double)q[i]) * (x[i] - (double)q[i]);
	}
	if (b->front.unit)
		sum = (xx > 0) + (qq > 0) -
			(xx > 0 && qq > 0 ? 2 * xq / sqrt(xx * qq) : 0);
	return b->bits ? sum + b->lambda * (double)b->bits[j] : sum;
}

/* Every code of the held-back vectors costs least on what its stage is asked. */
static void
choice_is_least(const struct tiny *f, const struct model *m)
{
	const struct quantizer *q = &m->quantizer;
	size_t columns = quantizer_columns(q), n = f->s.held.count;
	float *z = mem_floats(n * q->d), *part = mem_floats(n * q->d);
	uint32_t *codes = tiny_codes(f, m);

	net_encode(&m->net, f->s.held.x, n, z);
	for (size_t c = 0; c < columns; c++) {
		const struct codebook *b = quantizer_book(q, c);

		quantizer_take(q, c, z, n, part);
		for (size_t v = 0; v < n; v++) {
			double x[16], won;

			for (size_t i = 0; i < b->d; i++)
				x[i] = (double)part[v * b->d + i];
			won = cost(b, x, codes[v * columns + c]);
			for (size_t j = 0; j < b->k; j++)
				assert_true(won <= cost(b, x, j) + 1e-5);
		}
		quantizer_add(q, c, codes + c, NULL, columns, n, -1, z);
	}
	free(z);
	free(part);
	free(codes);
}

/* The error by encoding and decoding with the model alone. */
static double
error_of(const struct tiny *f, const struct model *m)
{
	const struct quantizer *q = &m->quantizer;
	size_t n = f->s.held.count, dim = f->t.dim;
	uint32_t *codes = tiny_codes(f, m);
	float *z = mem_floats(n * q->d), *x = mem_floats(n * dim);
	double sum = 0;

	quantizer_decode(q, codes, quantizer_columns(q), n, q->stages, z);
	net_decode(&m->net, z, n, x);
	for (size_t i = 0; i < n * dim; i++)
		sum += ((double)x[i] - (double)f->s.held.x[i]) *
			((double)x[i] - (double)f->s.held.x[i]);
	free(codes);
	free(z);
	free(x);
	return sum / (double)n;
}

static void
check(const struct tiny *f, struct way w, bool plain)
{
	struct model m;
	struct err e;

	assert_int_equal(model_from_record(&m, &f->r.record, &e), 0);
	assert_int_equal(m.quantizer.shared, w.shared);
	assert_int_equal(quantizer_books(&m.quantizer), w.shared ? 2 : 6);
	assert_true(m.quantizer.book[0].front.unit == w.unit || !plain);
	assert_int_equal(m.quantizer.book[0].bits != NULL, w.lambda > 0);
	near(f->r.held.error, error_of(f, &m), 1e-9 + 1e-6 * f->r.held.error);
	assert_true(w.lambda > 0 || f->r.held.cost == f->r.held.error);
	assert_true(w.lambda == 0 || f->r.held.cost > f->r.held.error);
	assert_true(f->r.held.cost <= f->r.start.cost);
	assert_true(f->r.held.error < (w.unit ? 0.8 : 0.5));
	if (plain)
		choice_is_least(f, &m);
	model_free(&m);
}

static void
every_type_chooses_as_it_says(void **state)
{
	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (size_t o = 0; o < WAYS; o++) {
			const struct learner_type *t = learner_types[i];
			struct trainer_opts opts = opts_of(t, ways[o]);
			struct tiny f;

			if (refused(t, ways[o]))
				continue;
			opts.k = learner_type_codes(t, opts.k);
			tiny_data(&f, ITEM_ROWS, 1, NULL);
			tiny_train(&f, &opts, NULL);
			check(&f, ways[o], learner_type_plain(t));
			tiny_free(&f);
		}
}

static void
any_pool_gives_the_same_model(void **state)
{
	static const char *const types[] = { "simvq", "ema", "kmeans", "vq" };

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		struct trainer_opts o =
			opts_of(learner_find(types[i]), ways[i]);
		struct tiny f[2];

		for (size_t j = 0; j < 2; j++) {
			struct pool *pool = pool_open(1 + 2 * j);

			tiny_data(&f[j], ITEM_ROWS, 1, pool);
			tiny_train(&f[j], &o, pool);
			pool_close(pool);
		}
		assert_int_equal(f[0].r.record.count, f[1].r.record.count);
		for (size_t t = 0; t < f[0].r.record.count; t++)
			assert_memory_equal(f[0].r.record.tensor[t].data,
				f[1].r.record.tensor[t].data,
				f[0].r.record.tensor[t].bytes);
		tiny_free(&f[0]);
		tiny_free(&f[1]);
	}
}

/* The same model with the tables of each group once a stage. */
static void
repeat(const struct record *from, struct record *to, size_t stages,
	size_t groups)
{
	meta_copy(&to->meta, &from->meta);
	meta_del(&to->meta, "shared");
	for (size_t i = 0; i < from->count; i++) {
		const struct tensor *t = &from->tensor[i];
		bool book = sscanf(t->name, "quantize.%*u.%*c") == 0 &&
			strncmp(t->name, "quantize.", 9) == 0 &&
			t->name[9] >= '0' && t->name[9] <= '9';

		for (size_t s = 0; s < (book ? stages : 1); s++) {
			char name[80];
			struct tensor *made;

			snprintf(name, sizeof(name), "%s", t->name);
			if (book)
				snprintf(name, sizeof(name), "quantize.%zu%s",
					s * groups + (size_t)(t->name[9] - '0'),
					t->name + 10);
			made = record_add(
				to, name, t->dtype, t->rank, t->shape, NULL);
			memcpy(made->data, t->data, t->bytes);
		}
	}
}

static void
shared_tables_are_tables_repeated(void **state)
{
	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		struct trainer_opts o = opts_of(learner_find("simvq"), ways[i]);
		uint32_t *once, *again;
		struct record r = { 0 };
		struct model a, b;
		struct tiny f;
		struct err e;

		if (!ways[i].shared)
			continue;
		tiny_data(&f, ITEM_ROWS, 1, NULL);
		tiny_train(&f, &o, NULL);
		repeat(&f.r.record, &r, o.stages, o.groups);
		assert_int_equal(model_from_record(&a, &f.r.record, &e), 0);
		if (model_from_record(&b, &r, &e) != 0)
			fail_msg("%s", e.msg);
		assert_false(b.quantizer.shared);
		once = tiny_codes(&f, &a);
		again = tiny_codes(&f, &b);
		assert_memory_equal(
			once, again, f.s.held.count * 6 * sizeof(*once));
		near(error_of(&f, &a), error_of(&f, &b), 0);
		free(once);
		free(again);
		model_free(&a);
		model_free(&b);
		record_free(&r);
		tiny_free(&f);
	}
}

/* More stages than there are tensors; but not more groups. */
static void
many_stages_share_few_tensors(void **state)
{
	struct trainer_opts o = tiny_opts("vq");
	struct tiny f;
	struct model m;
	struct err e;

	(void)state;
	o.stages = 20;
	o.shared = true;
	o.steps = 2;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	tiny_train(&f, &o, NULL);
	assert_true(f.r.record.count < 20);
	assert_int_equal(model_from_record(&m, &f.r.record, &e), 0);
	assert_int_equal(quantizer_columns(&m.quantizer), 20);
	model_free(&m);
	meta_set(&f.r.record.meta, "groups", "5");
	assert_int_equal(model_from_record(&m, &f.r.record, &e), -1);
	meta_del(&f.r.record.meta, "shared");
	meta_set(&f.r.record.meta, "groups", "1");
	assert_int_equal(model_from_record(&m, &f.r.record, &e), -1);
	tiny_free(&f);
}

/* All stages' vectors are one batch: averages decay once, and what they hold
 * stays a batch of all stages. */
static void
shared_averages_decay_once(void **state)
{
	struct trainer_opts o =
		opts_of(learner_find("ema"), (struct way){ .shared = true });
	struct trainee t;
	struct rng r;
	struct tiny f;
	struct err e;

	(void)state;
	rng_seed(&r, 1, 1);
	o.quant.lambda = 0.01;
	tiny_data(&f, ITEM_ROWS, 1, NULL);
	trainee_init(&t, &o, &f.t, NULL);
	assert_int_equal(trainee_start(&t,
				 &(struct sample){ .x = f.s.train.x,
					 .n = f.s.train.count },
				 &e),
		0);
	for (size_t step = 0; step < 5; step++) {
		float *part[6];
		uint32_t *idx[6];

		for (size_t c = 0; c < 6; c++) {
			part[c] = normals(&r, o.batch * 3, 1);
			idx[c] = mem_zalloc(o.batch, sizeof(uint32_t));
		}
		trainee_moved(&t, part, idx, o.batch, &r);
		for (size_t c = 0; c < 6; c++) {
			free(part[c]);
			free(idx[c]);
		}
	}
	for (size_t g = 0; g < 2; g++) {
		double count = 0, use = 0, all = 3 * (double)o.batch;

		for (size_t j = 0; j < o.k; j++) {
			count += (double)t.learner[g].count[j];
			use += (double)t.learner[g].use[j];
		}
		near(count, all, 1e-3 * all);
		near(use, all, 1e-3 * all);
		/* Code 0 won them all; five hundredths of the average. */
		near((double)t.learner[g].count[0],
			all * (1 - pow(0.99, 5)) + all / 16 * pow(0.99, 5),
			1e-3 * all);
	}
	trainee_free(&t);
	tiny_free(&f);
}

static void
same_books(const struct record *a, const struct record *b)
{
	size_t books = 0;

	for (size_t i = 0; i < a->count; i++) {
		const struct tensor *t = &a->tensor[i];
		const struct tensor *u = record_find(b, t->name);

		if (strncmp(t->name, "quantize.", 9) != 0 ||
			!strstr(t->name, ".codebook"))
			if (!strstr(t->name, "embedding.weight"))
				continue;
		assert_non_null(u);
		assert_memory_equal(u->data, t->data, t->bytes);
		books++;
	}
	assert_true(books > 0);
}

/* The last adjustment keeps the codebooks of the best step, not of the last. */
static void
what_lloyd_cannot_improve_is_kept(void **state)
{
	static const char *const types[] = { "ema", "kmeans", "vq" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (size_t w = 0; w < WAYS; w++) {
			struct trainer_opts o =
				opts_of(learner_find(types[i]), ways[w]);
			struct tiny f, g;

			o.steps = 30;
			o.net_rate = 0.3; /* it only gets worse */
			o.quant_rate = 0.1;
			tiny_data(&f, ITEM_ROWS, 1, NULL);
			tiny_data(&g, ITEM_ROWS, 1, NULL);
			tiny_train(&f, &o, NULL);
			o.no_settle = true;
			tiny_train(&g, &o, NULL);
			assert_int_equal(f.r.saved_step, g.r.saved_step);
			same_books(&f.r.record, &g.r.record);
			tiny_free(&f);
			tiny_free(&g);
		}
}

/* Rows of two numbers with heavy tails, where rare codes are worth their bits
 * less than on a uniform square. */
static void
toy_data(struct tiny *f)
{
	struct dataset_opts o = { .buffer_bytes = 1 << 20,
		.sample = N_TOY,
		.seed = 5,
		.hold_back = false };
	float *x = mem_floats(N_TOY * 2);
	struct rng r;
	struct err e;

	*f = (struct tiny){ .t = { .kind = ITEM_ROWS, .dim = 2 } };
	rng_seed(&r, 3, 8);
	for (size_t i = 0; i < N_TOY * 2; i++) {
		double u = rng_unit(&r) - 0.5;

		x[i] = (float)((u < 0 ? 1 : -1) * log(1 - 2 * fabs(u)));
	}
	items_file("rows", items_rows(2), x, N_TOY);
	assert_int_equal(items_survey(&f->c, &e, 1, "rows"), 0);
	transform_init(&f->t);
	assert_int_equal(dataset_open(&f->s, &f->c, &f->t, &o, NULL, &e), 0);
	free(x);
}

struct point {
	double bits, error;
};

/* Entropy of the codes of all rows, and their error. */
static struct point
measure(size_t k, double lambda)
{
	struct trainer_opts o = tiny_opts("kmeans");
	struct point p;
	struct tiny f;

	toy_data(&f);
	o.net = NET_NONE;
	o.d = 2;
	o.k = k;
	o.steps = 0;
	o.quant.lambda = lambda;
	tiny_train(&f, &o, NULL);
	p.error = f.r.train.error;
	p.bits = log2(f.r.train.perplexity);
	tiny_free(&f);
	return p;
}

/* Chou, Lookabaugh and Gray: at the same measured entropy the error is less
 * than that of nearest codes, whatever their number. */
static void
costs_beat_the_nearest_code_at_the_same_entropy(void **state)
{
	struct point cheap = measure(64, 0.03), plain;
	size_t k = 4;

	(void)state;
	while ((plain = measure(k, 0)).bits < cheap.bits)
		k++;
	print_message("# %zu codes: %.3f bits, error %.4f; 64 at a cost: %.3f "
		      "bits, %.4f\n",
		k, plain.bits, plain.error, cheap.bits, cheap.error);
	assert_in_range(k, 5, 63);
	assert_true(cheap.error < 0.95 * plain.error);
}

/* A dearer bit: less entropy, more error. */
static void
lambda_trades_error_for_bits(void **state)
{
	struct point was = measure(32, 0);

	(void)state;
	for (double lambda = 0.01; lambda < 0.3; lambda *= 3) {
		struct point p = measure(32, lambda);

		print_message("# %.4f: %.3f bits, error %.4f\n", lambda, p.bits,
			p.error);
		assert_true(p.bits < was.bits && p.error > was.error);
		was = p;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_chooses_as_it_says),
		cmocka_unit_test(any_pool_gives_the_same_model),
		cmocka_unit_test(shared_tables_are_tables_repeated),
		cmocka_unit_test(many_stages_share_few_tensors),
		cmocka_unit_test(shared_averages_decay_once),
		cmocka_unit_test(what_lloyd_cannot_improve_is_kept),
		cmocka_unit_test(
			costs_beat_the_nearest_code_at_the_same_entropy),
		cmocka_unit_test(lambda_trades_error_for_bits),
	};

	return cmocka_run_group_tests(tests, items_setup, items_teardown);
}
