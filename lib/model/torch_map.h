/*
 * torch_map.h - what PyTorch quantizers have before their search and behind it,
 * as tensors of book_file.h.
 */
#ifndef MODEL_TORCH_MAP_H
#define MODEL_TORCH_MAP_H

#include <stdbool.h>

#include "tensor/record.h"
#include "util/err.h"

/* One stage: its table in r, whose siblings' names begin with the first
 * from_length characters of from; to is what its names begin with afterwards.
 * All borrowed. */
struct torch_map {
	struct record *r;
	struct tensor *table;
	const char *from;
	size_t from_length;
	const char *to;
};

/* [1, k, d] and [k, d, 1] become [k, d]; -1: there is more in it. */
int torch_map_flatten(struct tensor *t, struct err *e);

/* The table C and the linear map beside it, if there is one: codes C W^T + b
 * of width numbers.  -1: what makes codes of the table is no linear map. */
int torch_map_linear(const struct torch_map *m, const char *name,
	struct record *to, size_t *width, struct err *e);

/* -1: the stages have a map around them all, as ResidualVQ may, and choice (or
 * NULL) does not name what is within. */
int torch_map_outside(
	const struct torch_map *m, const char *choice, struct err *e);

/*
 * The table S, searched behind z -> V z + s and decoded to S W^T + b, if such
 * maps (in_proj, out_proj; in_project, ...; project_in, ...) are there; else as
 * it is.  by_angle: with the maps, *cosine is set.  -1: one of them is there
 * alone, or is no linear map.
 */
int torch_map_around(const struct torch_map *m, bool by_angle,
	struct record *to, size_t *width, bool *cosine, struct err *e);

#endif
