#include <math.h>
#include <stdio.h>

#include "model/state_bytes.h"
#include "model/train_state.h"
#include "quant/learner_state.h"

enum { NAME = 64 };

/* Blocks of params. */
static void
blocks(const struct params *p, float *block[4])
{
	block[0] = p->w;
	block[1] = p->m;
	block[2] = p->v;
	block[3] = p->avg;
}

static void
name_of(char to[NAME], const char *prefix, const char *what)
{
	snprintf(to, NAME, "%s%s", prefix, what);
}

static void
book_name(char to[NAME], const char *prefix, size_t book)
{
	snprintf(to, NAME, "%sbook.%zu.", prefix, book);
}

void
train_state_save(const struct trainee *t, const struct adam *a,
	const char *prefix, struct record *r)
{
	float *block[4];
	char name[NAME];

	name_of(name, prefix, "adam");
	state_bytes_put(r, name, 0, &a->step, sizeof(a->step));
	blocks(&t->ps, block);
	name_of(name, prefix, "params");
	for (size_t i = 0; i < 4; i++)
		state_bytes_put(
			r, name, i, block[i], t->ps.total * sizeof(float));
	for (size_t c = 0; c < trainee_books(t); c++) {
		book_name(name, prefix, c);
		learner_state_save(&t->learner[c], name, r);
	}
}

int
train_state_load(struct trainee *t, struct adam *a, const char *prefix,
	const struct record *r, struct err *e)
{
	float *block[4];
	char name[NAME];

	name_of(name, prefix, "adam");
	if (state_bytes_take(r, name, 0, &a->step, sizeof(a->step), e) != 0)
		return -1;
	blocks(&t->ps, block);
	name_of(name, prefix, "params");
	for (size_t i = 0; i < 4; i++)
		if (state_bytes_take(r, name, i, block[i],
			    t->ps.total * sizeof(float), e) != 0)
			return -1;
	for (size_t c = 0; c < trainee_books(t); c++) {
		book_name(name, prefix, c);
		if (learner_state_load(&t->learner[c], name, r, e) != 0)
			return -1;
	}
	params_drop_gradient(&t->ps);
	trainee_refresh(t);
	return 0;
}

static bool
is_finite(const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

bool
train_state_is_finite(const struct trainee *t)
{
	return is_finite(t->ps.w, t->ps.total) &&
		is_finite(t->ps.avg, t->ps.total);
}
