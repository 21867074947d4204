/*
 * code_compare.h - the codes of items, as they come, against older ones of the
 * same tokens.
 *
 *     churn      share of tokens whose code is another one
 *     agreement  1 - churn
 *
 * of a stage, and of whole tokens: churned where any column is another one.
 */
#ifndef REPORT_CODE_COMPARE_H
#define REPORT_CODE_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "report/code_old.h"
#include "tensor/stream.h"
#include "util/err.h"

/* All-zero but for path and old (borrowed). */
struct code_compare {
	const char *path; /* of OLD, for messages */
	struct code_old *old;
	const struct code_old_item *item; /* of the one at hand, or NULL */
	size_t at;                        /* its tokens so far */
	size_t cols;
	uint64_t *item_changed, *changed; /* [cols + 1], whole tokens last */
	uint64_t compared, items, new_items;
	uint32_t *code; /* scratch */
};
void code_compare_free(struct code_compare *c);

/*
 * A part of an item that was counted: its codes are sound.  An item that OLD
 * does not have is counted as new.  -1: OLD has another number of its tokens,
 * or of columns.
 */
int code_compare_part(
	struct code_compare *c, const struct part *p, struct err *e);

/* items (in both), new_items, old_items (in OLD alone), compared (N), agreement
 * and churn of whole tokens. */
void code_compare_total(json_t *o, const struct code_compare *c);

/* compared, agreement and churn of a stage. */
void code_compare_stage(json_t *o, const struct code_compare *c, size_t stage);

/* Items on one side only. */
void code_compare_warn(const struct code_compare *c, json_t *warnings);

#endif
