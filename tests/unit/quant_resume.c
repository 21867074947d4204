/* A learner that goes on: from tensors, from fewer codes, from a table. */
#include "quant/resume.h"
#include "quant_help.h"

enum { OLD = 4, D = 6, NEW = 30 };

/* What a trained model of a type holds, with a W that is far from I. */
static void
trained(struct trial *t, struct record *r, const char *type, float *q)
{
	struct rng g;

	rng_seed(&g, 2, 0);
	trial_open(t, learner_find(type), OLD, D, false);
	for (size_t i = 0; i < OLD * D; i++)
		q[i] = (float)rng_normal(&g);
	t->l.type->start(&t->l, q);
	for (size_t i = 0; i < t->ps.total; i++)
		t->ps.w[i] += (float)(0.3 * rng_normal(&g));
	t->l.type->read(&t->l, t->ps.w, NULL, q);
	t->l.type->save(&t->l, t->ps.w, q, "quantize.", r);
}

static void
every_plain_type_goes_on_from_what_it_saved(void **state)
{
	static const size_t sizes[] = { OLD, D, NEW }; /* W has D rows, too */

	(void)state;
	for (size_t i = 0; learner_types[i]; i++)
		for (size_t s = 0; s < 3; s++) {
			size_t k = sizes[s];
			float q[NEW * D], now[NEW * D];
			struct record r = { 0 };
			struct trial was, is;
			struct rng g;

			if (!learner_type_plain(learner_types[i]))
				continue;
			trained(&was, &r, learner_types[i]->name, q);
			rng_seed(&g, 5, 0);
			for (size_t j = OLD * D; j < NEW * D; j++)
				q[j] = (float)rng_normal(&g);
			trial_open(&is, learner_types[i], k, D, false);
			resume_learner(&is.l, "quantize.", &r, q, OLD, NULL);
			is.l.type->read(&is.l, is.ps.w, NULL, now);
			same_bits(now, q, OLD * D);
			for (size_t j = 0; j < k * D; j++)
				near((double)now[j], (double)q[j], 1e-4);
			for (size_t j = 0; j < was.ps.count; j++)
				same_bits(params_in(&is.ps, is.ps.w, j),
					params_in(&was.ps, was.ps.w, j),
					was.ps.row[j].size);
			/* Other state is a start's, not nothing. */
			for (size_t j = 0; j < k && is.l.count; j++)
				assert_true(is.l.count[j] > 0);
			record_free(&r);
			trial_close(&was);
			trial_close(&is);
		}
}

/* Tensors that do not give the table, or are not there: the table counts. */
static void
other_tensors_are_not_taken(void **state)
{
	float q[OLD * D], now[OLD * D];
	struct record r = { 0 }, none = { 0 };
	struct trial was, is;

	(void)state;
	trained(&was, &r, "simvq", q);
	q[7] += 1;
	trial_open(&is, learner_find("simvq"), OLD, D, false);
	resume_learner(&is.l, "quantize.", &r, q, OLD, NULL);
	is.l.type->read(&is.l, is.ps.w, NULL, now);
	for (size_t j = 0; j < OLD * D; j++)
		near((double)now[j], (double)q[j], 1e-5);
	q[9] += 1;
	resume_learner(&is.l, "quantize.", &none, q, OLD, NULL);
	is.l.type->read(&is.l, is.ps.w, NULL, now);
	for (size_t j = 0; j < OLD * D; j++)
		near((double)now[j], (double)q[j], 1e-5);
	record_free(&r);
	trial_close(&was);
	trial_close(&is);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_plain_type_goes_on_from_what_it_saved),
		cmocka_unit_test(other_tensors_are_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
