/*
 * route_figures.h - the routes of a layer as members of a JSON object.
 */
#ifndef REPORT_ROUTE_FIGURES_H
#define REPORT_ROUTE_FIGURES_H

#include <jansson.h>

#include "report/due.h"
#include "report/route_layer.h"

/* Lists that would be long otherwise hold this many: pairs, flows. */
#define ROUTE_FIGURES_LONGEST 100

/* load_cv, max_violation, dead_experts, load_entropy, drop_rate, mean_gate. */
void route_figures_load(json_t *o, const struct load *l, size_t experts);

/* layer (a number where it is one), or null. */
void route_figures_layer(json_t *o, const char *layer);

/*
 * The most frequent pairs of a table, at most ROUTE_FIGURES_LONGEST: objects
 * {a: ., b: ., count, share}, share of `of`.  different: pairs of two equal
 * numbers are left out.
 */
json_t *route_figures_pairs(const struct joint *j, const char *a, const char *b,
	uint64_t of, bool different);

/*
 * layer, router, model, experts, top, discrete, tokens; of codes: codes, used,
 * dead, code_entropy_bits, code_perplexity; of labels: purity, unlabelled;
 * of --against: against_router, against_model, code_churn, noise_db; then the
 * arrays paths (with load and pairs; what versus.h says, and retrain_due),
 * shadow, code_table, labels, boundary.
 */
json_t *route_figures(struct route_layer *l, const struct due_limits *limits);

#endif
