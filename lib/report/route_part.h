/*
 * route_part.h - a part of a stream of routes: its tensors, and what its
 * metadata say.
 *
 * Columns are experts of a token: continuous ones first, then `discrete` ones
 * that a code chose.
 */
#ifndef REPORT_ROUTE_PART_H
#define REPORT_ROUTE_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tensor/stream.h"
#include "util/err.h"

#define ROUTE_PART_COLUMNS_MAX ((size_t)1024)

/* Borrowed from a struct part; NULL tensors are not there. */
struct route_part {
	const struct part *p;
	const struct tensor *expert, *gate, *code, *margin;
	const struct tensor *shadow, *shadow_gate;
	const struct tensor *label; /* y, integers; negative: no label */
	const struct tensor *error, *loss;
	const struct tensor *kept; /* the rows of the input that these are */
	size_t n, cols, discrete, shadow_cols, shadow_discrete;
	size_t experts, shadow_experts; /* E; 0: the stream does not say */
	bool experts_asked;             /* E was said by whoever opens it */
	size_t codes;                   /* K; 0: the same */
	const char *layer, *router, *model, *noise_db; /* NULL: the same */
	bool has_step;                                 /* a record of a trace */
	size_t step;
};

/* True if p holds routes beside whatever else. */
bool route_part_is(const struct part *p);

/*
 * Look at p.  bare: its main tensor is the ids themselves, whatever its name.
 * experts: E where the stream does not say, or 0.  -1: shapes or types that
 * are no routes.
 */
int route_part_open(struct route_part *r, const struct part *p, bool bare,
	size_t experts, struct err *e);

#endif
