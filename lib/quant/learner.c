#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "quant/kmeans_batch.h"
#include "quant/learner.h"
#include "quant/learner_use.h"

#define COLUMNS ((size_t)16) /* of a table, a task: a cache line */

const struct learner_type *const learner_types[] = { &learner_simvq,
	&learner_vq, &learner_ema, &learner_cvq, &learner_fc, &learner_lc,
	&learner_fsq, &learner_lfq, &learner_kmeans, NULL };

const struct learner_type *
learner_find(const char *name)
{
	for (size_t i = 0; learner_types[i]; i++)
		if (strcmp(learner_types[i]->name, name) == 0)
			return learner_types[i];
	return NULL;
}

void
learner_free(struct learner *l)
{
	free(l->q);
	free(l->count);
	free(l->sum);
	free(l->hold);
	free(l->held);
	free(l->variant);
	free(l->bridge);
	free(l->use);
	if (l->stream)
		kmeans_batch_free(l->stream);
	free(l->stream);
	*l = (struct learner){ 0 };
}

void
learner_book(const struct learner *l, float *block, struct pool *pool,
	struct codebook *b)
{
	if (l->type->vary)
		l->type->vary(l, b);
	l->type->read(l, block, pool, codebook_table(b, l->k, l->d));
	b->front.unit = l->o.unit || l->type->unit;
	if (l->use)
		learner_use_cost(l, b);
	if (l->type->face)
		l->type->face(l, block, pool, b);
}

bool
learner_type_plain(const struct learner_type *t)
{
	return !t->face && !t->start_on && !t->pull;
}

size_t
learner_type_codes(const struct learner_type *t, size_t k)
{
	return t->codes ? t->codes(k) : k;
}

bool
learner_plain(const struct learner *l)
{
	return learner_type_plain(l->type) && l->tables < 2 && !l->o.unit &&
		!l->use;
}

int
learner_load_rows(struct learner *l, const char *prefix, const struct record *r,
	struct err *e)
{
	struct params *p = l->ps;

	for (size_t i = 0; i < p->count; i++) {
		const char *name = p->row[i].name;
		const struct tensor *t;

		if (strncmp(name, prefix, strlen(prefix)) != 0)
			continue;
		t = record_find(r, name);
		if (!t || tensor_elements(t) != p->row[i].size)
			return err_set(e, "no tensor \"%s\" of %zu numbers",
				name, p->row[i].size);
		dtype_to_f32(params_in(p, p->w, i), t->data, p->row[i].size,
			t->dtype);
	}
	return 0;
}

struct scatter {
	const uint32_t *idx;
	const float *x;
	size_t n, d;
	float factor;
	float *to;
};

/* A task has some columns of all rows: no two write to one place. */
static void
scatter_columns(void *arg, size_t chunk, size_t worker)
{
	const struct scatter *t = arg;
	size_t from = chunk * COLUMNS;
	size_t m = t->d - from < COLUMNS ? t->d - from : COLUMNS;

	(void)worker;
	for (size_t v = 0; v < t->n; v++) {
		size_t to = t->idx[v] * t->d + from;

		axpy(t->factor, t->x + v * t->d + from, m, t->to + to);
	}
}

void
learner_scatter(struct pool *pool, const uint32_t *idx, const float *x,
	size_t n, size_t d, float factor, float *to)
{
	struct scatter t = { idx, x, n, d, factor, to };

	pool_run(pool, (d + COLUMNS - 1) / COLUMNS, scatter_columns, &t);
}

void
learner_touch(struct learner *l, const uint32_t *idx, size_t n)
{
	unsigned char *touched = l->ps->row[l->table].touched;

	if (!touched)
		return;
	for (size_t v = 0; v < n; v++)
		touched[idx[v]] = 1;
}

void
learner_save_tensor(struct record *to, const char *prefix, const char *name,
	const float *x, size_t rows, size_t cols)
{
	size_t shape[2] = { rows, cols };
	struct tensor *t;
	char full[96];

	snprintf(full, sizeof(full), "%s%s", prefix, name);
	if (rows == 0)
		t = record_add(to, full, DT_F32, 1, &cols, NULL);
	else
		t = record_add(to, full, DT_F32, 2, shape, NULL);
	dtype_from_f32(t->data, x, tensor_elements(t), DT_F32);
}
