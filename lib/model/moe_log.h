/*
 * moe_log.h - the progress of a training of experts as JSON lines.
 *
 * Keys: step, seconds; loss, task, vq, code_entropy, balance, z (means over the
 * steps since the line before, weighted as in the loss) and accuracy;
 * bits_per_byte, valid_loss, valid_accuracy (held-back rows, now); layers, an
 * object each with load_cv, max_violation, dead_experts, used_codes, gate_discrete; tokens
 * (N: the rows since the line before, which the layers' figures are about);
 * expert_multiply_adds (a token); skipped (steps that were not finite, in
 * all).  A figure that is not there is null.
 */
#ifndef MODEL_MOE_LOG_H
#define MODEL_MOE_LOG_H

#include "model/jsonlog.h"
#include "model/moe_window.h"

/* NaN: not there. */
struct moe_log_point {
	size_t step, skipped, multiply_adds;
	double seconds;
	double valid_loss, valid_accuracy;
	bool classes; /* there is an accuracy */
	bool bytes;   /* valid_loss is that of a byte */
};

void moe_log_put(struct jsonlog *l, const struct moe_log_point *p,
	const struct moe_window *w);

/* A loss in nats as bits. */
double moe_log_bits(double nats);

/* One warning where experts got no row of a window, if it has 16 rows an
 * expert or more: by chance alone that hardly happens. */
void moe_log_warn_dead(const struct moe_window *w);

#endif
