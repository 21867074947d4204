/*
 * loss_weights.h - which losses of the decoded data a training adds up: the
 * argument of vq-train's --loss.
 *
 * Text: TERM[=WEIGHT],...; a term without a weight has 1, one that is not
 * named 0.  field_loss.h says what they are.
 */
#ifndef MODEL_LOSS_WEIGHTS_H
#define MODEL_LOSS_WEIGHTS_H

#include <stdbool.h>

#include "model/item_kind.h"
#include "util/err.h"

struct loss_weights {
	double l2, l1;
	double grad, ssim;         /* images */
	double stft, mel, logspec; /* sounds */
};

/* The terms, as words of a row (util/opt.h). */
#define LOSS_WEIGHTS_TERMS "l2|l1|grad|ssim|stft|mel|logspec"

#define LOSS_WEIGHTS_INIT \
	{ \
		.l2 = 1 \
	}

/* Fails on an unknown term, one named twice, a weight that is no number from 0
 * to 1e6, and where all are 0. */
int loss_weights_parse(const char *text, struct loss_weights *w, struct err *e);

/* l2 with weight 1 and nothing else, the default; or nothing at all, which
 * means that. */
bool loss_weights_plain(const struct loss_weights *w);

/* Fails where a term is not of this kind of data; rows have l2 alone. */
int loss_weights_check(
	const struct loss_weights *w, enum item_kind kind, struct err *e);

/* Text that parses to these, to be freed. */
char *loss_weights_text(const struct loss_weights *w);

#endif
