/*
 * trace_figures.h - what a trace says, as members of a JSON object.
 */
#ifndef REPORT_TRACE_FIGURES_H
#define REPORT_TRACE_FIGURES_H

#include <jansson.h>

#include "report/route_figures.h"
#include "report/trace.h"

/*
 * An array of objects, one a layer and path: layer, path, router, experts,
 * probes (tokens), checkpoints, first_step, last_step, since_step (where the
 * router that is there at the end began), dead_experts (at the end); last_fluctuation (the
 * median) with its quartiles, unchanged; expert_lifetime (the median);
 * retrain_due, retrain_reason, retrain_from_step; and the arrays steps (step, load_cv,
 * max_violation, dead_experts, fluctuation, saturation, saturation_chance,
 * fluctuation_to_last, saturation_to_last, last_changes, code_churn and what
 * the training measured) and lifetimes (expert, probes, lifetime).
 */
json_t *trace_figures(const struct trace *t, const struct due_limits *limits,
	json_t *warnings);

#endif
