/*
 * route.h - one item from a source through a router to a job.
 *
 * Rows go through in windows of CAPACITY_WINDOW from the item's start; memory
 * does not grow with the item.  Columns: experts U16 [n, t], gates F32 [n, t];
 * of a codebook codes [n] and margin F32 [n]; of a second router
 * shadow.experts, shadow.gates; then what came along with the rows and is not
 * called by one of these names.
 */
#ifndef MODEL_ROUTE_H
#define MODEL_ROUTE_H

#include "model/job.h"
#include "model/router.h"
#include "model/source.h"
#include "util/pool.h"

struct route_opts {
	const struct router *router;
	const struct router *shadow; /* NULL: none; the same top */
	size_t seed;                 /* of random, and of the noise */
	double capacity;             /* 0: nothing is dropped */
	bool noise;                  /* on all that both of them see ... */
	double noise_db;             /* ... this far below (route_noise.h) */
	bool plan;                   /* add route_plan.h's tensors */
	struct pool *pool;
	bool progress; /* this is the only job */
	const char *program;
};

/* What one worker needs; o is borrowed until the close. */
struct route;
struct route *route_open(const struct route_opts *o);
void route_close(struct route *r); /* NULL is allowed */

/* The item that source_next gave.  An error is told and counted by the job. */
void route_item(struct route *r, struct source *s, const struct item_info *i,
	struct job *job);

#endif
