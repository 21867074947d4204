#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "kernel/wide.h"
#include "nn/norm.h"
#include "util/mem.h"

#define EPSILON 1e-5
#define ROWS ((size_t)128) /* a task */
#define LANES ((size_t)8)  /* sums side by side, added in order */

static size_t
add_row(struct params *p, enum param_group g, const char *name,
	const char *part, size_t d)
{
	char full[sizeof(p->row->name)];

	snprintf(full, sizeof(full), "%s.%s", name, part);
	return params_add(p, g, full, 1, d);
}

void
norm_add(struct norm *l, struct params *p, enum param_group g, const char *name,
	size_t d)
{
	l->d = d;
	l->gain = add_row(p, g, name, "weight", d);
	l->bias = add_row(p, g, name, "bias", d);
}

void
norm_start(const struct norm *l, struct params *p)
{
	float *gain = params_in(p, p->w, l->gain);

	for (size_t i = 0; i < l->d; i++)
		gain[i] = 1;
	memset(params_in(p, p->w, l->bias), 0, l->d * sizeof(*gain));
}

WIDE_INLINE double
all_lanes(double *sum)
{
	for (size_t j = 1; j < LANES; j++)
		sum[0] += sum[j];
	return sum[0];
}

WIDE_INLINE double
mean_of(const float *x, size_t d)
{
	double sum[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= d; i += LANES)
		for (size_t j = 0; j < LANES; j++)
			sum[j] += (double)x[i + j];
	for (size_t j = 0; i + j < d; j++)
		sum[j] += (double)x[i + j];
	return all_lanes(sum) / (double)d;
}

WIDE_INLINE double
variance_of(const float *x, size_t d, double mean)
{
	double sum[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= d; i += LANES)
		for (size_t j = 0; j < LANES; j++) {
			double t = (double)x[i + j] - mean;

			sum[j] += t * t;
		}
	for (size_t j = 0; i + j < d; j++) {
		double t = (double)x[i + j] - mean;

		sum[j] += t * t;
	}
	return all_lanes(sum) / (double)d;
}

/* What a row is shifted and scaled by. */
struct scaling {
	float mean, by; /* by = 1 / sqrt(var + eps) */
};

WIDE_INLINE struct scaling
scaling_of(const float *x, size_t d)
{
	double mean = mean_of(x, d), var = variance_of(x, d, mean);

	return (struct scaling){ (float)mean,
		(float)(1 / sqrt(var + EPSILON)) };
}

WIDE_INLINE void
forward_some(struct scaling s, size_t n, const float *x, const float *gain,
	const float *bias, float *y)
{
	float t[LANES] = { 0 };

	for (size_t i = 0; i < n; i++)
		t[i] = gain[i] * ((x[i] - s.mean) * s.by) + bias[i];
	memcpy(y, t, n * sizeof(*y));
}

WIDE_INLINE void
rows_all(const float *gain, const float *bias, size_t d, const float *x,
	size_t n, float *y)
{
	for (; n; n--, x += d, y += d) {
		struct scaling s = scaling_of(x, d);
		size_t i;

		for (i = 0; i + LANES <= d; i += LANES)
			forward_some(
				s, LANES, x + i, gain + i, bias + i, y + i);
		forward_some(s, d - i, x + i, gain + i, bias + i, y + i);
	}
}

WIDE_VERSIONS(void, rows_all,
	(const float *gain, const float *bias, size_t d, const float *x,
		size_t n, float *y),
	rows_all(gain, bias, d, x, n, y))

void
norm_rows(const struct norm *l, const struct params *p, const float *x,
	size_t n, float *y)
{
	const float *gain = params_in(p, p->w, l->gain);
	const float *bias = params_in(p, p->w, l->bias);

	WIDE_CALL(rows_all, (gain, bias, l->d, x, n, y));
}

struct task {
	const struct norm *l;
	struct params *p;
	const float *x, *dy;
	size_t n;
	float *y, *dx;
	float *part; /* [chunks, 2, d]: gradients of gain and bias */
};

static void
forward_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t v = chunk * ROWS, at = v * t->l->d;

	(void)worker;
	norm_rows(t->l, t->p, t->x + at, t->n - v < ROWS ? t->n - v : ROWS,
		t->y + at);
}

void
norm_forward(const struct norm *l, const struct params *p, struct pool *pool,
	const float *x, size_t n, float *y)
{
	struct params same = *p;
	struct task t = { .l = l, .p = &same, .x = x, .n = n, .y = y };

	pool_run(pool, (n + ROWS - 1) / ROWS, forward_chunk, &t);
}

/* The means over a row of  a = dy gain  and of  a xhat. */
WIDE_INLINE void
back_means(struct scaling s, size_t d, const float *x, const float *dy,
	const float *gain, float *mean, float *along)
{
	double sum[LANES] = { 0 }, dot[LANES] = { 0 };
	size_t i = 0;

	for (; i + LANES <= d; i += LANES)
		for (size_t j = 0; j < LANES; j++) {
			float a = dy[i + j] * gain[i + j];

			sum[j] += (double)a;
			dot[j] += (double)(a * ((x[i + j] - s.mean) * s.by));
		}
	for (size_t j = 0; i + j < d; j++) {
		float a = dy[i + j] * gain[i + j];

		sum[j] += (double)a;
		dot[j] += (double)(a * ((x[i + j] - s.mean) * s.by));
	}
	*mean = (float)(all_lanes(sum) / (double)d);
	*along = (float)(all_lanes(dot) / (double)d);
}

/* y = gain xhat + bias:  dbias += dy;  dgain += dy xhat;
 * dx += by (a - mean(a) - xhat mean(a xhat)) with a = dy gain */
WIDE_INLINE void
back_some(struct scaling s, size_t n, float mean, float along,
	const float *restrict x, const float *restrict dy,
	const float *restrict gain, float *restrict dgain,
	float *restrict dbias, float *restrict dx)
{
	for (size_t i = 0; i < n; i++) {
		float hat = (x[i] - s.mean) * s.by;

		dbias[i] += dy[i];
		dgain[i] += dy[i] * hat;
		dx[i] += s.by * (dy[i] * gain[i] - mean - hat * along);
	}
}

/* part [2, d]: of gain, then of bias. */
WIDE_INLINE void
back_all(const float *gain, size_t d, const float *x, const float *dy, size_t n,
	float *part, float *dx)
{
	float *dbias = part + d, mean, along;

	for (; n; n--, x += d, dy += d, dx += d) {
		struct scaling s = scaling_of(x, d);
		size_t i;

		back_means(s, d, x, dy, gain, &mean, &along);
		for (i = 0; i + LANES <= d; i += LANES)
			back_some(s, LANES, mean, along, x + i, dy + i,
				gain + i, part + i, dbias + i, dx + i);
		back_some(s, d - i, mean, along, x + i, dy + i, gain + i,
			part + i, dbias + i, dx + i);
	}
}

WIDE_VERSIONS(void, back_all,
	(const float *gain, size_t d, const float *x, const float *dy, size_t n,
		float *part, float *dx),
	back_all(gain, d, x, dy, n, part, dx))

void
norm_back_rows(const struct norm *l, const struct params *p, const float *x,
	const float *dy, size_t n, float *part, float *dx)
{
	const float *gain = params_in(p, p->w, l->gain);

	WIDE_CALL(back_all, (gain, l->d, x, dy, n, part, dx));
}

static void
back_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	size_t d = t->l->d, v = chunk * ROWS;

	(void)worker;
	norm_back_rows(t->l, t->p, t->x + v * d, t->dy + v * d,
		t->n - v < ROWS ? t->n - v : ROWS, t->part + 2 * chunk * d,
		t->dx + v * d);
}

void
norm_backward(const struct norm *l, struct params *p, struct pool *pool,
	const float *x, const float *dy, size_t n, float *dx)
{
	size_t chunks = (n + ROWS - 1) / ROWS, d = l->d;
	struct task t = { .l = l, .p = p, .x = x, .dy = dy, .n = n, .dx = dx };

	t.part = mem_zfloats(chunks * 2 * d);
	pool_run(pool, chunks, back_chunk, &t);
	for (size_t c = 0; c < chunks; c++) {
		const float *part = t.part + 2 * c * d;

		axpy(1, part, d, params_in(p, p->g, l->gain));
		axpy(1, part + d, d, params_in(p, p->g, l->bias));
	}
	free(t.part);
}
