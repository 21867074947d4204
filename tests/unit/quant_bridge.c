/*
 * SimVQ's bridge: its table against the formula of basis_bridge.h in double,
 * and its gradients along random directions of every row of weights.
 */
#include "nn_plain.h"
#include "nn_gradients.h"
#include "quant_help.h"

#define D 3
#define WIDTH 128
#define LAYER_ROWS 12

struct bridge_trial {
	struct trial t;
	size_t k, block, blocks;
	uint32_t idx[N];
	float *dq;
	double *w;
	/* the layers, by the rows behind C, W and b */
	struct dense compress, recover;
	struct transformer layer;
	struct norm last;
};

/* As they are added: compress, layer, norm, recover. */
static void
name_rows(struct bridge_trial *b, size_t at, bool bias)
{
	size_t flat = b->block * D;
	struct dense *d[] = { &b->layer.split, &b->layer.join, &b->layer.fc1,
		&b->layer.fc2 };
	const size_t row[] = { 2, 4, 8, 10 };
	const size_t in[] = { WIDTH, WIDTH, WIDTH, 4 * WIDTH };
	const size_t out[] = { 3 * WIDTH, WIDTH, 4 * WIDTH, WIDTH };

	b->compress = (struct dense){
		.in = flat, .out = WIDTH, .weight = at, .bias = at + 1
	};
	at += 2;
	b->layer.attention = (struct attention){ WIDTH, 4 };
	b->layer.norm1 = (struct norm){ WIDTH, at, at + 1 };
	b->layer.norm2 = (struct norm){ WIDTH, at + 6, at + 7 };
	for (size_t i = 0; i < 4; i++)
		*d[i] = (struct dense){ .in = in[i],
			.out = out[i],
			.weight = at + row[i],
			.bias = at + row[i] + 1 };
	at += LAYER_ROWS;
	b->last = (struct norm){ WIDTH, at, at + 1 };
	b->recover = (struct dense){ .in = WIDTH,
		.out = flat,
		.weight = at + 2,
		.bias = bias ? at + 3 : DENSE_NONE };
}

static void
bridge_open(struct bridge_trial *b, struct rng *r, size_t k, size_t block,
	struct learner_opts o)
{
	*b = (struct bridge_trial){ .k = k, .block = block };
	b->blocks = (k + block - 1) / block;
	o.basis = BASIS_BRIDGE;
	b->t.l = (struct learner){ .type = &learner_simvq,
		.k = k,
		.d = D,
		.batch = N,
		.o = o,
		.ps = &b->t.ps };
	b->t.l.type->add(&b->t.l, "q.");
	params_build(&b->t.ps);
	b->t.l.type->random(&b->t.l, r);
	for (size_t i = 0; i < b->t.ps.total; i++)
		b->t.ps.w[i] += (float)(0.02 * rng_normal(r));
	for (size_t v = 0; v < N; v++)
		b->idx[v] = (uint32_t)rng_below(r, k);
	b->dq = normals(r, N * D, 1);
	b->w = doubles(b->t.ps.w, b->t.ps.total);
	name_rows(b, o.no_bias ? 2 : 3, !o.no_bias);
	assert_int_equal(b->t.ps.count, b->last.bias + (o.no_bias ? 2 : 3));
}

static void
bridge_close(struct bridge_trial *b)
{
	free(b->dq);
	free(b->w);
	trial_close(&b->t);
}

/* q [blocks * block, D]: the first k rows are codes. */
static double *
table(const struct bridge_trial *b)
{
	const struct params *p = &b->t.ps;
	const struct learner *l = &b->t.l;
	size_t rows = b->blocks * b->block, size = b->blocks * WIDTH;
	double *c = mem_zalloc(rows * D, sizeof(*c));
	double *q = mem_alloc(rows * D, sizeof(*q));
	double *t = mem_alloc(size, sizeof(*t)),
	       *u = mem_alloc(size, sizeof(*u));
	const double *m = b->w + p->row[l->proj].at;

	memcpy(c, b->w + p->row[l->table].at, b->k * D * sizeof(*c));
	plain_dense(&b->compress, p, b->w, c, b->blocks, t);
	plain_transformer(&b->layer, p, b->w, t, b->blocks, u);
	plain_norm(&b->last, p, b->w, u, b->blocks, t);
	plain_dense(&b->recover, p, b->w, t, b->blocks, q);
	for (size_t o = 0; o < rows * D; o++) {
		if (!l->o.no_bias)
			q[o] += b->w[p->row[l->bias].at + o % D];
		for (size_t i = 0; i < D; i++)
			q[o] += m[o % D * D + i] * c[o / D * D + i];
	}
	free(c);
	free(t);
	free(u);
	return q;
}

static double
loss(const struct bridge_trial *b)
{
	double *q = table(b), sum = 0;

	for (size_t v = 0; v < N; v++)
		sum += dot(b->dq + v * D, q + b->idx[v] * D, D);
	free(q);
	return sum;
}

/* The slope along a random direction of one row of weights. */
static void
check_row(struct bridge_trial *b, struct rng *r, const struct param *p)
{
	const float *g = b->t.ps.g + p->at;
	double *w = b->w + p->at, slope = 0, up, down, h = 1e-4, norm = 0;
	float *way = normals(r, p->size, 1);

	for (size_t i = 0; i < p->size; i++) {
		slope += ((double)g[i] - 1) * (double)way[i];
		norm += ((double)g[i] - 1) * ((double)g[i] - 1);
		w[i] += h * (double)way[i];
	}
	up = loss(b);
	for (size_t i = 0; i < p->size; i++)
		w[i] -= 2 * h * (double)way[i];
	down = loss(b);
	for (size_t i = 0; i < p->size; i++)
		w[i] += h * (double)way[i];
	near(slope, (up - down) / (2 * h), 1e-3 * sqrt(norm) + 1e-5);
	free(way);
}

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");
	const struct learner_opts ways[] = { { 0 }, { .no_bias = true } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bridge_trial b;

		bridge_open(&b, &r, 77, 5, ways[i]); /* the last is not full */
		all_ones(b.t.ps.g, b.t.ps.total);
		b.t.l.type->backward(&b.t.l, NULL, b.idx, b.dq, N);
		for (size_t j = 0; j < b.t.ps.count; j++)
			check_row(&b, &r, &b.t.ps.row[j]);
		bridge_close(&b);
	}
}

static void
a_frozen_table_does_not_learn(void **state)
{
	struct rng r = seeded("a_frozen_table_does_not_learn");
	struct bridge_trial b;
	float *g;

	(void)state;
	bridge_open(
		&b, &r, 40, 3, (struct learner_opts){ .freeze_table = true });
	b.t.l.type->backward(&b.t.l, NULL, b.idx, b.dq, N);
	g = params_in(&b.t.ps, b.t.ps.g, b.t.l.table);
	for (size_t i = 0; i < 40 * D; i++)
		near((double)g[i], 0, 0);
	assert_int_equal(b.t.ps.row[b.t.l.table].group, PARAM_FIXED);
	bridge_close(&b);
}

static void
the_table_is_the_formula_for_any_pool(void **state)
{
	struct rng r = seeded("the_table_is_the_formula_for_any_pool");
	const size_t k[] = { 1, 16, 100, 1025 }, block[] = { 1, 1, 7, 64 };
	struct pool *pool = pool_open(3);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bridge_trial b;
		float *q = unwritten(k[i] * D), *same = unwritten(k[i] * D);
		double *want;

		bridge_open(&b, &r, k[i], block[i], (struct learner_opts){ 0 });
		b.t.l.type->read(&b.t.l, b.t.ps.w, NULL, q);
		b.t.l.type->read(&b.t.l, b.t.ps.w, pool, same);
		same_bits(q, same, k[i] * D);
		want = table(&b);
		for (size_t o = 0; o < k[i] * D; o++)
			near((double)q[o], want[o], 1e-5);
		free(q);
		free(same);
		free(want);
		bridge_close(&b);
	}
	pool_close(pool);
}

static void
any_pool_gives_the_same_gradients(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_gradients");
	struct pool *pool = pool_open(3);
	struct bridge_trial b;
	float *want;

	(void)state;
	bridge_open(&b, &r, 5000, 64, (struct learner_opts){ 0 });
	want = mem_floats(b.t.ps.total);
	b.t.l.type->backward(&b.t.l, NULL, b.idx, b.dq, N);
	memcpy(want, b.t.ps.g, b.t.ps.total * sizeof(*want));
	memset(b.t.ps.g, 0, b.t.ps.total * sizeof(*want));
	b.t.l.type->backward(&b.t.l, pool, b.idx, b.dq, N);
	same_bits(b.t.ps.g, want, b.t.ps.total);
	free(want);
	pool_close(pool);
	bridge_close(&b);
}

/* Also settled: then the model's codebook is all there is. */
static void
it_starts_as_the_table_it_is_given(void **state)
{
	struct rng r = seeded("it_starts_as_the_table_it_is_given");
	struct bridge_trial b;
	float q[90 * D], got[90 * D];

	(void)state;
	bridge_open(&b, &r, 90, 6, (struct learner_opts){ 0 });
	fill(&r, q, 90 * D, 1);
	b.t.l.type->settle(&b.t.l, q);
	b.t.l.type->read(&b.t.l, b.t.ps.w, NULL, got);
	for (size_t i = 0; i < 90 * D; i++)
		near((double)got[i], (double)q[i], 1e-6);
	bridge_close(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(a_frozen_table_does_not_learn),
		cmocka_unit_test(the_table_is_the_formula_for_any_pool),
		cmocka_unit_test(any_pool_gives_the_same_gradients),
		cmocka_unit_test(it_starts_as_the_table_it_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
