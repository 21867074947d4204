/*
 * One step of training: losses and gradients against the formula of step.h and
 * trainer.h in double precision, with the chosen codes and all stopped
 * gradients held fixed.
 */
#include "model/step.h"
#include "numbers.h"

#define ROWS 300 /* two chunks */
#define DIM 50   /* D * DIM: two tasks of a sum */
#define D 6
#define WIDTH 3 /* numbers in a group */
#define STAGES 2
#define GROUPS 2
#define COLUMNS (STAGES * GROUPS)
#define K 11

struct trial {
	struct step s;
	struct params ps;
	struct quantizer q;
	struct learner learner[COLUMNS];
};

static void
add_learners(struct trial *t, const char *type)
{
	for (size_t c = 0; c < COLUMNS; c++) {
		struct learner *l = &t->learner[c];
		char prefix[20];

		*l = (struct learner){ .type = learner_find(type),
			.k = K,
			.d = WIDTH,
			.batch = ROWS,
			.ps = &t->ps };
		snprintf(prefix, sizeof(prefix), "quantize.%zu.", c);
		l->type->add(l, prefix);
	}
}

/* Random weights; the tables of q are those of the learners. */
static void
trial_open(struct trial *t, struct rng *r, const char *type, enum net_type net)
{
	*t = (struct trial){ .s = { .net = net,
				     .n = ROWS,
				     .dim = net == NET_NONE ? D : DIM,
				     .d = D,
				     .q = &t->q,
				     .learner = t->learner,
				     .ps = &t->ps,
				     .recon_scale = 0.7,
				     .vq_scale = 1.3,
				     .beta = 0.4,
				     .stage_dropout = 0.5 } };
	quantizer_init(&t->q, STAGES, GROUPS, D);
	t->q.order = mem_alloc(D, sizeof(*t->q.order));
	for (size_t i = 0; i < D; i++)
		t->q.order[i] = i;
	rng_shuffle(r, t->q.order, D);
	t->s.encoder = params_add(&t->ps, PARAM_NET, "a", D, DIM);
	t->s.decoder = params_add(&t->ps, PARAM_NET, "b", DIM, D);
	add_learners(t, type);
	params_build(&t->ps);
	fill(r, t->ps.w, t->ps.total, 0.4);
	for (size_t c = 0; c < COLUMNS; c++) {
		float table[K * WIDTH];

		t->learner[c].type->read(&t->learner[c], t->ps.w, NULL, table);
		quantizer_set(&t->q, c, table, K);
	}
	step_init(&t->s);
	fill(r, t->s.x, ROWS * t->s.dim, 1);
}

static void
trial_close(struct trial *t)
{
	step_free(&t->s);
	params_free(&t->ps);
	quantizer_free(&t->q);
}

/* Code idx of a column, from the weights. */
static void
code(const struct trial *t, const double *w, size_t c, size_t idx, double *q)
{
	const struct learner *l = &t->learner[c];
	const double *row = w + t->ps.row[l->table].at + idx * WIDTH;

	for (size_t i = 0; i < WIDTH; i++) {
		q[i] = row[i];
		if (l->type != &learner_simvq)
			continue;
		q[i] = w[t->ps.row[l->bias].at + i];
		for (size_t j = 0; j < WIDTH; j++)
			q[i] += w[t->ps.row[l->proj].at + i * WIDTH + j] *
				row[j];
	}
}

static void
latent(const struct trial *t, const double *w, size_t v, double *z)
{
	const float *x = t->s.x + v * t->s.dim;

	for (size_t i = 0; i < D; i++) {
		z[i] = t->s.net == NET_NONE ? (double)x[i] : 0;
		for (size_t j = 0; j < DIM && t->s.net != NET_NONE; j++)
			z[i] += w[t->ps.row[t->s.encoder].at + i * DIM + j] *
				(double)x[j];
	}
}

/* B u for the decoder of w. */
static double
decoded(const struct trial *t, const double *w, const double *u, size_t j)
{
	double sum = 0;

	if (t->s.net == NET_NONE)
		return u[j];
	for (size_t i = 0; i < D; i++)
		sum += w[t->ps.row[t->s.decoder].at + j * D + i] * u[i];
	return sum;
}

struct losses {
	double recon, vq;
};

/* One token with weights w, everything stopped from w0.  Gradients flow
 * through w alone: the codes as the quantizer's own loss, z, and B. */
static void
token(const struct trial *t, const double *w, const double *w0, size_t v,
	struct losses *sum)
{
	const struct step *s = &t->s;
	double z[D], z0[D], left[D], seen[D] = { 0 }, q[WIDTH], q0[WIDTH];

	latent(t, w, v, z);
	latent(t, w0, v, z0);
	memcpy(left, z0, sizeof(left));
	for (size_t c = 0; c < COLUMNS; c++) {
		size_t from = c % GROUPS * WIDTH;

		code(t, w, c, s->idx[c][v], q);
		code(t, w0, c, s->idx[c][v], q0);
		for (size_t i = 0; i < WIDTH; i++) {
			size_t at = t->q.order[from + i];

			sum->vq += s->vq_scale * (q[i] - left[at]) *
				(q[i] - left[at]);
			left[at] -= q0[i];
			if (c / GROUPS < s->depth[v])
				seen[at] += q0[i];
		}
	}
	for (size_t i = 0; i < D; i++) {
		sum->vq += s->vq_scale * s->beta * (seen[i] - z[i]) *
			(seen[i] - z[i]);
		seen[i] += z[i] - z0[i]; /* z + sg(q - z) */
	}
	for (size_t j = 0; j < s->dim; j++) {
		double e =
			decoded(t, w, seen, j) - (double)s->x[v * s->dim + j];

		sum->recon += s->recon_scale * e * e;
	}
}

static struct losses
loss(const struct trial *t, const double *w, const double *w0)
{
	struct losses sum = { 0 };

	for (size_t v = 0; v < ROWS; v++)
		token(t, w, w0, v, &sum);
	return sum;
}

static double
difference(const struct trial *t, double *w, const double *w0, size_t i)
{
	double h = 1e-3;
	struct losses up, down;

	w[i] = w0[i] + h;
	up = loss(t, w, w0);
	w[i] = w0[i] - h;
	down = loss(t, w, w0);
	w[i] = w0[i];
	return (up.recon + up.vq - down.recon - down.vq) / (2 * h);
}

/* Some weights of every row against central differences. */
static void
check_gradients(const struct trial *t, struct rng *r, const double *w0)
{
	double *w = mem_alloc(t->ps.total, sizeof(*w));

	memcpy(w, w0, t->ps.total * sizeof(*w));
	for (size_t row = 0; row < t->ps.count; row++) {
		const struct param *p = &t->ps.row[row];
		double size = 0;

		for (size_t i = 0; i < p->size; i++)
			size = fmax(size, fabs((double)t->ps.g[p->at + i]));
		for (size_t o = 0; o < 10; o++) {
			size_t i = p->at + rng_below(r, p->size);

			near((double)t->ps.g[i], difference(t, w, w0, i),
				1e-3 * size + 1e-9);
		}
		/* A gradient of zeros would be no test. */
		assert_true(size > 1e-3 || t->s.net == NET_NONE);
	}
	free(w);
}

static void
gradients(struct rng *r, const char *type, enum net_type net, bool prefixes)
{
	struct trial t;
	struct losses want;
	double *w0, recon, vq;

	trial_open(&t, r, type, net);
	if (prefixes)
		step_depths(&t.s, r);
	step_run(&t.s, &recon, &vq);
	w0 = mem_alloc(t.ps.total, sizeof(*w0));
	for (size_t i = 0; i < t.ps.total; i++)
		w0[i] = (double)t.ps.w[i];
	want = loss(&t, w0, w0);
	near(recon, want.recon, 1e-5 * want.recon);
	near(vq, want.vq, 1e-5 * want.vq);
	check_gradients(&t, r, w0);
	free(w0);
	trial_close(&t);
}

static void
gradients_match_central_differences(void **state)
{
	struct rng r = seeded("gradients_match_central_differences");

	(void)state;
	gradients(&r, "simvq", NET_LINEAR, false);
	gradients(&r, "simvq", NET_LINEAR, true);
	gradients(&r, "vq", NET_LINEAR, true);
	gradients(&r, "simvq", NET_NONE, true);
}

/* Gradients of several steps are added up. */
static void
gradients_are_added(void **state)
{
	struct rng r = seeded("gradients_are_added");
	double recon, vq;
	struct trial t;
	float *once;

	(void)state;
	trial_open(&t, &r, "simvq", NET_LINEAR);
	step_run(&t.s, &recon, &vq);
	once = mem_floats(t.ps.total);
	memcpy(once, t.ps.g, t.ps.total * sizeof(*once));
	step_run(&t.s, &recon, &vq);
	for (size_t i = 0; i < t.ps.total; i++)
		near((double)t.ps.g[i], 2 * (double)once[i],
			1e-4 * (1 + fabs((double)once[i])));
	free(once);
	trial_close(&t);
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct rng r = seeded("any_pool_gives_the_same_bits");
	double recon, vq, want_recon, want_vq;
	struct trial t;
	float *want;

	(void)state;
	trial_open(&t, &r, "simvq", NET_LINEAR);
	step_depths(&t.s, &r);
	step_run(&t.s, &want_recon, &want_vq);
	want = mem_floats(t.ps.total);
	memcpy(want, t.ps.g, t.ps.total * sizeof(*want));
	for (size_t threads = 2; threads <= 3; threads++) {
		t.s.pool = pool_open(threads);
		memset(t.ps.g, 0, t.ps.total * sizeof(*t.ps.g));
		step_run(&t.s, &recon, &vq);
		assert_true(recon == want_recon && vq == want_vq);
		same_bits(t.ps.g, want, t.ps.total);
		pool_close(t.s.pool);
	}
	t.s.pool = NULL;
	free(want);
	trial_close(&t);
}

/* D random orthonormal rows: Gram and Schmidt. */
static void
orthonormal(struct rng *r, float *a)
{
	for (size_t i = 0; i < D; i++) {
		double v[DIM], norm = 0;

		for (size_t j = 0; j < DIM; j++)
			v[j] = rng_normal(r);
		for (size_t o = 0; o < i; o++) {
			double dot = 0;

			for (size_t j = 0; j < DIM; j++)
				dot += v[j] * (double)a[o * DIM + j];
			for (size_t j = 0; j < DIM; j++)
				v[j] -= dot * (double)a[o * DIM + j];
		}
		for (size_t j = 0; j < DIM; j++)
			norm += v[j] * v[j];
		for (size_t j = 0; j < DIM; j++)
			a[i * DIM + j] = (float)(v[j] / sqrt(norm));
	}
}

/* DESIGN section 4: with B = A^T the gradient on z is 2 (1 - beta) (q - z). */
static void
with_a_transposed_decoder_commitment_cancels(void **state)
{
	struct rng r = seeded("with_a_transposed_decoder_commitment_cancels");

	(void)state;
	for (int i = 0; i < 3; i++) {
		double recon, vq, beta = 1 - 0.5 * i, largest = 0;
		struct trial t;
		float *a, *b;

		trial_open(&t, &r, "simvq", NET_LINEAR);
		a = params_in(&t.ps, t.ps.w, t.s.encoder);
		b = params_in(&t.ps, t.ps.w, t.s.decoder);
		orthonormal(&r, a);
		for (size_t o = 0; o < D * DIM; o++)
			b[o % DIM * D + o / DIM] = a[o];
		t.s.recon_scale = t.s.vq_scale = 1;
		t.s.beta = beta;
		step_depths(&t.s, &r);
		step_run(&t.s, &recon, &vq);
		for (size_t o = 0; o < ROWS * D; o++) {
			double left = (double)(t.s.sum[o] - t.s.z[o]);

			near((double)t.s.dz[o], 2 * (1 - beta) * left, 1e-4);
			largest = fmax(largest, fabs(left));
		}
		assert_true(largest > 0.5);
		for (size_t o = 0; o < D * DIM && beta == 1; o++)
			near((double)params_in(&t.ps, t.ps.g, t.s.encoder)[o],
				0, 1e-3);
		trial_close(&t);
	}
}

static void
the_asked_share_of_the_depths_are_any_prefix(void **state)
{
	struct rng r = seeded("the_asked_share_of_the_depths_are_any_prefix");
	enum { MANY = 30000 };
	size_t depth[MANY], count[5] = { 0 };
	struct quantizer q = { .stages = 4 };
	struct step s = {
		.n = MANY, .q = &q, .depth = depth, .stage_dropout = 0.5
	};

	(void)state;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++) {
		assert_in_range(depth[v], 1, 4);
		count[depth[v]]++;
	}
	for (size_t i = 1; i < 4; i++) /* an eighth: 3750, deviation 57 */
		assert_in_range(count[i], 3400, 4100);
	s.stage_dropout = 0.2;
	step_depths(&s, &r);
	for (size_t v = count[4] = 0; v < MANY; v++)
		count[4] += depth[v] == 4;
	assert_in_range(count[4], 25200, 25800); /* 0.85: 25500, 62 */
	s.stage_dropout = 0;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++)
		assert_int_equal(depth[v], 4);
	s.stage_dropout = 1;
	step_depths(&s, &r);
	for (size_t v = count[4] = 0; v < MANY; v++)
		count[4] += depth[v] == 4;
	assert_in_range(count[4], 7200, 7800); /* a quarter: 7500, 75 */
	q.stages = 1;
	step_depths(&s, &r);
	for (size_t v = 0; v < MANY; v++)
		assert_int_equal(depth[v], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gradients_match_central_differences),
		cmocka_unit_test(gradients_are_added),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(with_a_transposed_decoder_commitment_cancels),
		cmocka_unit_test(the_asked_share_of_the_depths_are_any_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
