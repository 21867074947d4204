#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/churn.h"
#include "model/judge.h"
#include "util/mem.h"

#define NUMBER 24 /* bytes of a figure and its comma, at most */

void
churn_init(struct churn *c, const struct model *old, struct pool *pool,
	const struct sample *s)
{
	size_t n = s->n, columns = quantizer_columns(&old->quantizer);
	struct judgement j;

	*c = (struct churn){ .old = old, .n = n };
	c->codes = mem_alloc(n * columns, sizeof(*c->codes));
	c->k = mem_alloc(columns, sizeof(*c->k));
	for (size_t i = 0; i < columns; i++)
		c->k[i] = quantizer_book(&old->quantizer, i)->k;
	judge_codes(old, pool,
		&(struct sample){ .x = s->x, .n = n, .grid = s->grid }, &j,
		c->codes);
}

void
churn_free(struct churn *c)
{
	free(c->codes);
	free(c->k);
	*c = (struct churn){ 0 };
}

void
churn_measure(const struct churn *c, const uint32_t *codes,
	uint32_t *const *root, struct drift *all, struct drift *column)
{
	struct drift_codes t = { .was = c->codes,
		.is = codes,
		.n = c->n,
		.columns = quantizer_columns(&c->old->quantizer),
		.k = c->k,
		.root = root };

	drift_measure(&t, all, column);
}

static double
share_changed(const struct drift *d)
{
	return d->churn;
}

static double
share_split(const struct drift *d)
{
	return d->split;
}

static double
distance(const struct drift *d)
{
	return d->distance;
}

/* A figure of all, and of each column. */
struct figure {
	const char *name;
	double (*of)(const struct drift *d);
};

static void
set_key(struct meta *m, const char *prefix, struct figure f,
	const struct drift *all, const struct drift *column, size_t columns)
{
	char key[64], *list = mem_zalloc(columns + 1, NUMBER);
	size_t at = 0;

	snprintf(key, sizeof(key), "%s%s", prefix, f.name);
	meta_setf(m, key, "%.9g", f.of(all));
	for (size_t c = 0; c < columns; c++)
		at += (size_t)snprintf(list + at, NUMBER, "%s%.6g",
			c ? "," : "", f.of(&column[c]));
	snprintf(key, sizeof(key), "%s%s_columns", prefix, f.name);
	if (columns > 1)
		meta_set(m, key, list);
	free(list);
}

void
churn_describe(const struct churn *c, const char *prefix, bool grown,
	const struct drift *all, const struct drift *column, struct meta *m)
{
	size_t columns = quantizer_columns(&c->old->quantizer);

	set_key(m, prefix, (struct figure){ "churn", share_changed }, all,
		column, columns);
	if (grown)
		set_key(m, prefix, (struct figure){ "split", share_split }, all,
			column, columns);
	set_key(m, prefix, (struct figure){ "drift", distance }, all, column,
		columns);
}
