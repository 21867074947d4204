#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/axpy.h"
#include "nn/act.h"
#include "nn/dense.h"
#include "quant/basis_linear.h"
#include "quant/basis_mlp.h"
#include "util/mem.h"

#define WIDER ((size_t)4)   /* hidden numbers, for one of a code */
#define CODES ((size_t)256) /* a task */

/* Rows, from l->more on. */
enum { V, A, U };

/* The layers, without their panels. */
struct mlp {
	struct dense v, u;
};

static struct mlp
mlp_of(const struct learner *l)
{
	size_t h = WIDER * l->d, at = l->more;

	return (struct mlp){
		.v = { .in = l->d, .out = h, .weight = at + V, .bias = at + A },
		.u = { .in = h,
			.out = l->d,
			.weight = at + U,
			.bias = DENSE_NONE }
	};
}

static void
add(struct learner *l, const char *prefix)
{
	struct dense layer;
	char name[64];

	basis_linear_add(l, prefix, 1, true);
	l->more = l->ps->count;
	snprintf(name, sizeof(name), "%sembedding_mlp.fc1", prefix);
	dense_add(&layer, l->ps, PARAM_QUANT, name, l->d, WIDER * l->d, true);
	snprintf(name, sizeof(name), "%sembedding_mlp.fc2", prefix);
	dense_add(&layer, l->ps, PARAM_QUANT, name, WIDER * l->d, l->d, false);
}

/* V as a linear layer, so that U can learn; U = 0. */
static void
start(struct learner *l, const float *q)
{
	struct mlp m = mlp_of(l);
	struct rng r;

	basis_linear_start(l, q);
	rng_seed(&r, 1, l->stage);
	dense_random(&m.v, l->ps, &r);
	memset(params_in(l->ps, l->ps->w, m.u.weight), 0,
		m.u.in * m.u.out * sizeof(float));
}

static void
random_table(struct learner *l, struct rng *r)
{
	struct mlp m = mlp_of(l);
	float *a = params_in(l->ps, l->ps->w, m.v.bias);

	basis_linear_random(l, r);
	dense_random(&m.v, l->ps, r);
	for (size_t i = 0; i < m.v.out; i++)
		a[i] = (float)((2 * rng_unit(r) - 1) / sqrt((double)l->d));
	dense_random(&m.u, l->ps, r);
}

struct table {
	const struct mlp *m;
	const float *c;
	size_t k, d;
	float *q;
};

static void
read_chunk(void *arg, size_t chunk, size_t worker)
{
	const struct table *t = arg;
	size_t j = chunk * CODES, n = t->k - j < CODES ? t->k - j : CODES;
	float *h = mem_floats(n * t->m->v.out), *y = mem_floats(n * t->d);

	(void)worker;
	dense_rows(&t->m->v, t->c + j * t->d, n, h);
	act_rows(ACT_GELU, h, n * t->m->v.out, h);
	dense_rows(&t->m->u, h, n, y);
	axpy(1, y, n * t->d, t->q + j * t->d);
	free(h);
	free(y);
}

static void
read_table(const struct learner *l, float *block, struct pool *pool, float *q)
{
	struct mlp m = mlp_of(l);
	struct params ps = *l->ps;
	struct table t = { &m, params_in(l->ps, block, l->table), l->k, l->d,
		q };

	ps.w = block;
	basis_linear_read(l, block, pool, q);
	dense_pack(&m.v, &ps);
	dense_pack(&m.u, &ps);
	pool_run(pool, (l->k + CODES - 1) / CODES, read_chunk, &t);
	dense_free(&m.v);
	dense_free(&m.u);
}

/* q += U y,  y = gelu(h),  h = V c + a  with c = C[idx]:
 * dU += dq^T y;  dh = dq U gelu'(h);  dV += dh^T c;  da += dh;
 * dC[idx] += dh V */
static void
backward(struct learner *l, struct pool *pool, const uint32_t *idx,
	const float *dq, size_t n)
{
	struct mlp m = mlp_of(l);
	const float *table = params_in(l->ps, l->ps->w, l->table);
	size_t wide = m.v.out;
	float *c = mem_floats(n * l->d), *h = mem_floats(n * wide);
	float *y = mem_floats(n * wide), *dh = mem_zfloats(n * wide);
	float *dc = l->o.freeze_table ? NULL : mem_zfloats(n * l->d);

	for (size_t v = 0; v < n; v++)
		memcpy(c + v * l->d, table + idx[v] * l->d, l->d * sizeof(*c));
	dense_pack(&m.v, l->ps);
	dense_forward(&m.v, pool, c, n, h);
	act_rows(ACT_GELU, h, n * wide, y);
	dense_backward(&m.u, l->ps, pool, y, dq, n, dh);
	act_backward(ACT_GELU, h, n * wide, dh);
	dense_backward(&m.v, l->ps, pool, c, dh, n, dc);
	if (dc)
		learner_scatter(pool, idx, dc, n, l->d, 1,
			params_in(l->ps, l->ps->g, l->table));
	basis_linear_backward(l, pool, idx, dq, n);
	dense_free(&m.v);
	free(c);
	free(h);
	free(y);
	free(dh);
	free(dc);
}

static void
save(const struct learner *l, float *block, const float *q, const char *prefix,
	struct record *to)
{
	static const char *const name[] = { "embedding_mlp.fc1.weight",
		"embedding_mlp.fc1.bias", "embedding_mlp.fc2.weight" };

	basis_linear_save(l, block, q, prefix, to);
	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		const struct param *p = &l->ps->row[l->more + i];

		learner_save_tensor(to, prefix, name[i],
			params_in(l->ps, block, l->more + i),
			i == A ? 0 : p->rows, p->cols);
	}
}

const struct basis basis_mlp = {
	.name = "mlp",
	.add = add,
	.start = start,
	.random = random_table,
	.read = read_table,
	.backward = backward,
	.save = save,
};
