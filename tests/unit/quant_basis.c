/*
 * SimVQ's bases: their gradients against central differences of the formulas
 * of basis.h written out in double, their starts, and files.
 */
#include "nn_gradients.h"
#include "quant/basis.h"
#include "quant/basis_cond.h"
#include "quant_help.h"

#define K 37
#define D 6
#define BEFORE 21 /* codes of the stage before */

struct basis_trial {
	struct trial t;
	uint32_t idx[N], prev[N];
	float *dq;
	double *w; /* [ps.total] the weights in double */
	size_t d;
};

static void
basis_open(struct basis_trial *b, struct rng *r, struct learner_opts o,
	size_t d, size_t before)
{
	float *table = normals(r, BEFORE * d, 1);

	*b = (struct basis_trial){ .d = d };
	b->t.l = (struct learner){ .type = &learner_simvq,
		.k = K,
		.d = d,
		.batch = N,
		.o = o,
		.before = before,
		.ps = &b->t.ps };
	b->t.l.type->add(&b->t.l, "quantize.");
	params_build(&b->t.ps);
	if (before)
		b->t.l.type->group(&b->t.l, table, r, NULL);
	b->t.l.type->random(&b->t.l, r);
	draw_codes(r, b->idx, K);
	for (size_t v = 0; v < N; v++)
		b->prev[v] = (uint32_t)rng_below(r, BEFORE);
	b->t.l.prev = before ? b->prev : NULL;
	b->dq = normals(r, N * d, 1);
	free(table);
}

static void
basis_close(struct basis_trial *b)
{
	free(b->dq);
	free(b->w);
	trial_close(&b->t);
}

/* Row of that name in double; NULL if there is none. */
static double *
row(const struct basis_trial *b, const char *name)
{
	char full[96];

	snprintf(full, sizeof(full), "quantize.embedding%s", name);
	for (size_t i = 0; i < b->t.ps.count; i++)
		if (strcmp(b->t.ps.row[i].name, full) == 0)
			return b->w + b->t.ps.row[i].at;
	return NULL;
}

static double
gelu(double x)
{
	double u = sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);

	return x / 2 * (1 + tanh(u));
}

/* to += gelu(V c + a) U^T, where there is such a network. */
static void
add_mlp(const struct basis_trial *b, const double *c, double *to)
{
	const double *v = row(b, "_mlp.fc1.weight");
	const double *a = row(b, "_mlp.fc1.bias");
	const double *u = row(b, "_mlp.fc2.weight");
	size_t d = b->d, wide = 4 * d;

	if (!v)
		return;
	for (size_t h = 0; h < wide; h++) {
		double x = a[h], y;

		for (size_t i = 0; i < d; i++)
			x += v[h * d + i] * c[i];
		y = gelu(x);
		for (size_t i = 0; i < d; i++)
			to[i] += y * u[i * wide + h];
	}
}

/* Code j of a table, of the weights in double: q [d]. */
static void
code(const struct basis_trial *b, size_t table, size_t j, double *q)
{
	size_t d = b->d;
	const double *c = row(b, ".weight") + j * d;
	const double *w = row(b, "_proj.weight") + table * d * d;
	const double *bias = row(b, "_proj.bias");

	for (size_t i = 0; i < d; i++) {
		q[i] = bias ? bias[table * d + i] : 0;
		for (size_t o = 0; o < d; o++)
			q[i] += w[i * d + o] * c[o];
	}
	add_mlp(b, c, q);
}

static size_t
table_of(const struct basis_trial *b, size_t v)
{
	return b->t.l.tables > 1 ? b->t.l.variant[b->prev[v]] : 0;
}

/* L = sum_v <dq[v], q_v> */
static double
loss(const void *arg)
{
	const struct basis_trial *b = arg;
	double sum = 0, *q = mem_alloc(b->d, sizeof(*q));

	for (size_t v = 0; v < N; v++) {
		code(b, table_of(b, v), b->idx[v], q);
		sum += dot(b->dq + v * b->d, q, b->d);
	}
	free(q);
	return sum;
}

static void
check_gradients(struct rng *r, struct learner_opts o, size_t d, size_t before)
{
	struct basis_trial b;
	struct params *ps = &b.t.ps;

	basis_open(&b, r, o, d, before);
	b.w = doubles(ps->w, ps->total);
	all_ones(ps->g, ps->total);
	b.t.l.type->backward(&b.t.l, NULL, b.idx, b.dq, N);
	for (size_t i = 0; i < ps->count; i++) {
		const struct param *p = &ps->row[i];

		if (p->group == PARAM_FIXED)
			for (size_t j = 0; j < p->size; j++)
				near((double)ps->g[p->at + j], 1, 0);
		else
			gradient_is(r, ps->g + p->at, 1, b.w + p->at, p->size,
				loss, &b);
	}
	basis_close(&b);
}

static const struct learner_opts ways[] = {
	{ .basis = BASIS_LINEAR },
	{ .basis = BASIS_LINEAR, .no_bias = true },
	{ .basis = BASIS_MLP },
	{ .basis = BASIS_MLP, .no_bias = true, .freeze_table = true },
	{ .basis = BASIS_COND },
	{ .basis = BASIS_COND, .no_bias = true },
};

#define WAYS (sizeof(ways) / sizeof(*ways))

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		check_gradients(&r, ways[i], D, 0);
		check_gradients(&r, ways[i], D, BEFORE);
		if (ways[i].basis != BASIS_MLP) /* several tasks */
			check_gradients(&r, ways[i], 35, BEFORE);
	}
}

static void
tables_are_the_formula(void **state)
{
	struct rng r = seeded("tables_are_the_formula");
	struct pool *pool = pool_open(2);

	(void)state;
	for (size_t i = 0; i < 2 * WAYS; i++) {
		struct basis_trial b;
		struct learner *l = &b.t.l;
		float *got, *same;
		double q[D];

		basis_open(&b, &r, ways[i % WAYS], D, i < WAYS ? 0 : BEFORE);
		fill(&r, b.t.ps.w, b.t.ps.total, 0.4); /* tables differ */
		b.w = doubles(b.t.ps.w, b.t.ps.total);
		got = unwritten(l->tables * K * D);
		same = unwritten(l->tables * K * D);
		l->type->read(l, b.t.ps.w, pool, got);
		l->type->read(l, b.t.ps.w, NULL, same);
		same_bits(got, same, l->tables * K * D);
		for (size_t j = 0; j < l->tables * K; j++) {
			code(&b, j / K, j % K, q);
			for (size_t o = 0; o < D; o++)
				near((double)got[j * D + o], q[o], 1e-5);
		}
		free(got);
		free(same);
		basis_close(&b);
	}
	pool_close(pool);
}

/* With C = q - mean (or q), W = I and the rest silent. */
static void
every_basis_starts_as_the_table_it_is_given(void **state)
{
	struct rng r = seeded("every_basis_starts_as_the_table_it_is_given");

	(void)state;
	for (size_t i = 0; i < 2 * WAYS; i++) {
		struct basis_trial b;
		struct learner *l = &b.t.l;
		float *q = normals(&r, K * D, 1), *got;

		basis_open(&b, &r, ways[i % WAYS], D, i < WAYS ? 0 : BEFORE);
		got = unwritten(l->tables * K * D);
		for (int settle = 0; settle < 2; settle++) {
			(settle ? l->type->settle : l->type->start)(l, q);
			l->type->read(l, b.t.ps.w, NULL, got);
			for (size_t j = 0; j < l->tables * K * D; j++)
				near((double)got[j], (double)q[j % (K * D)],
					2e-6);
		}
		if (l->o.no_bias)
			same_bits(params_in(&b.t.ps, b.t.ps.w, l->table), q,
				K * D);
		free(q);
		free(got);
		basis_close(&b);
	}
}

static void
groups_are_neighbours_and_none_is_empty(void **state)
{
	struct rng r = seeded("groups_are_neighbours_and_none_is_empty");
	const struct learner_opts o = { .basis = BASIS_COND };

	(void)state;
	for (size_t before = 1; before <= 40; before += 3) {
		float *x = normals(&r, before * D, 1);
		struct learner l = { .type = &learner_simvq,
			.k = K,
			.d = D,
			.o = o,
			.before = before };
		struct params ps = { 0 };
		size_t chosen[16] = { 0 };

		if (before > 30) /* all equal */
			memset(x, 0, before * D * sizeof(*x));
		l.ps = &ps;
		l.type->add(&l, "q.");
		assert_int_equal(l.tables, before < 16 ? before : 16);
		basis_cond_group(&l, x, &r, NULL);
		for (size_t j = 0; j < before && before > 1; j++)
			chosen[l.variant[j]]++;
		for (size_t g = 0; g < l.tables && before > 1; g++)
			assert_true(chosen[g] > 0);
		params_free(&ps);
		learner_free(&l);
		free(x);
	}
}

/* However many codes a group has. */
static void
groups_of_many_are_those_of_the_nearest_centre(void **state)
{
	enum { MANY = 6000, FAR = 100 };
	struct rng r = seeded("groups_of_many_are_those_of_the_nearest_centre");
	float *x = normals(&r, MANY * D, 1);
	struct learner l = { .type = &learner_simvq,
		.k = K,
		.d = D,
		.o = { .basis = BASIS_COND },
		.before = MANY };
	struct params ps = { 0 };

	(void)state;
	for (size_t j = 0; j < MANY; j++) /* sixteen clouds */
		for (size_t i = 0; i < 4; i++)
			x[j * D + i] += j / 5 >> i & 1 ? FAR : -FAR;
	l.ps = &ps;
	l.type->add(&l, "q.");
	basis_cond_group(&l, x, &r, NULL);
	for (size_t j = 0; j < MANY; j++)
		for (size_t i = 0; i < 80; i++)
			assert_int_equal(l.variant[j] == l.variant[i],
				j / 5 % 16 == i / 5);
	params_free(&ps);
	learner_free(&l);
	free(x);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(tables_are_the_formula),
		cmocka_unit_test(every_basis_starts_as_the_table_it_is_given),
		cmocka_unit_test(groups_are_neighbours_and_none_is_empty),
		cmocka_unit_test(
			groups_of_many_are_those_of_the_nearest_centre),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
