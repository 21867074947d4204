/*
 * moe_ref_parts.h - what moe_ref.h is made of: the weights of a model by the
 * names that model files have, and the functions of one row, in double.
 */
#ifndef MOE_REF_PARTS_H
#define MOE_REF_PARTS_H

#include "model/moe.h"
#include "numbers.h"

enum { REF_DROPPED = 65535, REF_COSINE = 8 };

/* The weights of a layer; NULL where it has none. */
struct ref_weights {
	const double *gain, *bias, *router, *proj, *temperature, *gate,
		*gate_bias, *w1, *b1, *w2, *b2, *table, *turn, *shift;
};

struct ref_layer {
	bool booked, frozen;
	size_t s, continuous, discrete; /* columns */
	double *u, *scores, *p, *lse;   /* [n, d], [n, E], [n, E], [n] */
	double *q;                      /* [n, d] of each row's code */
	double *u0, *q0;                /* what they were at first */
	unsigned char *on;              /* [n, s, H] above relu's corner */
	double *share;                  /* [E] F_j */
};

struct ref {
	const struct moe *m;
	const struct moe_batch *b;
	const struct moe_work *work; /* routes */
	const double *w;             /* weights of the run */
	struct ref_layer *layer;
	double *h, *out; /* [n, d], [n, outputs] */
	bool held;
	double task, vq, balance, z, loss;
};

HELP double *
ref_zeros(size_t n)
{
	return mem_zalloc(n + 1, sizeof(double));
}

HELP const double *
ref_find(const struct ref *r, const char *name, size_t size)
{
	const struct params *ps = &r->m->ps;

	for (size_t i = 0; i < ps->count; i++)
		if (strcmp(ps->row[i].name, name) == 0) {
			assert_int_equal(ps->row[i].size, size);
			return r->w + ps->row[i].at;
		}
	return NULL;
}

HELP const double *
ref_of_layer(const struct ref *r, size_t l, const char *name, size_t size)
{
	char full[96];

	if (r->m->o.layers > 1)
		snprintf(full, sizeof(full), "layers.%zu.%s", l, name);
	else
		snprintf(full, sizeof(full), "%s", name);
	return ref_find(r, full, size);
}

HELP struct ref_weights
ref_weights(const struct ref *r, size_t l)
{
	const struct moe_opts *o = &r->m->o;
	size_t d = o->width, e = o->experts, h = o->hidden;
	size_t across = o->kind == MOE_COSINE ? REF_COSINE : d;
	struct ref_weights w = {
		ref_of_layer(r, l, "norm.weight", d),
		ref_of_layer(r, l, "norm.bias", d),
		ref_of_layer(r, l, "router.weight", e * across),
		ref_of_layer(r, l, "router.proj.weight", REF_COSINE * d),
		ref_of_layer(r, l, "router.temperature", 1),
		ref_of_layer(r, l, "gate.weight", 2 * d),
		ref_of_layer(r, l, "gate.bias", 2),
		ref_of_layer(r, l, "experts.fc1.weight", e * h * d),
		ref_of_layer(r, l, "experts.fc1.bias", e * h),
		ref_of_layer(r, l, "experts.fc2.weight", e * d * h),
		ref_of_layer(r, l, "experts.fc2.bias", e * d),
		ref_of_layer(r, l, "quantize.embedding.weight", o->codes * d),
		ref_of_layer(r, l, "quantize.embedding_proj.weight", d * d),
		ref_of_layer(r, l, "quantize.embedding_proj.bias", d),
	};

	assert_true((o->kind == MOE_VQMOE) == (w.gate && w.gate_bias));
	assert_true((o->kind == MOE_COSINE) == (w.proj && w.temperature));
	assert_true((o->input != MOE_NONE) == (w.gain && w.bias));
	assert_true(w.router && w.w1 && w.b1 && w.w2 && w.b2);
	return w;
}

/* y = W x + b; b may be NULL. */
HELP void
ref_linear(const double *w, const double *b, const double *x, size_t out,
	size_t in, double *y)
{
	for (size_t i = 0; i < out; i++) {
		y[i] = b ? b[i] : 0;
		for (size_t j = 0; j < in; j++)
			y[i] += w[i * in + j] * x[j];
	}
}

HELP void
ref_norm(const double *gain, const double *bias, const double *x, size_t d,
	double *y)
{
	double mean = 0, var = 0;

	for (size_t i = 0; i < d; i++)
		mean += x[i] / (double)d;
	for (size_t i = 0; i < d; i++)
		var += (x[i] - mean) * (x[i] - mean) / (double)d;
	for (size_t i = 0; i < d; i++)
		y[i] = gain[i] * (x[i] - mean) / sqrt(var + 1e-5) + bias[i];
}

/* Returns log sum exp. */
HELP double
ref_softmax(const double *s, size_t n, double *p)
{
	double most = s[0], sum = 0;

	for (size_t i = 1; i < n; i++)
		most = fmax(most, s[i]);
	for (size_t i = 0; i < n; i++)
		sum += exp(s[i] - most);
	for (size_t i = 0; i < n; i++)
		p[i] = exp(s[i] - most) / sum;
	return most + log(sum);
}

/* h0 by the rows called `name`: the input map, or its frozen copy. */
HELP void
ref_input(const struct ref *r, const char *name, size_t v, double *h)
{
	const struct moe_opts *o = &r->m->o;
	size_t d = o->width, c = o->columns, positions = c * o->context;
	const double *w, *b;
	double x[64];
	char full[96];

	assert_true(c <= 64);
	for (size_t i = 0; i < c; i++)
		x[i] = (double)r->b->x[v * c + i];
	if (o->input == MOE_NONE) {
		memcpy(h, x, d * sizeof(*h));
		return;
	}
	snprintf(full, sizeof(full), "%s.bias", name);
	assert_non_null(b = ref_find(r, full, d));
	if (o->input == MOE_LINEAR) {
		snprintf(full, sizeof(full), "%s.weight", name);
		assert_non_null(w = ref_find(r, full, d * c));
		for (size_t i = 0; i < c; i++)
			x[i] = (x[i] - (double)r->m->mean[i]) /
				(double)r->m->scale;
		ref_linear(w, b, x, d, c, h);
		return;
	}
	snprintf(full, sizeof(full), "%s.embedding.weight", name);
	assert_non_null(w = ref_find(r, full, positions * o->vocab * d));
	memcpy(h, b, d * sizeof(*h));
	for (size_t j = 0; j < positions; j++) {
		uint32_t token = r->b->token[v * positions + j];

		for (size_t i = 0; token != EMBED_NONE && i < d; i++)
			h[i] += w[(j * o->vocab + token) * d + i];
	}
}

HELP double
ref_cosine(const double *a, const double *b, size_t n)
{
	double dot = 0, aa = 0, bb = 0;

	for (size_t i = 0; i < n; i++) {
		dot += a[i] * b[i];
		aa += a[i] * a[i];
		bb += b[i] * b[i];
	}
	return dot / sqrt(aa * bb);
}

/* Scores of one token, and p = softmax or sigmoid of them. */
HELP double
ref_score(const struct ref *r, const struct ref_weights *w, const double *u,
	double *s, double *p)
{
	const struct moe_opts *o = &r->m->o;
	double a[REF_COSINE];

	if (o->kind == MOE_COSINE) {
		ref_linear(w->proj, NULL, u, REF_COSINE, o->width, a);
		for (size_t j = 0; j < o->experts; j++)
			s[j] = ref_cosine(w->router + j * REF_COSINE, a,
				       REF_COSINE) /
				w->temperature[0];
	} else {
		ref_linear(w->router, NULL, u, o->experts, o->width, s);
	}
	if (o->kind != MOE_BIASED)
		return ref_softmax(s, o->experts, p);
	for (size_t j = 0; j < o->experts; j++)
		p[j] = 1 / (1 + exp(-s[j]));
	return 0;
}

/* Code k of a table that learns by gradient: Q = C W^T + b, or C. */
HELP void
ref_code(const struct ref_weights *w, size_t k, size_t d, double *q)
{
	if (w->turn)
		ref_linear(w->turn, w->shift, w->table + k * d, d, d, q);
	else
		memcpy(q, w->table + k * d, d * sizeof(*q));
}

/* The expert's number for one token; `on` as struct ref says. */
HELP void
ref_expert(const struct ref *r, const struct ref_weights *w, size_t j,
	const double *x, unsigned char *on, double *y)
{
	const struct moe_opts *o = &r->m->o;
	size_t d = o->width, h = o->hidden;
	double a[128];

	assert_true(h <= 128);
	ref_linear(w->w1 + j * h * d, w->b1 + j * h, x, h, d, a);
	for (size_t i = 0; i < h; i++) {
		double t = a[i] + 0.044715 * a[i] * a[i] * a[i];

		if (!r->held)
			on[i] = a[i] > 0;
		if (o->act == ACT_RELU)
			a[i] = on[i] ? a[i] : 0;
		else
			a[i] *= (1 + tanh(sqrt(2 / acos(-1)) * t)) / 2;
	}
	ref_linear(w->w2 + j * d * h, w->b2 + j * d, a, d, h, y);
}

#endif
