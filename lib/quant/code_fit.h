/*
 * code_fit.h - learning a code_map of each column from grids of codes.
 *
 * The loss is the sum of -log2 p over all bits of all codes, with the map's own
 * probabilities.  Adagrad (Duchi et al. 2011) in float, a token at a time, in
 * one thread: the same data and seed give the same map.
 */
#ifndef QUANT_CODE_FIT_H
#define QUANT_CODE_FIT_H

#include <stdint.h>

#include "quant/code_map.h"
#include "quant/code_model.h"

/* An item: codes [rows, tokens, columns], each below its k. */
struct code_grid {
	size_t rows, tokens;
	uint32_t *codes;
};

struct code_fit_opts {
	size_t rank; /* 1 to CODE_MAP_RANK_MOST */
	size_t passes;
	uint64_t seed;
	/* Called now and then: of `all` tokens so many are done. */
	void (*progress)(void *arg, size_t done, size_t all);
	void *arg;
};

/* map: [columns], empty before.  m, of which only the trees and the neighbours
 * are used, may have no map itself.  Returns the bits a token on average in the
 * last pass, while it learned. */
double code_fit(const struct code_model *m, const struct code_grid *grid,
	size_t grids, const struct code_fit_opts *o, struct code_map *map);

#endif
