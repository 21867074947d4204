#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nn/adam.h"
#include "util/mem.h"

#define CHUNK ((size_t)16384) /* weights a task */
#define BLOCK ((size_t)16)
#define DEEP 0.01 /* of the codebook's rate: basis_bridge.h */

void
adam_init(struct adam *a, double net_rate, double quant_rate)
{
	*a = (struct adam){
		.rate = { [PARAM_NET] = net_rate,
			[PARAM_QUANT] = quant_rate,
			[PARAM_ROUTER] = net_rate,
			[PARAM_DEEP] = quant_rate * DEEP },
		.beta1 = 0.9,
		.beta2 = 0.99,
		.epsilon = 1e-8,
		.clip = 1,
		.average = 0.999,
		.warm_up = 200,
		.factor = 1,
	};
}

double
adam_rate(const struct adam *a, enum param_group group)
{
	double warm = 1;

	if (a->warm_up && a->step < a->warm_up)
		warm = (double)(a->step + 1) / (double)a->warm_up;
	return a->rate[group] * warm * a->factor;
}

struct update {
	struct params *p;
	float b1, b2, eps, scale, decay;
	float rate[PARAM_GROUPS]; /* with warm-up and bias correction */
	float correction;         /* 1 / sqrt(1 - beta2^t) */
	double *norm;             /* [chunks] sums of squares */
};

/* m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= rate m / (sqrt v + eps) */
static inline void
update_some(const struct update *u, float rate, size_t n,
	const float *restrict grad, float *restrict m, float *restrict v,
	float *restrict w, float *restrict avg)
{
	float correction = u->correction, eps = u->eps, scale = u->scale;
	float b1 = 1 - u->b1, b2 = 1 - u->b2, decay = 1 - u->decay;

	for (size_t i = 0; i < n; i++) {
		float g = grad[i] * scale;

		m[i] += b1 * (g - m[i]);
		v[i] += b2 * (g * g - v[i]);
		w[i] -= rate * m[i] / (sqrtf(v[i]) * correction + eps);
		avg[i] += decay * (w[i] - avg[i]);
	}
}

/* Whole blocks are a loop that compilers make vectors of. */
static void
update_range(const struct update *u, float rate, size_t from, size_t end,
	bool has_gradient)
{
	static const float zeros[BLOCK];
	const struct params *p = u->p;
	size_t i = from;

	for (; i + BLOCK <= end; i += BLOCK)
		update_some(u, rate, BLOCK, has_gradient ? p->g + i : zeros,
			p->m + i, p->v + i, p->w + i, p->avg + i);
	update_some(u, rate, end - i, has_gradient ? p->g + i : zeros, p->m + i,
		p->v + i, p->w + i, p->avg + i);
	if (has_gradient)
		memset(p->g + from, 0, (end - from) * sizeof(*p->g));
}

/* Row r's part of a chunk: a .. b-1, empty where a >= b. */
static void
part_of(const struct param *row, size_t chunk, size_t *a, size_t *b)
{
	size_t from = chunk * CHUNK, end = from + CHUNK;

	*a = row->at > from ? row->at : from;
	*b = row->at + row->size < end ? row->at + row->size : end;
}

/* The end of the range from i on, within b, that has a gradient or has none. */
static size_t
alike(const struct param *row, size_t i, size_t b, bool *has_gradient)
{
	size_t j = (i - row->at) / (row->cols ? row->cols : 1), end;

	*has_gradient = !row->touched || row->touched[j];
	if (!row->touched)
		return b;
	while (++j < row->rows && row->touched[j] == *has_gradient)
		;
	end = row->at + j * row->cols;
	return end < b ? end : b;
}

static void
norm_chunk(void *arg, size_t chunk, size_t worker)
{
	struct update *u = arg;
	double sum = 0;

	(void)worker;
	for (size_t r = 0; r < u->p->count; r++) {
		const struct param *row = &u->p->row[r];
		size_t a, b, end;
		bool has;

		part_of(row, chunk, &a, &b);
		if (row->group == PARAM_FIXED)
			continue;
		for (; a < b; a = end) {
			end = alike(row, a, b, &has);
			for (size_t i = a; i < end && has; i++)
				sum += (double)u->p->g[i] * (double)u->p->g[i];
		}
	}
	u->norm[chunk] = sum;
}

static void
update_chunk(void *arg, size_t chunk, size_t worker)
{
	struct update *u = arg;

	(void)worker;
	for (size_t r = 0; r < u->p->count; r++) {
		const struct param *row = &u->p->row[r];
		size_t a, b, end;
		bool has;

		part_of(row, chunk, &a, &b);
		for (; a < b; a = end) {
			end = alike(row, a, b, &has);
			if (row->group != PARAM_FIXED)
				update_range(
					u, u->rate[row->group], a, end, has);
			else if (has)
				memset(u->p->g + a, 0,
					(end - a) * sizeof(*u->p->g));
		}
	}
}

static double
gradient_norm(struct update *u, size_t chunks, struct pool *pool)
{
	double sum = 0;

	u->norm = mem_alloc(chunks, sizeof(*u->norm));
	pool_run(pool, chunks, norm_chunk, u);
	for (size_t i = 0; i < chunks; i++)
		sum += u->norm[i];
	free(u->norm);
	return sqrt(sum);
}

double
adam_step(struct adam *a, struct params *p, struct pool *pool)
{
	size_t chunks = (p->total + CHUNK - 1) / CHUNK;
	double t = (double)(a->step + 1), norm;
	struct update u = { .p = p,
		.b1 = (float)a->beta1,
		.b2 = (float)a->beta2,
		.eps = (float)a->epsilon,
		.scale = 1 };

	norm = gradient_norm(&u, chunks, pool);
	if (!isfinite(norm)) {
		params_drop_gradient(p);
		return norm;
	}
	if (a->clip > 0 && norm > a->clip)
		u.scale = (float)(a->clip / norm);
	for (int i = 0; i < PARAM_GROUPS; i++)
		u.rate[i] = (float)(adam_rate(a, (enum param_group)i) /
			(1 - pow(a->beta1, t)));
	u.correction = (float)(1 / sqrt(1 - pow(a->beta2, t)));
	u.decay = (float)fmin(a->average, t / (t + 9));
	pool_run(pool, chunks, update_chunk, &u);
	params_untouch(p);
	a->step++;
	return norm;
}
