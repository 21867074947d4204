/*
 * The SimVQ training step as vq-train does it, without a net: search, losses,
 * gradients, Adam, and the table W C + b of the next step.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "model/step.h"
#include "model/trainee.h"
#include "nn/adam.h"
#include "util/mem.h"

#define BATCHES ((size_t)8) /* different ones, in turn */
#define SECONDS 4.0
#define FEWEST 3
#define MOST 200

/* Where the time of a step goes. */
enum { SEARCH, ADAM, TABLE, PHASES };

struct run {
	struct trainer_opts o;
	struct transform transform;
	struct trainee m;
	struct step step;
	struct adam adam;
	float *x; /* [BATCHES, batch, d] */
	double spent[PHASES];
};

static void
start(struct run *t, size_t d, size_t k, size_t batch, bool freeze,
	struct pool *pool)
{
	struct err e;
	struct rng r;

	t->o = (struct trainer_opts){ .type = &learner_simvq,
		.net = NET_NONE,
		.d = d,
		.k = k,
		.stages = 1,
		.groups = 1,
		.batch = batch,
		.beta = 0.25,
		.start = START_RANDOM,
		.quant.freeze_table = freeze,
		.seed = 1 };
	t->transform = (struct transform){ .kind = ITEM_ROWS, .dim = d };
	transform_init(&t->transform);
	trainee_init(&t->m, &t->o, &t->transform, pool);
	trainee_start(&t->m, &(struct sample){ 0 }, &e);
	adam_init(&t->adam, 1e-3, 1e-3);
	t->step = (struct step){ .net = NET_NONE,
		.n = batch,
		.dim = d,
		.d = d,
		.q = &t->m.q,
		.learner = t->m.learner,
		.ps = &t->m.ps,
		.pool = pool,
		.recon_scale = 1 / (double)batch,
		.vq_scale = 1 / (double)batch,
		.beta = 0.25 };
	step_init(&t->step);
	rng_seed(&r, 3, 0);
	t->x = bench_noise(&r, BATCHES * batch * d);
	trainee_refresh(&t->m);
}

/* Instead: batches drawn from rows of a file, and codes that are every so
 * many of them. */
static void
start_from(struct run *t, const char *path)
{
	size_t d = t->o.d, n, want = BATCHES * t->o.batch;
	float *x = bench_read(path, &n), *q = mem_floats(t->o.k * d);
	struct learner *l = &t->m.learner[0];
	struct rng r;

	n /= d;
	rng_seed(&r, 4, 0);
	for (size_t v = 0; v < want; v++)
		memcpy(t->x + v * d, x + rng_below(&r, n) * d, d * sizeof(*x));
	for (size_t j = 0; j < t->o.k; j++)
		memcpy(q + j * d, x + j * n / t->o.k * d, d * sizeof(*q));
	l->type->start(l, q);
	trainee_refresh(&t->m);
	free(x);
	free(q);
}

static void
finish(struct run *t)
{
	step_free(&t->step);
	trainee_free(&t->m);
	transform_free(&t->transform);
	free(t->x);
}

/* The seconds of one step. */
static double
one(struct run *t, size_t i)
{
	size_t size = t->o.batch * t->o.d;
	double recon, vq, at[PHASES + 1];

	memcpy(t->step.x, t->x + i % BATCHES * size, size * sizeof(*t->x));
	at[0] = bench_now();
	step_run(&t->step, &recon, &vq);
	at[1] = bench_now();
	adam_step(&t->adam, &t->m.ps, t->m.pool);
	at[2] = bench_now();
	trainee_refresh(&t->m);
	at[3] = bench_now();
	for (size_t p = 0; p < PHASES; p++)
		t->spent[p] += at[p + 1] - at[p];
	return at[PHASES] - at[0];
}

static void
measure(struct run *t, const char *what)
{
	double v[MOST], begun, total = 0;
	size_t n = 0;
	char note[64];

	one(t, 0);
	memset(t->spent, 0, sizeof(t->spent));
	begun = bench_now();
	while (n < MOST && (n < FEWEST || bench_now() - begun < SECONDS)) {
		v[n] = one(t, n);
		total += v[n++];
	}
	snprintf(note, sizeof(note), "Adam %.0f, WC %.0f %%",
		100 * t->spent[ADAM] / total, 100 * t->spent[TABLE] / total);
	bench_row(&(struct bench_row){ .section = "step",
		.what = what,
		.note = note,
		.d = t->o.d,
		.k = t->o.k,
		.threads = pool_threads(t->m.pool),
		.value = 1e3 * bench_median(v, n),
		.unit = "ms" });
}

/* D K BATCH frozen|free [FILE]: does the table C learn? */
int
step_main(int argc, char *argv[])
{
	struct pool *pool;
	struct run t = { 0 };
	bool freeze;

	if (argc != 4 && argc != 5)
		return 2;
	freeze = strcmp(argv[3], "frozen") == 0;
	pool = pool_open(0);
	start(&t, strtoul(argv[0], NULL, 10), strtoul(argv[1], NULL, 10),
		strtoul(argv[2], NULL, 10), freeze, pool);
	if (argc == 5)
		start_from(&t, argv[4]);
	measure(&t,
		argc == 5        ? "step, photographs"
			: freeze ? "step, C frozen"
				 : "step, C learns");
	finish(&t);
	pool_close(pool);
	return 0;
}
