#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "stats/counts.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* vectors a task */

struct trial {
	const struct model *m;
	const float *x;
	const float *w; /* [n], or NULL */
	size_t n;
	uint32_t *codes; /* [n, columns] */
	double *error;   /* [chunks] */
};

static double
squared_error(const float *a, const float *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		double t = (double)a[i] - (double)b[i];

		sum += t * t;
	}
	return sum;
}

/* Of n rows from v on, whose decoded ones are back. */
static double
rows_error(const struct trial *t, size_t v, const float *back, size_t n)
{
	size_t dim = t->m->transform.dim;
	double sum = 0;

	if (!t->w)
		return squared_error(t->x + v * dim, back, n * dim);
	for (size_t i = 0; i < n; i++)
		sum += (double)t->w[v + i] *
			squared_error(
				t->x + (v + i) * dim, back + i * dim, dim);
	return sum;
}

static double
weight_of(const struct trial *t, size_t v)
{
	return t->w ? (double)t->w[v] : 1;
}

static double
total_weight(const struct trial *t)
{
	double sum = 0;

	for (size_t v = 0; v < t->n; v++)
		sum += weight_of(t, v);
	return sum;
}

static void
trial_chunk(void *arg, size_t chunk, size_t worker)
{
	struct trial *t = arg;
	const struct quantizer *q = &t->m->quantizer;
	size_t v = chunk * CHUNK, dim = t->m->transform.dim;
	size_t n = t->n - v < CHUNK ? t->n - v : CHUNK;
	uint32_t *codes = t->codes + v * quantizer_columns(q);
	float *z = mem_floats(n * q->d), *back = mem_floats(n * dim);
	float *work = mem_floats(quantizer_work(q, n));

	(void)worker;
	net_encode(&t->m->net, t->x + v * dim, n, z);
	quantizer_encode(q, z, n, q->stages, codes, NULL, work);
	quantizer_decode(q, codes, quantizer_columns(q), n, q->stages, z);
	net_decode(&t->m->net, z, n, back);
	t->error[chunk] = rows_error(t, v, back, n);
	free(z);
	free(back);
	free(work);
}

/* What the codes of a column cost, a token. */
static double
codes_cost(const struct trial *t, size_t column, double total)
{
	const struct codebook *b = quantizer_book(&t->m->quantizer, column);
	size_t ld = quantizer_columns(&t->m->quantizer);
	double sum = 0;

	if (!b->bits || b->variants > 1)
		return 0;
	for (size_t v = 0; v < t->n; v++)
		sum += weight_of(t, v) *
			(double)b->bits[t->codes[v * ld + column]];
	return b->lambda * sum / total;
}

void
judge_codes(const struct model *m, struct pool *pool, const float *x,
	const float *w, size_t n, struct judgement *j, uint32_t *codes)
{
	const struct quantizer *q = &m->quantizer;
	size_t chunks = (n + CHUNK - 1) / CHUNK, columns = quantizer_columns(q);
	struct trial t = { .m = m, .x = x, .w = w, .n = n, .codes = codes };
	double total = total_weight(&t);

	*j = (struct judgement){ .tokens = n };
	t.error = mem_alloc(chunks, sizeof(*t.error));
	pool_run(pool, chunks, trial_chunk, &t);
	for (size_t i = 0; i < chunks; i++)
		j->error += t.error[i];
	j->error /= total;
	j->cost = j->error;
	for (size_t c = 0; c < columns; c++) {
		struct counts usage = { 0 };
		double bits;

		counts_add(&usage, t.codes + c, n, columns);
		bits = counts_entropy_bits(&usage);
		j->codes += quantizer_book(q, c)->k;
		j->cost += codes_cost(&t, c, total);
		j->used += usage.used;
		j->perplexity += exp2(bits) / (double)columns;
		j->entropy += bits;
		counts_free(&usage);
	}
	free(t.error);
}

void
judge_model(const struct model *m, struct pool *pool, const float *x, size_t n,
	struct judgement *j)
{
	size_t columns = quantizer_columns(&m->quantizer);
	uint32_t *codes = mem_alloc(n * columns, sizeof(*codes));

	judge_codes(m, pool, x, NULL, n, j, codes);
	free(codes);
}

double
judge_quality(const struct model *m, double error)
{
	const struct transform *t = &m->transform;
	double mse =
		error * (double)t->scale * (double)t->scale / (double)t->dim;

	switch (t->kind) {
	case ITEM_IMAGE: return -10 * log10(mse);
	case ITEM_AUDIO: return -10 * log10(error);
	default: return mse;
	}
}
