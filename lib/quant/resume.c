#include <stdlib.h>
#include <string.h>

#include "quant/resume.h"
#include "util/mem.h"

/* The rows of ps behind the prefix, as far as the tensors have them; false if
 * one is missing or of another size. */
static bool
take_rows(struct learner *l, const char *prefix, const struct record *r,
	size_t old)
{
	struct params *p = l->ps;
	bool any = false;

	for (size_t i = 0; i < p->count; i++) {
		const struct param *row = &p->row[i];
		const struct tensor *t;
		size_t n = row->size;

		if (strncmp(row->name, prefix, strlen(prefix)) != 0)
			continue;
		if (i == l->table && l->k > old)
			n = old * row->cols;
		t = record_find(r, row->name);
		if (!t || tensor_elements(t) != n)
			return false;
		dtype_to_f32(params_in(p, p->w, i), t->data, n, t->dtype);
		any = true;
	}
	return any;
}

/* The first rows of the table, by the weights as they are, are those of q. */
static bool
same_codes(
	const struct learner *l, const float *q, size_t old, struct pool *pool)
{
	size_t tables = l->tables > 1 ? l->tables : 1;
	float *now = mem_floats(tables * l->k * l->d);
	bool same;

	l->type->read(l, l->ps->w, pool, now);
	same = memcmp(now, q, tables * old * l->d * sizeof(*q)) == 0;
	free(now);
	return same;
}

/* The new rows' own weights: what settle makes of q, the old ones as they
 * were. */
static bool
grow(struct learner *l, const char *prefix, const struct record *r,
	const float *q, size_t old)
{
	if (l->type->settle)
		l->type->settle(l, q);
	else
		l->type->start(l, q);
	return take_rows(l, prefix, r, old);
}

void
resume_learner(struct learner *l, const char *prefix, const struct record *r,
	const float *q, size_t old, struct pool *pool)
{
	bool resumed;

	if (l->type->start) /* what is beside the rows: running use and the like */
		l->type->start(l, q);
	resumed = take_rows(l, prefix, r, old);
	if (resumed && l->k > old)
		resumed = grow(l, prefix, r, q, old);
	if (l->type->start && (!resumed || !same_codes(l, q, old, pool)))
		l->type->start(l, q);
}

int
resume_check(const struct learner *l, const char *prefix,
	const struct record *r, struct err *e)
{
	struct params ps = { 0 };
	struct learner trial = *l;
	int status;

	if (learner_type_codes(l->type, l->k) != l->k)
		return err_set(e, "%zu codes are not a number for type %s",
			l->k, l->type->name);
	trial.ps = &ps;
	l->type->add(&trial, prefix);
	params_build_weights(&ps);
	status = learner_load_rows(&trial, prefix, r, e);
	learner_free(&trial);
	params_free(&ps);
	return status;
}
