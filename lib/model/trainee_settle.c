#include <stdlib.h>
#include <string.h>

#include "kernel/prune.h"
#include "model/stage_depth.h"
#include "model/start.h"
#include "model/trainee.h"
#include "model/weight.h"
#include "quant/components.h"
#include "quant/learner_use.h"
#include "util/mem.h"

#define SETTLE_ITERATIONS 2 /* Lloyd, after training */

/* A stream of the seeded generator; trainee_start.c has 11 and 12. */
enum { PREFIXES = 13 };

struct encoding {
	const struct quantizer *q;
	const float *z;
	size_t n, columns;
	uint32_t *codes; /* [n, columns] */
};

static void
encode_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct encoding *t = arg;
	size_t v = chunk * PRUNE_ROWS, left = t->n - v;
	size_t n = left < PRUNE_ROWS ? left : PRUNE_ROWS;
	float *work = mem_floats(quantizer_work(t->q, n));

	(void)worker;
	quantizer_encode(t->q, t->z + v * t->q->d, n, t->q->stages,
		t->codes + v * t->columns, NULL, work);
	free(work);
}

/* Codes' sums that the decoder is to be fitted to: of as many stages as in
 * training. */
static float *
final_sums(struct trainee *t, const float *z, size_t n)
{
	struct quantizer *q = &t->q;
	struct encoding all = { q, z, n, trainee_columns(t), NULL };
	float *sum = mem_floats(n * q->d);
	struct rng r;

	all.codes = mem_alloc(n * all.columns, sizeof(*all.codes));
	pool_run(
		t->pool, (n + PRUNE_ROWS - 1) / PRUNE_ROWS, encode_chunk, &all);
	rng_seed(&r, t->o->seed, PREFIXES);
	for (size_t v = 0; v < n; v++) {
		size_t stages = stage_depth(q->stages, t->o->stage_dropout, &r);

		quantizer_decode(q, all.codes + v * all.columns, all.columns, 1,
			stages, sum + v * q->d);
	}
	free(all.codes);
	return sum;
}

/* A codebook as it was in m, which is r. */
static int
keep_book(struct trainee *t, size_t c, const struct model *m,
	const struct record *r, struct err *e)
{
	struct learner *l = &t->learner[c];
	const struct codebook *b = &m->quantizer.book[c];
	char prefix[MODEL_PREFIX_MAX];

	model_prefix(prefix, c, trainee_books(t));
	if (l->use)
		learner_use_take_bits(l, b->bits);
	/* No rows of params, or a bridge: the model has only its codes. */
	if ((!l->type->backward && !l->type->pull) || l->bridge) {
		l->type->start(l, b->q);
		return 0;
	}
	return learner_load_rows(l, prefix, r, e);
}

/* Codebooks that Lloyd's iterations cannot improve, or must not, stay as they
 * were. */
static int
keep_books(struct trainee *t, const struct model *m, const struct record *r,
	struct err *e)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		if (keep_book(t, c, m, r, e) != 0)
			return -1;
	return 0;
}

static bool
all_plain(const struct trainee *t)
{
	for (size_t c = 0; c < trainee_books(t); c++)
		if (!learner_plain(&t->learner[c]))
			return false;
	return true;
}

static int
settle_books(struct trainee *t, const struct model *m, const struct record *r,
	const float *z, size_t n, struct err *e)
{
	if (!all_plain(t) || t->o->shared || t->o->anchor > 0)
		return keep_books(t, m, r, e);
	trainee_copy_tables(t, m);
	trainee_take_tables(t, true);
	start_tables(
		&t->q, z, t->weight, n, t->o->k, SETTLE_ITERATIONS, t->pool);
	trainee_take_tables(t, true);
	return 0;
}

static int
fit_decoder(struct trainee *t, const float *x, const float *sum, size_t n,
	struct err *e)
{
	size_t dim = t->transform->dim, d = t->o->d;
	float *wx = weight_rows(x, t->weight, n, dim);
	float *ws = weight_rows(sum, t->weight, n, d);
	int status = components_fit(wx ? wx : x, ws ? ws : sum, n, dim, d,
		params_in(&t->ps, t->ps.w, t->decoder), e);

	free(wx);
	free(ws);
	return status;
}

int
trainee_settle(struct trainee *t, const struct model *m, const struct record *r,
	const struct sample *s, struct err *e)
{
	size_t n = s->n;
	float *z, *sum;
	int status;

	trainee_take_net(t, m);
	z = trainee_latents(t, s);
	status = settle_books(t, m, r, z, n, e);
	trainee_refresh(t);
	if (status == 0 && t->o->net == NET_LINEAR) {
		sum = final_sums(t, z, n);
		status = fit_decoder(t, s->x, sum, n, e);
		free(sum);
	}
	free(z);
	return status;
}
