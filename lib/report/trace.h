/*
 * trace.h - the probe tokens of a training at its checkpoints: --trace.
 *
 * A trace is a stream of routes whose records carry `step`: for each step, the
 * same items in the same order, one a layer.  Kept of each probe token and
 * checkpoint: 2 bytes a column, 4 for a code.
 */
#ifndef REPORT_TRACE_H
#define REPORT_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "report/route_part.h"
#include "report/route_rows.h"
#include "util/err.h"
#include "util/input.h"
#include "util/strlist.h"

/* What a training measured at a checkpoint; NaN: it did not. */
struct trace_figures {
	double valid_loss, expert_similarity, expert_rank, code_rank;
};

struct trace_checkpoint {
	size_t step, n;        /* tokens so far */
	size_t cols, discrete; /* of this one: a path may start later */
	size_t items;          /* so far */
	size_t frozen;         /* 1: by a router that was frozen */
	uint16_t *expert;      /* [n, cols] */
	uint32_t *code;        /* [n], or NULL */
	struct trace_figures figures;
};

struct trace_layer {
	char *name, *router; /* NULL: not said */
	size_t experts;      /* E; 0: not said */
	size_t seen;         /* the largest expert + 1 */
	struct strlist item; /* of the first checkpoint */
	size_t *rows;        /* [item.count] */
	struct trace_checkpoint *checkpoint;
	size_t checkpoints;
};

struct trace {
	struct trace_layer *layer;
	size_t layers, at;      /* the layer of the item at hand */
	struct route_rows read; /* scratch */
};

/* -1: no trace, or checkpoints that do not hold the same tokens. */
int trace_read(
	struct trace *t, const char *path, size_t experts, struct err *e);
int trace_read_input(
	struct trace *t, struct input *in, size_t experts, struct err *e);
void trace_free(struct trace *t); /* takes an all-zero one */

#endif
