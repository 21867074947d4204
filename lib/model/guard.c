#include <math.h>
#include <string.h>

#include "model/guard.h"
#include "model/state_bytes.h"
#include "model/train_state.h"
#include "util/mem.h"
#include "util/progress.h"

#define TIMES 10.0 /* the running mean: too much */
#define FLOOR 1.0  /* the variance of the data */
#define DECAY 0.98 /* of the running mean */
#define KEEP 100   /* good steps before a state is kept */
#define IN_A_ROW 2 /* bad steps: not the batch */
#define RECOVERIES 10
#define PREFIX "kept."

static void
keep(struct guard *g)
{
	record_free(&g->kept);
	train_state_save(g->m, g->adam, PREFIX, &g->kept);
	g->now.kept_mean = g->now.mean;
	g->now.failures = g->now.good = 0;
}

void
guard_begin(struct guard *g, struct trainee *m, struct adam *a)
{
	*g = (struct guard){ .m = m,
		.adam = a,
		.now = { .scale = 1,
			.mean = (double)NAN,
			.lowest = (double)INFINITY } };
	keep(g);
}

void
guard_free(struct guard *g)
{
	record_free(&g->kept);
}

bool
guard_accepts(const struct guard *g, double loss)
{
	double mean = g->now.mean;

	if (!isfinite(loss))
		return false;
	return isnan(mean) || loss <= TIMES * mean || loss <= FLOOR;
}

void
guard_good(struct guard *g, double loss)
{
	struct guard_state *s = &g->now;

	s->mean = isnan(s->mean) ? loss : DECAY * s->mean + (1 - DECAY) * loss;
	s->row = 0;
	if (++s->good < KEEP || !(s->mean <= 2 * s->lowest))
		return;
	s->lowest = fmin(s->lowest, s->mean);
	keep(g);
}

static int
recover(struct guard *g, size_t step, struct err *e)
{
	struct guard_state *s = &g->now;

	if (++s->failures > RECOVERIES)
		return err_set(e,
			"step %zu: it diverges, after %d recoveries at half "
			"the rates each, too (a smaller -l may help)",
			step, RECOVERIES);
	if (train_state_load(g->m, g->adam, PREFIX, &g->kept, e) != 0)
		return -1;
	s->scale /= 2;
	s->halved++;
	s->row = s->good = 0;
	s->mean = s->kept_mean;
	say_verbose("step %zu: diverging; back to the last good state, rates "
		    "times %g",
		step, s->scale);
	return 0;
}

int
guard_bad(struct guard *g, size_t step, struct err *e)
{
	params_drop_gradient(&g->m->ps);
	g->now.skipped++;
	g->now.good = 0;
	if (++g->now.row < IN_A_ROW)
		return 0;
	return recover(g, step, e);
}

void
guard_save(const struct guard *g, struct record *r)
{
	state_bytes_put(r, "guard", 0, &g->now, sizeof(g->now));
	for (size_t i = 0; i < g->kept.count; i++) {
		const struct tensor *t = &g->kept.tensor[i];

		memcpy(record_add(r, t->name, t->dtype, t->rank, t->shape, NULL)
				->data,
			t->data, t->bytes);
	}
}

int
guard_load(struct guard *g, const struct record *r, struct err *e)
{
	if (state_bytes_take(r, "guard", 0, &g->now, sizeof(g->now), e) != 0)
		return -1;
	for (size_t i = 0; i < g->kept.count; i++) {
		const struct tensor *was = &g->kept.tensor[i];
		const struct tensor *t = record_find(r, was->name);

		if (!t || t->bytes != was->bytes || t->dtype != was->dtype)
			return err_set(e, "no tensor \"%s\" of %zu bytes",
				was->name, was->bytes);
		memcpy(was->data, t->data, t->bytes);
	}
	return 0;
}
