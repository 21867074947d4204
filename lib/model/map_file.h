/*
 * map_file.h - the maps of codes around codes (code_map.h) in a model's tensors.
 *
 * Of column c: context.<c>.prior I16 [2^depth], .nodes I8 [2^depth, rank] (E),
 * .codes I8 [k + 1, rank] (F), .around I16 [CODE_MAP_AROUND, rank, rank] (M) and
 * .shift U8 [2] (down, up).
 */
#ifndef MODEL_MAP_FILE_H
#define MODEL_MAP_FILE_H

#include "quant/code_map.h"
#include "quant/quantizer.h"
#include "tensor/record.h"

/* To r's tensors; map is [columns]. */
void map_file_add(struct record *r, const struct code_map *map, size_t columns);

/* [columns of q], or NULL in *map where r has none. */
int map_file_load(struct code_map **map, const struct quantizer *q,
	const struct record *r, struct err *e);
void map_file_free(struct code_map *map, size_t columns);

#endif
