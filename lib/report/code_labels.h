/*
 * code_labels.h - the codes of the tokens of each label, for --by label.
 *
 * A label is that of a row or of a token: the tensor y of whole numbers beside
 * the codes, or a file with a number for each row of all codes together.
 */
#ifndef REPORT_CODE_LABELS_H
#define REPORT_CODE_LABELS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "tensor/stream.h"
#include "util/err.h"

/* Different ones. */
#define CODE_LABELS_MAX ((size_t)1 << 16)

struct code_labels;

/* file: NULL, or labels [n].  keys: how many different (label, stage, code)
 * are counted; 0: JOINT_KEYS (stats/joint.h). */
struct code_labels *code_labels_open(
	const char *file, size_t keys, struct err *e);
void code_labels_close(struct code_labels *c);

/* A part that the census has counted.  -1: labels too large, too many
 * different ones, or a file that has no row for each. */
int code_labels_part(
	struct code_labels *c, const struct part *p, struct err *e);

/* Rows of an item are missing: those behind it belong to no row of the file.
 * NULL: nothing. */
void code_labels_lost(struct code_labels *c);

/* -1: the file has more rows than there were. */
int code_labels_end(struct code_labels *c, struct err *e);

/* True if some codes had labels. */
bool code_labels_any(const struct code_labels *c);

/*
 * `groups` into o: by label the figures of figures_tally (figures.h) but for
 * those of whole tokens, its label, and its share of all labelled tokens; and
 * `unlabelled`, tokens of negative labels or of none.  k is [columns], 0 where
 * it is not known.
 */
void code_labels_report(const struct code_labels *c, const size_t *k, json_t *o,
	json_t *warnings);

#endif
