#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "kernel/exp.h"
#include "nn/loss.h"
#include "util/mem.h"

#define ROWS ((size_t)64) /* a task */
#define BLOCK ((size_t)64)

struct sums {
	double loss;
	size_t right;
};

struct task {
	const float *out;
	const uint32_t *class;
	const float *target;
	size_t n, c;
	float *d;
	struct sums *sums; /* [chunks] */
};

static size_t
largest(const float *x, size_t c)
{
	size_t best = 0;

	for (size_t i = 1; i < c; i++)
		if (x[i] > x[best])
			best = i;
	return best;
}

/* d = e^(x - top), unless NULL; returns the sum. */
static double
exps(const float *x, size_t c, float top, float *d)
{
	double sum = 0;
	float e[BLOCK];

	for (size_t i = 0; i < c; i += BLOCK) {
		size_t m = c - i < BLOCK ? c - i : BLOCK;

		for (size_t j = 0; j < m; j++)
			e[j] = x[i + j] - top;
		exp_floats(e, m, e);
		for (size_t j = 0; j < m; j++)
			sum += (double)e[j];
		for (size_t j = 0; d && j < m; j++)
			d[i + j] = e[j];
	}
	return sum;
}

/* nll = log sum_j e^(x_j - top) - (x_t - top):  dx = (softmax(x) - 1_t) / n */
static void
class_row(const struct task *t, size_t v, struct sums *s)
{
	const float *x = t->out + v * t->c;
	float *d = t->d ? t->d + v * t->c : NULL;
	size_t best = largest(x, t->c), class = t->class[v];
	float top = x[best], own, scale;
	double sum;

	assert(class < t->c);
	own = x[class]; /* d may be x */
	sum = exps(x, t->c, top, d);
	s->loss += log(sum) - ((double)own - (double)top);
	s->right += best == class;
	if (!d)
		return;
	scale = (float)(1 / (sum * (double)t->n));
	for (size_t i = 0; i < t->c; i++)
		d[i] *= scale;
	d[class] -= (float)(1 / (double)t->n);
}

static void
class_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t v = chunk * ROWS;
	size_t end = t->n - v < ROWS ? t->n : v + ROWS;
	struct sums s = { 0 };

	(void)worker;
	for (; v < end; v++)
		class_row(t, v, &s);
	t->sums[chunk] = s;
}

/* |x - target|^2 / n:  dx = 2 (x - target) / n */
static void
square_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t i = chunk * ROWS * t->c, all = t->n * t->c;
	size_t end = all - i < ROWS * t->c ? all : i + ROWS * t->c;
	float scale = (float)(2 / (double)t->n);
	double sum = 0;

	(void)worker;
	for (; i < end; i++) {
		float error = t->out[i] - t->target[i];

		sum += (double)error * (double)error;
		if (t->d)
			t->d[i] = error * scale;
	}
	t->sums[chunk] = (struct sums){ .loss = sum };
}

static struct sums
run(struct task *t, struct pool *pool, pool_fn *chunk)
{
	size_t chunks = (t->n + ROWS - 1) / ROWS;
	struct sums all = { 0 };

	t->sums = mem_alloc(chunks, sizeof(*t->sums));
	pool_run(pool, chunks, chunk, t);
	for (size_t i = 0; i < chunks; i++) {
		all.loss += t->sums[i].loss;
		all.right += t->sums[i].right;
	}
	free(t->sums);
	all.loss /= (double)t->n;
	return all;
}

double
loss_classes(struct pool *pool, const float *logits, const uint32_t *target,
	size_t n, size_t c, float *dlogits, size_t *right)
{
	struct task t = {
		.out = logits, .class = target, .n = n, .c = c, .d = dlogits
	};
	struct sums all = run(&t, pool, class_chunk);

	if (right)
		*right = all.right;
	return all.loss;
}

double
loss_squares(struct pool *pool, const float *out, const float *target, size_t n,
	size_t o, float *dout)
{
	struct task t = {
		.out = out, .target = target, .n = n, .c = o, .d = dout
	};

	return run(&t, pool, square_chunk).loss;
}
