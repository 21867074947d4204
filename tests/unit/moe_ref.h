/*
 * moe_ref.h - a model of routed experts, from the formulas (DESIGN section 7)
 * and in double, one row after the other.
 *
 * Where tokens go is given: experts after capacity, the gate's choice before
 * it, codes.  The first ref_run notes what a gradient does not go through:
 * the values under sg(.), the shares F_j, and which side of relu's corner a
 * number is on.  Later runs keep them: what is left is smooth, and its
 * central differences are the gradients that are meant.
 */
#ifndef MOE_REF_H
#define MOE_REF_H

#include "moe_ref_parts.h"

/* True if row v's expert is its code's: of a vq, or some of a hybrid. */
HELP bool
ref_by_code(const struct ref *r, size_t l, size_t v)
{
	const struct moe_opts *o = &r->m->o;
	const struct moe_layer *layer = &r->m->layer[l];

	if (!r->layer[l].booked)
		return false;
	if (o->kind == MOE_HYBRID)
		return layer->map[r->work->layer[l].codes[v]] < o->experts;
	return o->kind == MOE_VQ;
}

/* True if the weights of the continuous path are 1 / t. */
HELP bool
ref_is_even(const struct ref *r, size_t l)
{
	enum moe_kind k = r->m->o.kind;

	return k == MOE_HASH || k == MOE_RANDOM ||
		(k == MOE_KMEANS && r->layer[l].frozen);
}

/* gate [s] of row v. */
HELP void
ref_gates(const struct ref *r, const struct ref_weights *w, size_t l, size_t v,
	double *gate)
{
	const struct ref_layer *x = &r->layer[l];
	size_t e = r->m->o.experts, d = r->m->o.width, t = x->continuous;
	const uint16_t *chosen = r->work->layer[l].chosen + v * r->m->o.top;
	const double *p = x->p + v * e;
	double sum = 0, g[2];

	for (size_t j = 0; j < t && !ref_is_even(r, l); j++)
		sum += p[chosen[j]];
	for (size_t j = 0; j < t; j++)
		gate[j] = ref_is_even(r, l) ? 1 / (double)t
			: t > 1             ? p[chosen[j]] / sum
					    : p[chosen[j]];
	if (ref_by_code(r, l, v))
		gate[0] = 1;
	if (!(t && x->discrete))
		return;
	ref_linear(w->gate, w->gate_bias, x->u + v * d, 2, d, g);
	ref_softmax(g, 2, g);
	for (size_t j = 0; j < t; j++)
		gate[j] *= g[0];
	gate[t] = g[1];
}

/* y [d] of row v. */
HELP void
ref_mix(const struct ref *r, const struct ref_weights *w, size_t l, size_t v,
	double *y)
{
	const struct moe_opts *o = &r->m->o;
	const struct ref_layer *x = &r->layer[l];
	size_t d = o->width, s = x->s;
	double gate[16], in[64], out[64];

	assert_true(s <= 16 && d <= 64);
	ref_gates(r, w, l, v, gate);
	memset(y, 0, d * sizeof(*y));
	for (size_t c = 0; c < s; c++) {
		uint16_t j = r->work->layer[l].experts[v * s + c];
		bool code = x->discrete ? c + 1 == s : ref_by_code(r, l, v);

		if (j == REF_DROPPED)
			continue;
		for (size_t i = 0; i < d; i++) {
			in[i] = x->u[v * d + i];
			if (code)
				in[i] += o->contrib *
					(x->q0[v * d + i] - x->u0[v * d + i]);
		}
		ref_expert(r, w, j, in, x->on + (v * s + c) * o->hidden, out);
		for (size_t i = 0; i < d; i++)
			y[i] += gate[c] * out[i];
	}
}

/* F_j of what was chosen before anything was dropped. */
HELP void
ref_shares(struct ref *r, size_t l)
{
	struct ref_layer *x = &r->layer[l];
	const struct moe_layer_work *w = &r->work->layer[l];
	size_t t = r->m->o.top, n = r->b->n;

	if (!x->continuous || r->m->o.kind == MOE_HASH)
		return;
	for (size_t v = 0; v < n; v++)
		for (size_t j = 0; j < t; j++) {
			size_t to = w->chosen[v * t + j];

			if (ref_by_code(r, l, v))
				to = r->m->layer[l].map[w->codes[v]];
			x->share[to] += 1 / (double)(n * t);
		}
}

HELP void
ref_hold(struct ref *r, size_t l)
{
	struct ref_layer *x = &r->layer[l];
	size_t size = r->b->n * r->m->o.width * sizeof(double);

	memcpy(x->u0, x->u, size);
	memcpy(x->q0, x->q, size);
	ref_shares(r, l);
}

/* Terms of a layer's own. */
HELP void
ref_own_losses(struct ref *r, size_t l)
{
	const struct moe_opts *o = &r->m->o;
	const struct ref_layer *x = &r->layer[l];
	size_t n = r->b->n, e = o->experts;
	double vq = 0, balance = 0, z = 0;

	for (size_t i = 0; x->booked && i < n * o->width; i++)
		vq += pow(x->q[i] - x->u0[i], 2) +
			o->beta * pow(x->q0[i] - x->u[i], 2);
	r->vq += o->vq_weight * vq / (double)(n * o->width);
	if (!x->continuous || x->frozen || o->kind == MOE_BIASED ||
		o->kind == MOE_HASH || o->kind == MOE_RANDOM)
		return;
	for (size_t j = 0; j < e; j++) {
		double mean = 0;

		for (size_t v = 0; v < n; v++)
			mean += x->p[v * e + j] / (double)n;
		balance += (double)e * x->share[j] * mean;
	}
	for (size_t v = 0; v < n; v++)
		z += x->lse[v] * x->lse[v] / (double)n;
	r->balance += o->balance * balance;
	r->z += o->z_loss * z;
}

HELP void
ref_run_layer(struct ref *r, size_t l)
{
	const struct moe_opts *o = &r->m->o;
	struct ref_weights w = ref_weights(r, l);
	struct ref_layer *x = &r->layer[l];
	size_t d = o->width, e = o->experts;
	double y[64];

	for (size_t v = 0; v < r->b->n; v++) {
		double *u = x->u + v * d;

		if (w.gain)
			ref_norm(w.gain, w.bias, r->h + v * d, d, u);
		else
			memcpy(u, r->h + v * d, d * sizeof(*u));
		x->lse[v] =
			ref_score(r, &w, u, x->scores + v * e, x->p + v * e);
		if (x->booked && w.table)
			ref_code(&w, r->work->layer[l].codes[v], d,
				x->q + v * d);
	}
	if (!r->held)
		ref_hold(r, l);
	for (size_t v = 0; v < r->b->n; v++) {
		ref_mix(r, &w, l, v, y);
		for (size_t i = 0; i < d; i++)
			r->h[v * d + i] = (w.gain ? r->h[v * d + i] : 0) + y[i];
	}
	ref_own_losses(r, l);
}

HELP double
ref_task(const struct ref *r, size_t v)
{
	const struct moe *m = r->m;
	size_t c = m->o.head == MOE_BARE ? m->o.width : m->o.outputs;
	const double *out = r->out + v * c;
	double p[64], sum = 0, scale = (double)m->target_scale;

	assert_true(c <= 64);
	if (m->o.head == MOE_CLASSES)
		return ref_softmax(out, c, p) - out[r->b->class[v]];
	for (size_t i = 0; i < c; i++) {
		double want = (double)r->b->real[v * c + i];

		if (m->o.head == MOE_REAL)
			want = (want - (double)m->target_mean[i]) / scale;
		sum += (out[i] - want) * (out[i] - want);
	}
	return m->o.head == MOE_BARE ? sum / (scale * scale) : sum;
}

HELP void
ref_head(struct ref *r)
{
	size_t d = r->m->o.width, c = r->m->o.outputs, n = r->b->n;
	const double *gain = ref_find(r, "final_norm.weight", d);
	const double *bias = ref_find(r, "final_norm.bias", d);
	const double *w = ref_find(r, "head.weight", c * d);
	const double *b = ref_find(r, "head.bias", c);
	double last[64];

	if (r->m->o.head == MOE_BARE) {
		memcpy(r->out, r->h, n * d * sizeof(*r->out));
		return;
	}
	for (size_t v = 0; v < n; v++) {
		ref_norm(gain, bias, r->h + v * d, d, last);
		ref_linear(w, b, last, c, d, r->out + v * c);
	}
}

/* The loss by weights w [ps.total]. */
HELP double
ref_run(struct ref *r, const double *w)
{
	r->w = w;
	r->task = r->vq = r->balance = r->z = 0;
	for (size_t v = 0; v < r->b->n; v++)
		ref_input(r, "input", v, r->h + v * r->m->o.width);
	for (size_t l = 0; l < r->m->o.layers; l++)
		ref_run_layer(r, l);
	ref_head(r);
	r->held = true;
	for (size_t v = 0; v < r->b->n; v++)
		r->task += ref_task(r, v) / (double)r->b->n;
	r->loss = r->task + r->vq + r->balance + r->z;
	return r->loss;
}

HELP void
ref_open_layer(struct ref *r, size_t l)
{
	const struct moe_opts *o = &r->m->o;
	const struct moe_layer *from = &r->m->layer[l];
	struct ref_layer *x = &r->layer[l];
	size_t n = r->b->n, nd = n * o->width;

	x->booked = from->booked;
	x->frozen = from->frozen;
	x->discrete = x->booked && o->kind != MOE_HYBRID;
	x->continuous = x->booked && o->kind == MOE_VQ ? 0 : o->top;
	x->s = x->continuous + x->discrete;
	x->u = ref_zeros(nd);
	x->u0 = ref_zeros(nd);
	x->q = ref_zeros(nd);
	x->q0 = ref_zeros(nd);
	x->scores = ref_zeros(n * o->experts);
	x->p = ref_zeros(n * o->experts);
	x->lse = ref_zeros(n);
	x->on = mem_zalloc(n * x->s * o->hidden, 1);
	x->share = ref_zeros(o->experts);
	/* Tables that learn otherwise than by gradient stand still. */
	for (size_t i = 0; x->booked && i < nd; i++)
		x->q[i] =
			(double)from->q[r->work->layer[l].codes[i / o->width] *
					o->width +
				i % o->width];
}

/* All borrowed; after moe_forward of m, b, work. */
HELP void
ref_open(struct ref *r, const struct moe *m, const struct moe_batch *b,
	const struct moe_work *work)
{
	*r = (struct ref){ .m = m, .b = b, .work = work };
	r->h = ref_zeros(b->n * m->o.width);
	r->out = ref_zeros(b->n * (m->o.width + m->o.outputs));
	r->layer = mem_zalloc(m->o.layers, sizeof(*r->layer));
	for (size_t l = 0; l < m->o.layers; l++)
		ref_open_layer(r, l);
}

HELP void
ref_close(struct ref *r)
{
	for (size_t l = 0; l < r->m->o.layers; l++) {
		struct ref_layer *x = &r->layer[l];

		free(x->u);
		free(x->u0);
		free(x->q);
		free(x->q0);
		free(x->scores);
		free(x->p);
		free(x->lse);
		free(x->on);
		free(x->share);
	}
	free(r->layer);
	free(r->h);
	free(r->out);
	*r = (struct ref){ 0 };
}

/* The weights as they are. */
HELP double *
ref_copy(const struct moe *m)
{
	double *w = ref_zeros(m->ps.total);

	for (size_t i = 0; i < m->ps.total; i++)
		w[i] = (double)m->ps.w[i];
	return w;
}

#endif
