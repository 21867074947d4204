/*
 * routing.h - moe-route's work on its inputs: by a router out of any file, or
 * by a model of moe-train.
 */
#ifndef MODEL_ROUTING_H
#define MODEL_ROUTING_H

#include "model/moe_item.h"
#include "model/route.h"
#include "model/router_load.h"

struct routing_opts {
	struct router_opts router; /* path: either kind of file */
	const char *shadow;        /* a second file of the same kind; or NULL */
	struct source_opts source;
	bool apply, plan, noise, limited, topped; /* -t was given */
	double noise_db;
	double capacity; /* if limited; else a model's own, or none */
	size_t seed;
	const char *program;
};

struct routing {
	const struct routing_opts *o; /* borrowed */
	bool trained;
	struct router router, shadow;
	struct moe model, shadow_model;
	char id[17], shadow_id[17];
	struct route_opts route;
	struct moe_item_opts item;
	size_t workers;
	struct route **by_router;   /* [workers], NULL until needed */
	struct moe_item **by_model; /* the same */
};

/* Load what o names.  A model of moe-train takes only layer, apply, plan,
 * noise, capacity and seed of the options. */
int routing_open(
	struct routing *r, const struct routing_opts *o, struct err *e);
void routing_close(struct routing *r);

/* Before the first input: how many workers, and the pool of the only one. */
void routing_start(
	struct routing *r, size_t workers, struct pool *pool, bool progress);

/* All items of in (closed) to job, in any thread. */
void routing_input(
	struct routing *r, struct input *in, struct job *job, size_t worker);

/* Items that are written for one of the input. */
size_t routing_items(const struct routing *r);

/* What kind of router it is, and of how many experts. */
const char *routing_name(const struct routing *r);
size_t routing_experts(const struct routing *r);

/* The fingerprint of what it goes by; "-": options alone. */
const char *routing_id(const struct routing *r);

#endif
