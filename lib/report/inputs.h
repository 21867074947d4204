/*
 * inputs.h - what a survey found in its operands.
 */
#ifndef REPORT_INPUTS_H
#define REPORT_INPUTS_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "util/err.h"
#include "util/output.h"

enum inputs_kind {
	INPUTS_CODES,
	INPUTS_PACKED,
	INPUTS_ROUTES,
	INPUTS_TRACE,
	INPUTS_VECTORS,
	INPUTS_MODEL,
	INPUTS_LOG,
	INPUTS_STATE,
	INPUTS_IMAGE,
	INPUTS_SOUND,
	INPUTS_KINDS
};

/* All-zero is empty. */
struct inputs {
	uint64_t records[INPUTS_KINDS], tokens[INPUTS_KINDS];
	uint64_t waiting; /* tokens of the item at hand */
	json_t *all;
};
void inputs_free(struct inputs *i);

/* More tokens of the item at hand: it may fail yet. */
void inputs_tokens(struct inputs *i, uint64_t tokens);

/* The item is through, and was of this kind; or it failed. */
void inputs_item(struct inputs *i, enum inputs_kind kind);
void inputs_failed(struct inputs *i);

/* The operand of that name is through. */
void inputs_end(struct inputs *i, const char *name);

/* A new reference: an object for each operand and kind of what is in it: item
 * (the operand), kind, records, and tokens (null where there are none). */
json_t *inputs_report(const struct inputs *i);

/* The same for people: nothing of a single one, a line each of a few, else, and
 * of states alone, a line of all. */
int inputs_text(const json_t *all, struct output *o, struct err *e);

#endif
