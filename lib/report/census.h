/*
 * census.h - counting the codes of many items, and what is said of them.
 */
#ifndef REPORT_CENSUS_H
#define REPORT_CENSUS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "stats/tally.h"
#include "stats/counts.h"
#include "tensor/stream.h"
#include "util/err.h"

struct census;

struct census_opts {
	const char *model; /* -m; NULL: none.  agreed.h: where k comes from */
	size_t codes;      /* -k; 0: not given */
	bool by_item, by_part; /* one of them, or none */
	bool columns_only;     /* no whole tokens, no neighbours, no curve */
	size_t joint_keys; /* of different tokens, and of pairs of neighbours
			      each way; 0: JOINT_KEYS */
	bool one_model;    /* codes of a second model are refused */
};

/* NULL: the model cannot be used. */
struct census *census_open(const struct census_opts *o, struct err *e);
void census_close(struct census *c);

/*
 * One part of an item.  Codes are the last axis of its main tensor (any
 * integer dtype; rank 1: one column); a code >= k is refused with its row and
 * column.  -1: the item is refused and its further parts must not come; what
 * was counted of it stays counted (`failed_tokens`).  Codes [h, w, r] of images and [t, c, r] of sounds
 * have neighbours (neighbours.h), others none.  With --by item *item is the item's object
 * at its last part (a new reference), with --by part that of each part, else
 * NULL.
 */
int census_part(
	struct census *c, const struct part *p, json_t **item, struct err *e);

/* Totals, `stages` and `notes` (of single figures) into o, and strings into the array warnings.  Where
 * nobody said k it is one more than the largest code, with a warning. */
void census_report(struct census *c, json_t *o, json_t *warnings);

/* All that was counted so far; without columns before the first item.  Valid
 * until the next part. */
const struct tally *census_tally(const struct census *c);

/* k of its columns, 0 where it is not known; valid as long. */
const size_t *census_k(const struct census *c);

/* The fingerprint of the model of the first item that says it; NULL: none. */
const char *census_model(const struct census *c);

/* Of all items, until census_close; NULL: there is no such column yet. */
const struct counts *census_counts(const struct census *c, size_t column);

#endif
