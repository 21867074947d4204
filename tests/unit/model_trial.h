/*
 * model_trial.h - one step of training with small random weights, and its
 * formula (step.h, trainer.h, estimator.h) in double precision, with the chosen
 * codes and all stopped gradients held fixed.
 */
#ifndef MODEL_TRIAL_H
#define MODEL_TRIAL_H

#include "model/step.h"
#include "numbers.h"

#define ROWS 300 /* two chunks */
#define DIM 50   /* D * DIM: two tasks of a sum */
#define D 6
#define WIDTH 3 /* numbers in a group */
#define STAGES 2
#define GROUPS 2
#define COLUMNS (STAGES * GROUPS)
#define K 11

struct trial {
	struct step s;
	struct params ps;
	struct quantizer q;
	struct learner learner[COLUMNS];
};

HELP void
add_learners(struct trial *t, const char *type)
{
	for (size_t c = 0; c < quantizer_books(&t->q); c++) {
		struct learner *l = &t->learner[c];
		char prefix[40];

		*l = (struct learner){ .type = learner_find(type),
			.k = K,
			.d = WIDTH,
			.batch = ROWS,
			.ps = &t->ps };
		snprintf(prefix, sizeof(prefix), "quantize.%zu.", c);
		l->type->add(l, prefix);
	}
}

/* Random weights; the tables of q are those of the learners.  shared: stages
 * have one. */
HELP void
trial_open_as(struct trial *t, struct rng *r, const char *type,
	enum net_type net, bool shared)
{
	*t = (struct trial){ .s = { .net = net,
				     .n = ROWS,
				     .dim = net == NET_NONE ? D : DIM,
				     .d = D,
				     .q = &t->q,
				     .learner = t->learner,
				     .ps = &t->ps,
				     .recon_scale = 0.7,
				     .vq_scale = 1.3,
				     .beta = 0.4,
				     .stage_dropout = 0.5 } };
	quantizer_init(&t->q, STAGES, GROUPS, D);
	if (shared)
		quantizer_share(&t->q);
	t->q.order = mem_alloc(D, sizeof(*t->q.order));
	for (size_t i = 0; i < D; i++)
		t->q.order[i] = i;
	rng_shuffle(r, t->q.order, D);
	t->s.encoder = params_add(&t->ps, PARAM_NET, "a", D, DIM);
	t->s.decoder = params_add(&t->ps, PARAM_NET, "b", DIM, D);
	add_learners(t, type);
	params_build(&t->ps);
	fill(r, t->ps.w, t->ps.total, 0.4);
	for (size_t c = 0; c < quantizer_books(&t->q); c++) {
		float table[K * WIDTH];

		t->learner[c].type->read(&t->learner[c], t->ps.w, NULL, table);
		quantizer_set(&t->q, c, table, K);
	}
	step_init(&t->s);
	fill(r, t->s.x, ROWS * t->s.dim, 1);
}

HELP void
trial_open(struct trial *t, struct rng *r, const char *type, enum net_type net)
{
	trial_open_as(t, r, type, net, false);
}

HELP void
trial_close(struct trial *t)
{
	step_free(&t->s);
	params_free(&t->ps);
	quantizer_free(&t->q);
}

/* Code idx of a column, from the weights. */
HELP void
code(const struct trial *t, const double *w, size_t c, size_t idx, double *q)
{
	const struct learner *l = &t->learner[c % quantizer_books(&t->q)];
	const double *row = w + t->ps.row[l->table].at + idx * WIDTH;

	for (size_t i = 0; i < WIDTH; i++) {
		q[i] = row[i];
		if (l->type != &learner_simvq)
			continue;
		q[i] = w[t->ps.row[l->bias].at + i];
		for (size_t j = 0; j < WIDTH; j++)
			q[i] += w[t->ps.row[l->proj].at + i * WIDTH + j] *
				row[j];
	}
}

HELP void
latent(const struct trial *t, const double *w, size_t v, double *z)
{
	const float *x = t->s.x + v * t->s.dim;

	for (size_t i = 0; i < D; i++) {
		z[i] = t->s.net == NET_NONE ? (double)x[i] : 0;
		for (size_t j = 0; j < DIM && t->s.net != NET_NONE; j++)
			z[i] += w[t->ps.row[t->s.encoder].at + i * DIM + j] *
				(double)x[j];
	}
}

/* B u for the decoder of w. */
HELP double
decoded(const struct trial *t, const double *w, const double *u, size_t j)
{
	double sum = 0;

	if (t->s.net == NET_NONE)
		return u[j];
	for (size_t i = 0; i < D; i++)
		sum += w[t->ps.row[t->s.decoder].at + j * D + i] * u[i];
	return sum;
}

/* What comes out of the quantizer: z and q as they are now, z0 and q0 stopped;
 * out is [D]. */
HELP void
estimated(enum estimator how, const double *z, const double *q,
	const double *z0, const double *q0, double *out)
{
	double nz = 0, nq = 0, nr = 0, rz = 0, zz = 0, left = 0, left0 = 0;
	double r[D];

	for (size_t i = 0; i < D; i++) {
		nz += z0[i] * z0[i];
		nq += q0[i] * q0[i];
		left += (q[i] - z[i]) * (q[i] - z[i]);
		left0 += (q0[i] - z0[i]) * (q0[i] - z0[i]);
	}
	nz = sqrt(nz);
	nq = sqrt(nq);
	for (size_t i = 0; i < D; i++) {
		r[i] = z0[i] / nz + q0[i] / nq;
		nr += r[i] * r[i];
	}
	for (size_t i = 0; i < D; i++) {
		r[i] /= sqrt(nr);
		rz += r[i] * z[i];
		zz += z0[i] / nz * z[i];
	}
	for (size_t i = 0; i < D; i++) {
		double u = (q0[i] - z0[i]) / sqrt(left0);

		if (how == ESTIMATOR_STE)
			out[i] = q0[i] + z[i] - z0[i];
		else if (how == ESTIMATOR_ROTATION)
			out[i] = nq / nz *
				(z[i] - 2 * r[i] * rz + 2 * q0[i] / nq * zz);
		else
			out[i] = z[i] + sqrt(left) * u;
	}
}

struct losses {
	double recon, vq, entropy;
};

/* One token with weights w, everything stopped from w0.  Gradients flow
 * through w alone: the codes as the quantizer's own loss, z, and B. */
HELP void
token(const struct trial *t, const double *w, const double *w0, size_t v,
	struct losses *sum)
{
	const struct step *s = &t->s;
	double z[D], z0[D], left[D], q[WIDTH], q0[WIDTH], out[D];
	double seen[D] = { 0 }, seen0[D] = { 0 };

	latent(t, w, v, z);
	latent(t, w0, v, z0);
	memcpy(left, z0, sizeof(left));
	for (size_t c = 0; c < COLUMNS; c++) {
		size_t from = c % GROUPS * WIDTH;

		code(t, w, c, s->idx[c][v], q);
		code(t, w0, c, s->idx[c][v], q0);
		for (size_t i = 0; i < WIDTH; i++) {
			size_t at = t->q.order[from + i];

			sum->vq += s->vq_scale * (q[i] - left[at]) *
				(q[i] - left[at]);
			left[at] -= q0[i];
			if (c / GROUPS < s->depth[v]) {
				seen[at] += q[i];
				seen0[at] += q0[i];
			}
		}
	}
	for (size_t i = 0; i < D; i++)
		sum->vq += s->vq_scale * s->beta * (seen0[i] - z[i]) *
			(seen0[i] - z[i]);
	estimated(s->estimator, z, seen, z0, seen0, out);
	for (size_t j = 0; j < s->dim; j++) {
		double e = decoded(t, w, out, j) - (double)s->x[v * s->dim + j];

		sum->recon += s->recon_scale * e * e;
	}
}

/* What a column is asked to quantize: z now, less the codes before, stopped. */
HELP void
remainder_of(const struct trial *t, const double *w, const double *w0,
	size_t column, size_t v, double *r)
{
	double z[D], q[WIDTH];
	size_t from = column % GROUPS * WIDTH;

	latent(t, w, v, z);
	for (size_t i = 0; i < WIDTH; i++)
		r[i] = z[t->q.order[from + i]];
	for (size_t c = column % GROUPS; c < column; c += GROUPS) {
		code(t, w0, c, t->s.idx[c][v], q);
		for (size_t i = 0; i < WIDTH; i++)
			r[i] -= q[i];
	}
}

HELP double
square_to(const struct trial *t, const double *w, size_t column,
	const double *r, size_t idx)
{
	double q[WIDTH], sum = 0;

	code(t, w, column, idx, q);
	for (size_t i = 0; i < WIDTH; i++)
		sum += (r[i] - q[i]) * (r[i] - q[i]);
	return sum;
}

/* (mean_v H(p_v) - H(mean_v p_v)) / log K of a column: step_entropy.h. */
HELP double
column_entropy(
	const struct trial *t, const double *w, const double *w0, size_t column)
{
	double r[WIDTH], p[K], mean[K] = { 0 }, temperature = 0, h = 0;

	for (size_t v = 0; v < ROWS; v++) {
		remainder_of(t, w0, w0, column, v, r);
		temperature +=
			square_to(t, w0, column, r, t->s.idx[column][v]) / ROWS;
	}
	for (size_t v = 0; v < ROWS; v++) {
		double sum = 0;

		remainder_of(t, w, w0, column, v, r);
		for (size_t j = 0; j < K; j++) {
			p[j] = exp(
				-square_to(t, w, column, r, j) / temperature);
			sum += p[j];
		}
		for (size_t j = 0; j < K; j++) {
			p[j] /= sum;
			mean[j] += p[j] / ROWS;
			h -= p[j] * log(p[j]) / ROWS;
		}
	}
	for (size_t j = 0; j < K; j++)
		h += mean[j] * log(mean[j]);
	return h / log(K);
}

HELP struct losses
loss(const struct trial *t, const double *w, const double *w0)
{
	struct losses sum = { 0 };

	for (size_t v = 0; v < ROWS; v++)
		token(t, w, w0, v, &sum);
	for (size_t c = 0; c < COLUMNS && t->s.entropy_weight > 0; c++)
		sum.entropy +=
			t->s.entropy_weight * column_entropy(t, w, w0, c);
	return sum;
}

HELP double
difference(const struct trial *t, double *w, const double *w0, size_t i)
{
	double h = 1e-3;
	struct losses up, down;

	w[i] = w0[i] + h;
	up = loss(t, w, w0);
	w[i] = w0[i] - h;
	down = loss(t, w, w0);
	w[i] = w0[i];
	return (up.recon + up.vq + up.entropy - down.recon - down.vq -
		       down.entropy) /
		(2 * h);
}

/* Some weights of every row against central differences. */
HELP void
check_gradients(const struct trial *t, struct rng *r, const double *w0)
{
	double *w = mem_alloc(t->ps.total, sizeof(*w));

	memcpy(w, w0, t->ps.total * sizeof(*w));
	for (size_t row = 0; row < t->ps.count; row++) {
		const struct param *p = &t->ps.row[row];
		double size = 0;

		for (size_t i = 0; i < p->size; i++)
			size = fmax(size, fabs((double)t->ps.g[p->at + i]));
		for (size_t o = 0; o < 10; o++) {
			size_t i = p->at + rng_below(r, p->size);

			near((double)t->ps.g[i], difference(t, w, w0, i),
				1e-3 * size + 1e-9);
		}
		/* A gradient of zeros would be no test. */
		assert_true(size > 1e-3 || t->s.net == NET_NONE);
	}
	free(w);
}

#endif
