/*
 * route_layer.h - all that is counted of the routes of one layer.
 *
 * Nothing here grows with the tokens.  Layers are never pooled: a mean over
 * them hides one that collapsed.
 */
#ifndef REPORT_ROUTE_LAYER_H
#define REPORT_ROUTE_LAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/audit.h"
#include "report/boundary.h"
#include "report/by_label.h"
#include "report/route_paths.h"
#include "report/route_rows.h"
#include "report/versus.h"
#include "stats/joint.h"
#include "stats/load.h"
#include "util/err.h"

struct route_layer {
	char *name, *router, *model; /* NULL: not said */
	char *from;                  /* the item that said it */
	size_t experts;              /* E; 0: not said */
	size_t cols, discrete, codes;
	struct route_path path[ROUTE_PATHS_MAX];
	size_t paths;

	uint64_t tokens;
	struct load load[ROUTE_PATHS_MAX];
	struct joint pairs[ROUTE_PATHS_MAX]; /* (less, more) of a token */
	struct load item; /* of the item at hand: all columns */

	bool coded, labelled; /* there were codes, labels */
	struct audit audit;
	struct boundary boundary;
	struct by_label by_label;

	/* Held against --against ... */
	const struct route_layer *old; /* NULL: nothing; borrowed */
	struct versus versus;
	char *noise_db; /* what was added to these rows; NULL: nothing */
	/* ... and against a second router that came along. */
	struct versus shadow;
	struct route_path shadow_path[ROUTE_PATHS_MAX];
	struct load shadow_load[ROUTE_PATHS_MAX];
	size_t shadow_paths, shadow_cols, shadow_discrete; /* 0: none */
	size_t shadow_experts;                             /* E; 0: not said */
	char *shadow_router, *shadow_model;
	char *seed, *shadow_seed; /* of the trainings; NULL: not said */
};

/* As the first part of its first item says. */
void route_layer_init(struct route_layer *l, const struct route_part *p,
	size_t boundary_limit);
void route_layer_free(struct route_layer *l);

/* True if p is of that layer. */
bool route_layer_is(const struct route_layer *l, const struct route_part *p);

/* -1: p belongs to another router than what was counted before. */
int route_layer_agrees(
	const struct route_layer *l, const struct route_part *p, struct err *e);

struct route_layer_opts {
	bool by_item, by_label;
};
void route_layer_rows(struct route_layer *l, const struct route_rows *x,
	const char *item, struct route_layer_opts o);

/* E: what was said, else one more than the largest expert seen. */
size_t route_layer_experts(const struct route_layer *l);

#endif
