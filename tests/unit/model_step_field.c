/* A step of net conv: its gradients, what learns, and the same bits. */
#include <math.h>

#include "model/step.h"
#include "model/trainee.h"
#include "model_help.h"
#include "numbers.h"

#define SIDE 5
#define FIELDS 2
#define TOKENS ((size_t)FIELDS * SIDE * SIDE)
#define BUMP 4e-3f /* losses are sums in double of float errors */

struct net_trial {
	struct transform t;
	struct trainer_opts o;
	struct trainee m;
	struct step s;
	struct sample x;
	float *data;
};

/* sound: with the ends that sounds have, levels seen and gains written. */
static void
net_open(struct net_trial *t, struct rng *r, size_t stages, bool sound,
	struct pool *pool)
{
	struct err e;

	*t = (struct net_trial){
		.t = { .kind = ITEM_IMAGE, .patch = 2, .channels = 3 },
		.o = { .type = learner_find("simvq"),
			.net = NET_CONV,
			.conv = { .width = 9,
				.encoder = 1,
				.decoder = 2,
				.kernel = 3,
				.spectrum = sound,
				.gain = sound },
			.d = 4,
			.k = 6,
			.stages = stages,
			.groups = 1,
			.batch = TOKENS,
			.seed = 4 }
	};
	transform_init(&t->t);
	t->data = normals(r, TOKENS * t->t.dim, 0.3);
	t->x = (struct sample){
		.x = t->data, .n = TOKENS, .grid = { FIELDS, SIDE, SIDE }
	};
	trainee_init(&t->m, &t->o, &t->t, pool);
	assert_int_equal(trainee_start(&t->m, &t->x, &e), 0);
	for (size_t i = 0; i < t->m.ps.total; i++)
		t->m.ps.w[i] += (float)(0.1 * rng_normal(r));
	trainee_refresh(&t->m);
	t->s = (struct step){ .net = NET_CONV,
		.n = TOKENS,
		.dim = t->t.dim,
		.d = 4,
		.q = &t->m.q,
		.learner = t->m.learner,
		.ps = &t->m.ps,
		.encoder = t->m.encoder,
		.decoder = t->m.decoder,
		.conv = &t->m.conv,
		.grid = t->x.grid,
		.pool = pool,
		.recon_scale = 1,
		.vq_scale = 0.3,
		.beta = 0.7 };
	step_init(&t->s);
	memcpy(t->s.x, t->data, TOKENS * t->t.dim * sizeof(float));
}

static void
net_close(struct net_trial *t)
{
	step_free(&t->s);
	trainee_free(&t->m);
	transform_free(&t->t);
	free(t->data);
}

static void
run(struct net_trial *t, double *recon)
{
	double vq;

	memset(t->m.ps.g, 0, t->m.ps.total * sizeof(float));
	step_run(&t->s, recon, &vq);
	assert_true(isfinite(*recon + vq));
}

static double
recon_at(struct net_trial *t, size_t i, float w)
{
	float was = t->m.ps.w[i];
	double recon;

	t->m.ps.w[i] = w;
	run(t, &recon);
	t->m.ps.w[i] = was;
	return recon;
}

/* sum of dz z, of the latents where weight i is w */
static double
pull_at(struct net_trial *t, const float *dz, size_t i, float w)
{
	float was = t->m.ps.w[i], *z;
	double sum = 0;

	t->m.ps.w[i] = w;
	z = trainee_latents(&t->m, &t->x);
	for (size_t j = 0; j < TOKENS * 4; j++)
		sum += (double)dz[j] * (double)z[j];
	t->m.ps.w[i] = was;
	free(z);
	return sum;
}

/* A weight of each row of the params, drawn anew at each call. */
static size_t
weight_in(const struct net_trial *t, size_t row, struct rng *r)
{
	const struct param *p = &t->m.ps.row[row];

	return p->at + rng_below(r, p->size);
}

static bool
is_net_row(const struct net_trial *t, size_t row, const char *which)
{
	return strncmp(t->m.ps.row[row].name, which, strlen(which)) == 0;
}

/* Decoder: codes stay while it moves, so that the loss itself is bumped. */
static void
decoder_gradients(struct net_trial *t, struct rng *r)
{
	float *g = mem_floats(t->m.ps.total);
	size_t rows = 0;
	double recon;

	run(t, &recon);
	memcpy(g, t->m.ps.g, t->m.ps.total * sizeof(*g));
	for (size_t row = 0; row < t->m.ps.count; row++) {
		size_t i = weight_in(t, row, r);
		float w = t->m.ps.w[i];

		if (!is_net_row(t, row, "decoder."))
			continue;
		near((recon_at(t, i, w + BUMP) - recon_at(t, i, w - BUMP)) /
				(2 * (double)BUMP),
			(double)g[i], 2e-2 + 1e-2 * fabs((double)g[i]));
		rows++;
	}
	assert_true(rows > 20);
	free(g);
}

static void
the_decoders_gradient_is_the_losss(void **state)
{
	struct rng r = help_rng(__func__);
	struct net_trial t;

	(void)state;
	for (int i = 0; i < 4; i++) {
		net_open(&t, &r, i % 2 ? 3 : 1, i > 1, NULL);
		decoder_gradients(&t, &r);
		net_close(&t);
	}
}

static void
the_decoders_gradient_is_that_of_other_losses(void **state)
{
	struct loss_weights w = { .l2 = 0.5, .l1 = 1, .grad = 0.5 };
	struct rng r = help_rng(__func__);
	struct net_trial t;

	(void)state;
	net_open(&t, &r, 1, true, NULL);
	t.s.loss = field_loss_open(&t.t, &w);
	t.s.dback = mem_floats(TOKENS * t.t.dim);
	decoder_gradients(&t, &r);
	field_loss_close(t.s.loss);
	net_close(&t);
}

/* Encoder: what dz pulls at, latent by latent. */
static void
encoder_gradients(struct net_trial *t, struct rng *r)
{
	size_t rows = 0;
	double recon;

	run(t, &recon);
	for (size_t row = 0; row < t->m.ps.count; row++) {
		size_t i = weight_in(t, row, r);
		float w = t->m.ps.w[i], g = t->m.ps.g[i];

		if (!is_net_row(t, row, "encoder."))
			continue;
		near((pull_at(t, t->s.dz, i, w + BUMP) -
			     pull_at(t, t->s.dz, i, w - BUMP)) /
				(2 * (double)BUMP),
			(double)g, 2e-2 + 1e-2 * fabs((double)g));
		rows++;
	}
	assert_true(rows > 12);
}

static void
the_encoders_gradient_is_that_of_the_latents(void **state)
{
	struct rng r = help_rng(__func__);
	struct net_trial t;

	(void)state;
	for (int i = 0; i < 2; i++) {
		net_open(&t, &r, 2, i == 1, NULL);
		encoder_gradients(&t, &r);
		net_close(&t);
	}
}

static void
any_pool_gives_the_same_bits(void **state)
{
	struct pool *pool = pool_open(3);
	struct net_trial t[2];
	double recon[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct rng r;

		rng_seed(&r, 8, 1);
		net_open(&t[i], &r, 2, true, i ? pool : NULL);
		run(&t[i], &recon[i]);
	}
	assert_true(recon[0] == recon[1]);
	assert_memory_equal(
		t[0].m.ps.g, t[1].m.ps.g, t[0].m.ps.total * sizeof(float));
	net_close(&t[0]);
	net_close(&t[1]);
	pool_close(pool);
}

static void
a_field_is_decoded_from_as_many_stages_everywhere(void **state)
{
	struct rng r = help_rng(__func__);
	size_t seen[4] = { 0 };
	struct net_trial t;

	(void)state;
	net_open(&t, &r, 3, false, NULL);
	t.s.stage_dropout = 1;
	for (int i = 0; i < 40; i++) {
		step_depths(&t.s, &r);
		for (size_t v = 0; v < TOKENS; v++)
			assert_int_equal(t.s.depth[v],
				t.s.depth[v / (SIDE * SIDE) * SIDE * SIDE]);
		seen[t.s.depth[0]]++;
	}
	assert_true(seen[1] && seen[2]);
	net_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_decoders_gradient_is_the_losss),
		cmocka_unit_test(the_decoders_gradient_is_that_of_other_losses),
		cmocka_unit_test(the_encoders_gradient_is_that_of_the_latents),
		cmocka_unit_test(any_pool_gives_the_same_bits),
		cmocka_unit_test(
			a_field_is_decoded_from_as_many_stages_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
