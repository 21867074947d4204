/*
 * code_model.h - what is known of the codes of a model before any is coded:
 * their trees, and the maps that were stored.
 */
#ifndef QUANT_CODE_MODEL_H
#define QUANT_CODE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "quant/code_map.h"
#include "quant/code_tree.h"
#include "quant/logit.h"
#include "quant/quantizer.h"

struct code_model {
	size_t columns;
	bool image;                 /* rows of a grid; else a sequence */
	const struct code_map *map; /* [columns], borrowed; NULL: none */
	struct code_tree *tree;     /* [columns] */
	uint16_t **prior; /* [columns][2^depth], by node: that of going right */
	struct logit logit;
};

void code_model_init(struct code_model *m, const struct quantizer *q,
	const struct code_map *map, bool image);
void code_model_free(struct code_model *m);

/* The probability in 65,536ths of going right at a node that many bits above the
 * leaves, if all leaves are alike.  (prior is the stored map's where there is
 * one, else this.) */
unsigned code_model_even(
	const struct code_model *m, size_t column, size_t node, unsigned level);

#endif
