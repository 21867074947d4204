/*
 * Layers of experts in a model: the same bits for any pool and any split of
 * the rows, noise, one layer alone.
 */
#include "moe_shapes.h"

enum { ROWS = 211 };

/* What a forward leaves of rows v .. v + n, for a comparison. */
static void
same_rows(const struct tiny *a, const struct moe_work *b, size_t v, size_t n)
{
	size_t c = moe_outputs(&a->m), d = a->m.o.width;

	same_bits(a->w.out + v * c, b->out, n * c);
	for (size_t l = 0; l < a->m.o.layers; l++) {
		const struct moe_layer_work *x = &a->w.layer[l];
		const struct moe_layer_work *y = &b->layer[l];
		size_t s = moe_layer_columns(&a->m.layer[l]);

		same_bits(x->u + v * d, y->u, n * d);
		same_bits(x->gate + v * s, y->gate, n * s);
		assert_memory_equal(x->experts + v * s, y->experts,
			n * s * sizeof(*x->experts));
		if (a->m.layer[l].booked)
			assert_memory_equal(
				x->codes + v, y->codes, n * sizeof(*x->codes));
	}
}

static struct moe_batch
part(const struct tiny *t, size_t v, size_t n)
{
	const struct moe_opts *o = &t->m.o;

	return (struct moe_batch){ .n = n,
		.x = t->b.x + v * o->columns,
		.token = t->b.token + v * o->columns * o->context };
}

static void
same_in_parts(struct tiny *t, double noise)
{
	const size_t cut[] = { 0, 1, 8, 200, 457, 600 };
	struct moe_work w;

	moe_work_init(&w, &t->m, 257, false, false);
	moe_work_noise(&t->w, &t->m, noise, 5, 0);
	moe_forward(&t->m, &t->b, &t->w, t->m.o.layers);
	for (size_t c = 0; c < 5; c++) {
		struct moe_batch b = part(t, cut[c], cut[c + 1] - cut[c]);

		moe_work_noise(&w, &t->m, noise, 5, cut[c]);
		moe_forward(&t->m, &b, &w, t->m.o.layers);
		same_rows(t, &w, cut[c], b.n);
	}
	moe_work_free(&w, &t->m);
}

static void
a_split_of_the_rows_changes_no_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct moe_opts o = shape_opts(&shapes[i]);
		struct tiny t;
		struct rng rng;

		rng_seed(&rng, 14, i);
		o.capacity = 0;
		tiny_open(&t, &o, shapes[i].built, 600, NULL, &rng);
		same_in_parts(&t, 0);
		same_in_parts(&t, 0.5);
		tiny_close(&t);
	}
}

/* Routes of a layer that differ. */
static size_t
moved(const struct tiny *t, size_t l, const uint16_t *before, size_t n)
{
	size_t s = moe_layer_columns(&t->m.layer[l]), differ = 0;

	for (size_t i = 0; i < n * s; i++)
		differ += t->w.layer[l].experts[i] != before[i];
	return differ;
}

/* A router goes by noise; its experts see what there is. */
static void
noise_moves_routes_alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct moe_opts o = shape_opts(&shapes[i]);
		bool deaf = o.kind == MOE_HASH && o.input == MOE_EMBEDDING;
		uint16_t before[6 * ROWS];
		float u[ROWS * TINY_WIDTH];
		struct tiny t;
		struct rng rng;

		rng_seed(&rng, 20, i);
		o.capacity = 0;
		tiny_open(&t, &o, shapes[i].built, ROWS, NULL, &rng);
		moe_forward(&t.m, &t.b, &t.w, o.layers);
		memcpy(u, t.w.layer[0].u, sizeof(u));
		memcpy(before, t.w.layer[0].experts,
			ROWS * moe_layer_columns(&t.m.layer[0]) *
				sizeof(*before));
		moe_work_noise(&t.w, &t.m, 1, 5, 0);
		moe_forward(&t.m, &t.b, &t.w, o.layers);
		same_bits(u, t.w.layer[0].u, ROWS * TINY_WIDTH);
		assert_true((moved(&t, 0, before, ROWS) > 0) == !deaf);
		moe_work_noise(&t.w, &t.m, 0, 5, 0);
		moe_forward(&t.m, &t.b, &t.w, o.layers);
		assert_int_equal(moved(&t, 0, before, ROWS), 0);
		tiny_close(&t);
	}
}

/* y of the last layer is what it adds; the multiply-adds are of its columns. */
static void
a_layer_alone_gives_what_it_adds(void **state)
{
	const struct shape s = { MOE_VQMOE, MOE_LINEAR, MOE_CLASSES, 2, 2,
		ACT_RELU, true, 1, 0, NULL };
	struct moe_opts o = shape_opts(&s);
	struct tiny t;
	struct rng rng;
	float *h = mem_floats(ROWS * TINY_WIDTH);

	(void)state;
	rng_seed(&rng, 24, 0);
	tiny_open(&t, &o, true, ROWS, NULL, &rng);
	for (size_t l = 0; l < 2; l++) {
		moe_forward(&t.m, &t.b, &t.w, l + 1);
		memcpy(h, t.w.h, ROWS * TINY_WIDTH * sizeof(*h));
		moe_forward_layer(&t.m, &t.b, &t.w, l);
		for (size_t i = 0; i < ROWS * TINY_WIDTH; i++)
			near((double)t.w.last[i], (double)(h[i] - t.w.h[i]),
				1e-5);
	}
	assert_int_equal(
		moe_multiply_adds(&t.m), 2 * 3 * 2 * TINY_WIDTH * TINY_HIDDEN);
	free(h);
	tiny_close(&t);
}

/* Everything that a model is after being built and three steps. */
static void
train_three(const struct shape *s, size_t threads, struct tiny *t)
{
	struct pool *pool = pool_open(threads);
	struct moe_opts o = shape_opts(s);
	struct moe_figures f;
	struct rng rng;

	rng_seed(&rng, 15, 0);
	o.width = 19;
	tiny_open(t, &o, s->built, 300, pool, &rng);
	for (int i = 0; i < 3; i++)
		assert_true(moe_step_run(&t->m, &t->b, &t->w, &f));
	moe_forward(&t->m, &t->b, &t->w, o.layers);
	t->m.pool = NULL;
	pool_close(pool);
}

static void
a_pool_changes_no_bit(void **state)
{
	(void)state;
	for (size_t i = 0; i < SHAPES; i++) {
		struct tiny one;

		if (shapes[i].input == MOE_NONE)
			continue;
		train_three(&shapes[i], 1, &one);
		for (size_t threads = 2; threads <= 3; threads++) {
			struct tiny more;

			train_three(&shapes[i], threads, &more);
			same_bits(one.m.ps.w, more.m.ps.w, one.m.ps.total);
			same_rows(&one, &more.w, 0, 300);
			tiny_close(&more);
		}
		tiny_close(&one);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_split_of_the_rows_changes_no_bit),
		cmocka_unit_test(noise_moves_routes_alone),
		cmocka_unit_test(a_layer_alone_gives_what_it_adds),
		cmocka_unit_test(a_pool_changes_no_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
