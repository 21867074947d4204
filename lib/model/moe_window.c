#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/moe_window.h"
#include "model/router.h"
#include "tensor/le.h"
#include "util/mem.h"

void
moe_window_init(struct moe_window *w, const struct moe_opts *o)
{
	*w = (struct moe_window){ .layers = o->layers,
		.experts = o->experts,
		.codes = moe_opts_has_book(o->kind) ? o->codes : 0 };
	w->load = mem_zalloc(w->layers * w->experts, sizeof(*w->load));
	w->used = mem_zalloc(w->layers * w->codes, sizeof(*w->used));
	w->discrete = mem_zalloc(w->layers, sizeof(*w->discrete));
	w->gated = mem_zalloc(w->layers, sizeof(*w->gated));
}

void
moe_window_free(struct moe_window *w)
{
	free(w->load);
	free(w->used);
	free(w->discrete);
	free(w->gated);
	*w = (struct moe_window){ 0 };
}

void
moe_window_reset(struct moe_window *w)
{
	w->steps = w->rows = w->right = 0;
	memset(w->sum, 0, sizeof(w->sum));
	memset(w->load, 0, w->layers * w->experts * sizeof(*w->load));
	memset(w->used, 0, w->layers * w->codes * sizeof(*w->used));
	memset(w->discrete, 0, w->layers * sizeof(*w->discrete));
	memset(w->gated, 0, w->layers * sizeof(*w->gated));
}

static void
add_layer(struct moe_window *w, size_t index, const struct moe_layer *l,
	const struct moe_layer_work *work, size_t n)
{
	size_t s = moe_layer_columns(l);
	uint64_t *load = w->load + index * w->experts;

	for (size_t i = 0; i < n * s; i++)
		if (work->experts[i] != ROUTER_DROPPED)
			load[work->experts[i]]++;
	if (!l->booked)
		return;
	for (size_t v = 0; v < n; v++)
		w->used[index * w->codes + work->codes[v]]++;
	if (l->o->kind != MOE_VQMOE || moe_layer_paths(l).continuous == 0)
		return;
	w->gated[index] += n;
	for (size_t v = 0; v < n; v++)
		w->discrete[index] += (double)work->paths[2 * v + 1];
}

void
moe_window_add(struct moe_window *w, const struct moe *m,
	const struct moe_work *work, size_t n, const struct moe_figures *f)
{
	w->steps++;
	w->rows += n;
	w->right += f->right;
	w->sum[MOE_WINDOW_LOSS] += f->loss;
	w->sum[MOE_WINDOW_TASK] += f->task;
	w->sum[MOE_WINDOW_VQ] += f->vq;
	w->sum[MOE_WINDOW_USAGE] += f->usage;
	w->sum[MOE_WINDOW_BALANCE] += f->balance;
	w->sum[MOE_WINDOW_Z] += f->z;
	for (size_t l = 0; l < w->layers; l++)
		add_layer(w, l, &m->layer[l], &work->layer[l], n);
}

double
moe_window_mean(const struct moe_window *w, enum moe_window_sum s)
{
	return w->steps ? w->sum[s] / (double)w->steps : NAN;
}

double
moe_window_accuracy(const struct moe_window *w)
{
	return w->rows ? (double)w->right / (double)w->rows : NAN;
}

struct moe_window_layer
moe_window_layer(const struct moe_window *w, size_t l)
{
	struct moe_window_layer out = { NAN, NAN, NAN, 0, 0 };
	const uint64_t *load = w->load + l * w->experts;
	double e = (double)w->experts, all = 0, most = 0, square = 0;

	for (size_t j = 0; j < w->experts; j++) {
		all += (double)load[j];
		most = fmax(most, (double)load[j]);
		out.dead_experts += load[j] == 0;
	}
	for (size_t j = 0; j < w->experts; j++)
		square += pow((double)load[j] - all / e, 2);
	if (all > 0) {
		out.load_cv = sqrt(square / e) / (all / e);
		out.max_violation = (most - all / e) / (all / e);
	}
	for (size_t k = 0; k < w->codes; k++)
		out.used_codes += w->used[l * w->codes + k] > 0;
	if (w->gated[l])
		out.gate_discrete = w->discrete[l] / (double)w->gated[l];
	return out;
}

static void
save_whole(struct record *r, const char *name, const uint64_t *x, size_t n)
{
	struct tensor *t = record_add(r, name, DT_U64, 1, &n, NULL);

	for (size_t i = 0; i < n; i++)
		le_put64(t->data + 8 * i, x[i]);
}

static void
save_real(struct record *r, const char *name, const double *x, size_t n)
{
	struct tensor *t = record_add(r, name, DT_F64, 1, &n, NULL);

	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &x[i], sizeof(bits));
		le_put64(t->data + 8 * i, bits);
	}
}

void
moe_window_save(const struct moe_window *w, struct record *r)
{
	uint64_t count[3] = { w->steps, w->rows, w->right };

	save_whole(r, "window.count", count, 3);
	save_real(r, "window.sum", w->sum, MOE_WINDOW_SUMS);
	save_whole(r, "window.load", w->load, w->layers * w->experts);
	if (w->codes)
		save_whole(r, "window.used", w->used, w->layers * w->codes);
	save_real(r, "window.discrete", w->discrete, w->layers);
	save_whole(r, "window.gated", w->gated, w->layers);
}

/* n numbers of 8 bytes as they are. */
static int
load_bits(const struct record *r, const char *name, enum dtype type, void *to,
	size_t n, struct err *e)
{
	const struct tensor *t = record_find(r, name);

	if (!t || t->dtype != type || t->rank != 1 || t->shape[0] != n)
		return err_set(e, "tensor \"%s\" [%zu] of %s is missing", name,
			n, dtype_name(type));
	for (size_t i = 0; i < n; i++) {
		uint64_t bits = le_get64(t->data + 8 * i);

		memcpy((char *)to + 8 * i, &bits, sizeof(bits));
	}
	return 0;
}

int
moe_window_load(struct moe_window *w, const struct record *r, struct err *e)
{
	uint64_t count[3];

	if (load_bits(r, "window.count", DT_U64, count, 3, e) != 0 ||
		load_bits(r, "window.sum", DT_F64, w->sum, MOE_WINDOW_SUMS,
			e) != 0 ||
		load_bits(r, "window.load", DT_U64, w->load,
			w->layers * w->experts, e) != 0 ||
		(w->codes &&
			load_bits(r, "window.used", DT_U64, w->used,
				w->layers * w->codes, e) != 0) ||
		load_bits(r, "window.discrete", DT_F64, w->discrete, w->layers,
			e) != 0 ||
		load_bits(r, "window.gated", DT_U64, w->gated, w->layers, e) !=
			0)
		return -1;
	w->steps = count[0];
	w->rows = count[1];
	w->right = count[2];
	return 0;
}
