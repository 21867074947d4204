#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/rounding.h"
#include "util/mem.h"

void
rounding_init(struct rounding *g, const uint32_t *levels, size_t dims)
{
	lattice_init(&g->lattice, levels, dims);
	g->value = mem_zfloats(dims * (g->lattice.most + 1));
	g->middle = mem_zalloc(dims, sizeof(*g->middle));
}

void
rounding_free(struct rounding *g)
{
	lattice_free(&g->lattice);
	free(g->value);
	free(g->middle);
	*g = (struct rounding){ 0 };
}

float *
rounding_value(const struct rounding *g, size_t i)
{
	return g->value + i * (g->lattice.most + 1);
}

float *
rounding_edge(const struct rounding *g, size_t i)
{
	return g->lattice.edge + i * g->lattice.most;
}

void
rounding_points(
	const struct rounding *g, const uint32_t *idx, size_t n, float *u)
{
	size_t w = g->lattice.dims;
	uint32_t level[LATTICE_MOST];

	for (size_t v = 0; v < n; v++) {
		lattice_levels(&g->lattice, idx[v], level);
		for (size_t i = 0; i < w; i++)
			u[v * w + i] = rounding_value(g, i)[level[i]];
	}
}

static void
read_points(const struct rounding *g, const struct learner *l, float *block,
	struct pool *pool, float *q)
{
	float *point = mem_floats(l->k * g->lattice.dims);
	uint32_t *idx = mem_alloc(l->k, sizeof(*idx));

	for (size_t j = 0; j < l->k; j++)
		idx[j] = (uint32_t)j;
	rounding_points(g, idx, l->k, point);
	bottleneck_table(l, block, pool, point, q);
	free(point);
	free(idx);
}

/* Rows of an orthonormal r [w, w], drawn at random: Gram and Schmidt, twice. */
static void
draw_rotation(double *r, size_t w, struct rng *rng)
{
	for (size_t i = 0; i < w; i++) {
		double *row = r + i * w, norm = 0;

		for (size_t j = 0; j < w; j++)
			row[j] = rng_normal(rng);
		for (size_t o = 0; o < 2 * i; o++) {
			const double *other = r + o % i * w;
			double dot = 0;

			for (size_t j = 0; j < w; j++)
				dot += row[j] * other[j];
			for (size_t j = 0; j < w; j++)
				row[j] -= dot * other[j];
		}
		for (size_t j = 0; j < w; j++)
			norm += row[j] * row[j];
		for (size_t j = 0; j < w; j++)
			row[j] /= sqrt(norm);
	}
}

/* x [w, d] = r x */
static void
rotate(const double *r, size_t w, float *x, size_t d)
{
	float *was = mem_floats(w * d);

	memcpy(was, x, w * d * sizeof(*x));
	for (size_t i = 0; i < w * d; i++) {
		double sum = 0;

		for (size_t o = 0; o < w; o++)
			sum += r[i / d * w + o] * (double)was[o * d + i % d];
		x[i] = (float)sum;
	}
	free(was);
}

/* The codes of x by P and p0; U and u0 for them.  *error is what is left. */
static int
fit(const struct rounding *g, struct learner *l, const float *x, size_t n,
	struct pool *pool, double *error, struct err *e)
{
	size_t w = g->lattice.dims;
	float *u = mem_floats(n * w), *q = mem_floats(l->k * l->d);
	uint32_t *idx = mem_alloc(n, sizeof(*idx));
	int status;

	bottleneck_in(l, pool, x, n, u);
	lattice_find(&g->lattice, u, n, idx);
	rounding_points(g, idx, n, u);
	status = bottleneck_fit(l, x, u, n, e);
	read_points(g, l, l->ps->w, pool, q);
	*error = 0;
	for (size_t i = 0; i < n * l->d; i++) {
		double off = (double)x[i] -
			(double)q[idx[i / l->d] * l->d + i % l->d];

		*error += off * off;
	}
	free(u);
	free(q);
	free(idx);
	return status;
}

/* y = r w + middle, of principal components w of variance 1; r NULL: w. */
static int
start_with(const struct rounding *g, struct learner *l, const double *r,
	const float *x, size_t n, struct pool *pool, double *error,
	struct err *e)
{
	float *p = params_in(l->ps, l->ps->w, l->neck.in);
	float *p0 = params_in(l->ps, l->ps->w, l->neck.in_bias);
	size_t w = l->neck.width;
	double *variance = mem_alloc(w, sizeof(*variance));
	int status = bottleneck_start(l, x, n, variance, e);

	bottleneck_whiten(l, variance);
	free(variance);
	if (status != 0)
		return -1;
	if (r) {
		rotate(r, w, p, l->d);
		rotate(r, w, p0, 1);
	}
	for (size_t i = 0; i < w; i++)
		p0[i] += (float)g->middle[i];
	return fit(g, l, x, n, pool, error, e);
}

static int
start_best(const struct rounding *g, struct learner *l, const float *x,
	size_t n, struct rng *rng, struct pool *pool, struct err *e)
{
	size_t w = l->neck.width;
	double *r = mem_alloc(w * w, sizeof(*r)), plain, rotated;
	int status;

	draw_rotation(r, w, rng);
	status = start_with(g, l, NULL, x, n, pool, &plain, e);
	if (status == 0)
		status = start_with(g, l, r, x, n, pool, &rotated, e);
	if (status == 0 && !(rotated < plain))
		status = start_with(g, l, NULL, x, n, pool, &plain, e);
	free(r);
	return status;
}

static void
face_edges(const struct rounding *g, const struct learner *l, float *block,
	struct codebook *b)
{
	const struct lattice *from = &g->lattice;

	bottleneck_face(l, block, b);
	lattice_free(&b->lattice);
	lattice_init(&b->lattice, from->levels, from->dims);
	memcpy(b->lattice.edge, from->edge,
		from->dims * from->most * sizeof(*from->edge));
}

int
rounding_start(struct learner *l, const float *x, size_t n, struct rng *rng,
	struct pool *pool, struct err *e)
{
	struct rounding g;
	int status;

	l->type->round(l, &g);
	status = start_best(&g, l, x, n, rng, pool, e);
	rounding_free(&g);
	return status;
}

void
rounding_read(
	const struct learner *l, float *block, struct pool *pool, float *q)
{
	struct rounding g;

	l->type->round(l, &g);
	read_points(&g, l, block, pool, q);
	rounding_free(&g);
}

void
rounding_face(const struct learner *l, float *block, struct pool *pool,
	struct codebook *b)
{
	struct rounding g;

	(void)pool;
	l->type->round(l, &g);
	face_edges(&g, l, block, b);
	rounding_free(&g);
}
