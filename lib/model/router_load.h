/*
 * router_load.h - a router from a file of any system.
 */
#ifndef MODEL_ROUTER_LOAD_H
#define MODEL_ROUTER_LOAD_H

#include "model/router.h"
#include "util/err.h"

/* The maps that have a name, as words of a row (util/opt.h). */
#define ROUTER_MAPS "grouped|modulo"

struct router_opts {
	const char *path; /* NULL: hash and random alone do without */
	const char *kind; /* one of ROUTER_KINDS; NULL: softmax for a gate, vq
	                     for a codebook */
	const char *gate, *bias, *codebook; /* names of tensors; NULL: known
	                                       ones */
	const size_t *layer;                /* NULL: any */
	const char *rules;  /* file of router_rules.h: hybrid; NULL: none */
	const char *map;    /* grouped, modulo, a file; NULL: see below */
	size_t experts;     /* 0: as many as the file says */
	size_t top, seed;   /* top >= 1 */
	double temperature; /* of cosine */
	bool raw, renorm;   /* gates; neither: renormalised when top > 1 */
	bool by_softmax;    /* biased: scores are softmax's, not sigmoid's */
};

/*
 * Without opts.map codes go to experts by the file's `code_to_expert` [K];
 * else, where experts is 0 or K, each has its own; else they are grouped
 * (router_map.h).  The message names the file and what is wrong.  A random
 * router waits for router_randomize, a hash for its d.
 */
int router_load(struct router *r, const struct router_opts *o, struct err *e);

#endif
