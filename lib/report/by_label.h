/*
 * by_label.h - the load of experts, drops, errors and flips, label by label.
 */
#ifndef REPORT_BY_LABEL_H
#define REPORT_BY_LABEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "stats/joint.h"

struct by_label_sums {
	uint64_t tokens, assigned, dropped;
	uint64_t errors, losses; /* tokens for which these are known */
	double error_sum, loss_sum;
	uint64_t compared, flipped; /* with --against */
};

/* All-zero is empty. */
struct by_label {
	struct by_label_sums *label; /* [room], by label */
	size_t room, seen;
	struct joint experts; /* (label, expert), assignment by assignment */
	uint64_t unlabelled;
};

void by_label_free(struct by_label *b);

/* The sums of a label, to add to; valid until the next call. */
struct by_label_sums *by_label_at(struct by_label *b, uint32_t label);

/* A token with that label: expert [cols]. */
void by_label_experts(struct by_label *b, uint32_t label,
	const uint16_t *expert, size_t cols);

/*
 * An array of objects, by label: label, tokens, share, drop_rate, top_expert,
 * purity (its share of the label's assignments), label_experts (how many
 * different ones), error, loss (means), flip_rate (where compared).
 */
json_t *by_label_table(const struct by_label *b);

/* purity over all labels, weighted by assignments; NaN without any. */
double by_label_purity(const struct by_label *b);

#endif
