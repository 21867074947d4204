/*
 * start.h - the classical optimum that training starts from: codes drawn and
 * found, k-means of the latents stage by stage.
 */
#ifndef MODEL_START_H
#define MODEL_START_H

#include "quant/quantizer.h"
#include "util/pool.h"
#include "util/rng.h"

/* k of the rows of x [n, d], n >= k, drawn without repetition: table [k, d].
 * w [n]: rather those that weigh more (weight.h); NULL: all alike. */
void start_draw(const float *x, const float *w, size_t n, size_t d, size_t k,
	struct rng *r, float *table);

/* The codes of a column for its part [n, width], on a pool; prev [n] are those
 * of the stage before, NULL in the first. */
void start_find(const struct quantizer *q, size_t column, const float *part,
	size_t n, const uint32_t *prev, struct pool *pool, uint32_t *idx);

/*
 * The tables that q has improved for latents z [n, d] (n >= k) by Lloyd's
 * iterations, weighted by w [n] or NULL, stage by stage: codebooks of one table that is searched as it is.
 */
void start_tables(struct quantizer *q, const float *z, const float *w, size_t n,
	size_t k, size_t iterations, struct pool *pool);

#endif
