#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/embed.h"

#define ROWS ((size_t)64)    /* forward: a task */
#define COLUMNS ((size_t)64) /* backward: the same */

void
embed_add(struct embed *l, struct params *p, const char *name, size_t positions,
	size_t vocab, size_t d)
{
	char full[sizeof(p->row->name)];

	*l = (struct embed){ .positions = positions, .vocab = vocab, .d = d };
	snprintf(full, sizeof(full), "%s.embedding.weight", name);
	l->table = params_add(p, PARAM_NET, full, positions * vocab, d);
	params_sparse(p, l->table);
	snprintf(full, sizeof(full), "%s.bias", name);
	l->bias = params_add(p, PARAM_NET, full, 1, d);
}

void
embed_random(const struct embed *l, struct params *p, struct rng *r)
{
	float *w = params_in(p, p->w, l->table);
	double sd = 1 / sqrt((double)l->positions);

	for (size_t i = 0; i < p->row[l->table].size; i++)
		w[i] = (float)(sd * rng_normal(r));
	memset(params_in(p, p->w, l->bias), 0, l->d * sizeof(*w));
}

void
embed_rows(const struct embed *l, const struct params *p, const uint32_t *token,
	size_t n, float *y)
{
	const float *table = params_in(p, p->w, l->table);
	const float *bias = params_in(p, p->w, l->bias);

	for (; n; n--, y += l->d) {
		memcpy(y, bias, l->d * sizeof(*y));
		for (size_t j = 0; j < l->positions; j++, token++) {
			if (*token == EMBED_NONE)
				continue;
			assert(*token < l->vocab);
			axpy(1, table + (j * l->vocab + *token) * l->d, l->d,
				y);
		}
	}
}

struct task {
	const struct embed *l;
	const struct params *p;
	const uint32_t *token;
	const float *dy;
	size_t n;
	float *y;
};

static void
forward_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t v = chunk * ROWS;

	(void)worker;
	embed_rows(t->l, t->p, t->token + v * t->l->positions,
		t->n - v < ROWS ? t->n - v : ROWS, t->y + v * t->l->d);
}

void
embed_forward(const struct embed *l, const struct params *p, struct pool *pool,
	const uint32_t *token, size_t n, float *y)
{
	struct task t = { l, p, token, NULL, n, y };

	pool_run(pool, (n + ROWS - 1) / ROWS, forward_chunk, &t);
}

/* Some columns of dbias += dy */
static void
back_bias(const struct task *t, size_t from, size_t m)
{
	float *g = params_in(t->p, t->p->g, t->l->bias) + from;

	for (size_t v = 0; v < t->n; v++)
		axpy(1, t->dy + v * t->l->d + from, m, g);
}

/* Some columns of one position's part of the table:  dtable[token] += dy */
static void
back_table(const struct task *t, size_t position, size_t from, size_t m)
{
	const struct embed *l = t->l;
	const uint32_t *token = t->token + position;
	size_t first = position * l->vocab;
	float *g = params_in(t->p, t->p->g, l->table) + first * l->d + from;
	unsigned char *touched = t->p->row[l->table].touched + first;

	for (size_t v = 0; v < t->n; v++, token += l->positions) {
		if (*token == EMBED_NONE)
			continue;
		assert(*token < l->vocab);
		axpy(1, t->dy + v * l->d + from, m, g + *token * l->d);
		if (from == 0)
			touched[*token] = 1;
	}
}

static void
back_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t position = chunk % (t->l->positions + 1);
	size_t from = chunk / (t->l->positions + 1) * COLUMNS;
	size_t m = t->l->d - from < COLUMNS ? t->l->d - from : COLUMNS;

	(void)worker;
	if (position < t->l->positions)
		back_table(t, position, from, m);
	else
		back_bias(t, from, m);
}

void
embed_backward(const struct embed *l, struct params *p, struct pool *pool,
	const uint32_t *token, const float *dy, size_t n)
{
	struct task t = { l, p, token, dy, n, NULL };
	size_t parts = (l->d + COLUMNS - 1) / COLUMNS;

	pool_run(pool, parts * (l->positions + 1), back_chunk, &t);
}
