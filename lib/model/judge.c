#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/judge.h"
#include "stats/counts.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* vectors a task */

struct trial {
	const struct model *m;
	const struct sample *s;
	uint32_t *codes; /* [n, columns] */
	double *error;   /* [chunks] */
	double loss;     /* where the sample has one */
	float *z, *back; /* net conv: [n, d], [n, dim] */
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

	if (!t->s->w)
		return squared_error(t->s->x + v * dim, back, n * dim);
	for (size_t i = 0; i < n; i++)
		sum += (double)t->s->w[v + i] *
			squared_error(
				t->s->x + (v + i) * dim, back + i * dim, dim);
	return sum;
}

static double
weight_of(const struct trial *t, size_t v)
{
	return t->s->w ? (double)t->s->w[v] : 1;
}

static double
total_weight(const struct trial *t)
{
	double sum = 0;

	for (size_t v = 0; v < t->s->n; v++)
		sum += weight_of(t, v);
	return sum;
}

static size_t
rows_in(const struct trial *t, size_t chunk)
{
	size_t left = t->s->n - chunk * CHUNK;

	return left < CHUNK ? left : CHUNK;
}

/* z [rows of the chunk, d] to codes, and to what they stand for. */
static void
quantize(const struct trial *t, size_t chunk, float *z)
{
	const struct quantizer *q = &t->m->quantizer;
	size_t n = rows_in(t, chunk), columns = quantizer_columns(q);
	uint32_t *codes = t->codes + chunk * CHUNK * columns;
	float *work = mem_floats(quantizer_work(q, n));

	quantizer_encode(q, z, n, q->stages, codes, NULL, work);
	quantizer_decode(q, codes, columns, n, q->stages, z);
	free(work);
}

static void
trial_chunk(void *arg, size_t chunk, size_t worker)
{
	struct trial *t = arg;
	size_t v = chunk * CHUNK, dim = t->m->transform.dim;
	size_t n = rows_in(t, chunk);
	float *z = mem_floats(n * t->m->net.d), *back = mem_floats(n * dim);

	(void)worker;
	net_encode(&t->m->net, t->s->x + v * dim, n, z);
	quantize(t, chunk, z);
	net_decode(&t->m->net, z, n, back);
	t->error[chunk] = rows_error(t, v, back, n);
	free(z);
	free(back);
}

static void
quantize_chunk(void *arg, size_t chunk, size_t worker)
{
	struct trial *t = arg;

	(void)worker;
	quantize(t, chunk, t->z + chunk * CHUNK * t->m->net.d);
}

static void
error_chunk(void *arg, size_t chunk, size_t worker)
{
	struct trial *t = arg;
	size_t v = chunk * CHUNK;

	(void)worker;
	t->error[chunk] = rows_error(
		t, v, t->back + v * t->m->transform.dim, rows_in(t, chunk));
}

/* A net that sees neighbours: step by step. */
static void
try_grid(struct trial *t, struct pool *pool, size_t chunks)
{
	const struct net *net = &t->m->net;
	struct grid g = sample_grid(t->s);

	t->z = mem_floats(t->s->n * net->d);
	t->back = mem_floats(t->s->n * net->dim);
	net_encode_grid(net, pool, t->s->x, g, t->z);
	pool_run(pool, chunks, quantize_chunk, t);
	net_decode_grid(net, pool, t->z, g, t->back);
	pool_run(pool, chunks, error_chunk, t);
	if (t->s->loss)
		t->loss = field_loss_run(
			t->s->loss, pool, t->s->x, t->back, g, NULL);
	free(t->z);
	free(t->back);
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
	for (size_t v = 0; v < t->s->n; v++)
		sum += weight_of(t, v) *
			(double)b->bits[t->codes[v * ld + column]];
	return b->lambda * sum / total;
}

void
judge_codes(const struct model *m, struct pool *pool, const struct sample *s,
	struct judgement *j, uint32_t *codes)
{
	const struct quantizer *q = &m->quantizer;
	size_t n = s->n, chunks = (n + CHUNK - 1) / CHUNK;
	size_t columns = quantizer_columns(q);
	struct trial t = { .m = m, .s = s, .codes = codes };
	double total = total_weight(&t);

	*j = (struct judgement){ .tokens = n };
	t.error = mem_alloc(chunks, sizeof(*t.error));
	if (m->net.type == NET_CONV)
		try_grid(&t, pool, chunks);
	else
		pool_run(pool, chunks, trial_chunk, &t);
	for (size_t i = 0; i < chunks; i++)
		j->error += t.error[i];
	j->error /= total;
	j->loss = s->loss ? t.loss : j->error;
	j->cost = j->loss;
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

	judge_codes(m, pool, &(struct sample){ .x = x, .n = n }, j, codes);
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
