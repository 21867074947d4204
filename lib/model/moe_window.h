/*
 * moe_window.h - what the steps since the last line of a log add up to.
 *
 * The load of an expert counts the assignments that it served, on all paths;
 * a code is used when it was the nearest of a row.
 */
#ifndef MODEL_MOE_WINDOW_H
#define MODEL_MOE_WINDOW_H

#include "model/moe_step.h"
#include "tensor/record.h"

enum moe_window_sum {
	MOE_WINDOW_LOSS,
	MOE_WINDOW_TASK,
	MOE_WINDOW_VQ,
	MOE_WINDOW_USAGE,
	MOE_WINDOW_BALANCE,
	MOE_WINDOW_Z,
	MOE_WINDOW_SUMS
};

/* All-zero but for the sizes is empty. */
struct moe_window {
	size_t layers, experts, codes; /* codes 0: no codebook */
	uint64_t steps, rows, right;
	double sum[MOE_WINDOW_SUMS]; /* over steps */
	uint64_t *load;              /* [layers, experts] */
	uint64_t *used;              /* [layers, codes] rows of a code */
	double *discrete;            /* [layers] sum of g_d ... */
	uint64_t *gated;             /* ... over rows that had a gate */
};

void moe_window_init(struct moe_window *w, const struct moe_opts *o);
void moe_window_free(struct moe_window *w);
void moe_window_reset(struct moe_window *w);

/* A step of n rows, from what it left in its work. */
void moe_window_add(struct moe_window *w, const struct moe *m,
	const struct moe_work *work, size_t n, const struct moe_figures *f);

/* Mean of a sum over steps, the right share of rows; NaN before a step. */
double moe_window_mean(const struct moe_window *w, enum moe_window_sum s);
double moe_window_accuracy(const struct moe_window *w);

/* Of a layer; NaN where it has no such path or there was no step. */
struct moe_window_layer {
	double load_cv, max_violation, gate_discrete;
	size_t dead_experts, used_codes;
};
struct moe_window_layer moe_window_layer(const struct moe_window *w, size_t l);

/* To a record of a checkpoint as tensors "window.*", and back. */
void moe_window_save(const struct moe_window *w, struct record *r);
int moe_window_load(
	struct moe_window *w, const struct record *r, struct err *e);

#endif
