/*
 * router_codes.h - the codebook of a vq router, and its map, from a file.
 */
#ifndef MODEL_ROUTER_CODES_H
#define MODEL_ROUTER_CODES_H

#include "model/router_file.h"
#include "model/router_load.h"

/* True if a tensor of that name is a codebook. */
bool router_codes_is_book(const char *name);

/*
 * Fill r->book and r->experts from f (just opened, of o->path): the tensor
 * o->codebook, or what model.h takes for a codebook.
 */
int router_codes_load(struct router *r, struct router_file *f,
	const struct router_opts *o, struct err *e);

/* The experts of k codes in a file: code_to_expert, or its only tensor.
 * *experts: the largest + 1.  NULL: the message begins with --map. */
uint32_t *router_codes_map_file(
	const char *path, size_t k, size_t *experts, struct err *e);

#endif
