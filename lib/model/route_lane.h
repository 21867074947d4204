/*
 * route_lane.h - a router at work, and where its routes of a window go.
 */
#ifndef MODEL_ROUTE_LANE_H
#define MODEL_ROUTE_LANE_H

#include "model/router.h"
#include "model/source.h"
#include "util/pool.h"

struct route_lane {
	const struct router *router; /* &own where it waits for d */
	struct router own;
	struct router_out out; /* [CAPACITY_WINDOW, top] or [CAPACITY_WINDOW] */
	float *work;           /* [workers, work_size] */
	size_t work_size;
	bool latents; /* of the item: see router_rows */
};

/* r is borrowed until the free.  All-zero is empty. */
void route_lane_init(
	struct route_lane *l, const struct router *r, size_t workers);
void route_lane_free(struct route_lane *l);

/* Make it fit the item's rows; seed is that of a random router. */
int route_lane_suit(struct route_lane *l, const struct item_info *i,
	uint64_t seed, struct err *e);

/* Rows x [n, d] to the places from `at` on; in the calling thread, which is
 * that worker.  Returns as router_rows does. */
size_t route_lane_rows(const struct route_lane *l, const float *x, size_t n,
	size_t at, size_t worker);

#endif
