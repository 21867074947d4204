/*
 * moe_figures.h - what is said of a model of experts by itself.
 */
#ifndef REPORT_MOE_FIGURES_H
#define REPORT_MOE_FIGURES_H

#include <jansson.h>

#include "util/err.h"
#include "util/input.h"
#include "util/pool.h"

/*
 * In what is left of in: item, model (its fingerprint), type (moe), router,
 * layers, experts, top; gates, an object for each layer with a gate (layer,
 * experts, dim, effective_rank and spectrum of its rows less their mean, which
 * moves all scores alike); tables, one for each layer with a codebook: layer,
 * what book_figures.h says, and how its map deals codes to experts:
 * experts_without_codes, least_codes, most_codes, codes_cv.  NULL: it cannot
 * be used.
 */
json_t *moe_figures(
	struct input *in, const char *item, struct pool *pool, struct err *e);

#endif
