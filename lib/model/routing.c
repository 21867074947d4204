#include <stdlib.h>
#include <string.h>

#include "model/moe_adopt.h"
#include "model/moe_load.h"
#include "model/model.h"
#include "model/routing.h"
#include "util/mem.h"

static int
open_router(struct routing *r, struct err *e)
{
	const struct routing_opts *o = r->o;
	struct router_opts shadow = o->router;
	bool trained = false;

	if (router_load(&r->router, &o->router, e) != 0)
		return -1;
	r->route = (struct route_opts){ .router = &r->router,
		.seed = o->seed,
		.capacity = o->capacity,
		.noise = o->noise,
		.noise_db = o->noise_db,
		.plan = o->plan,
		.program = o->program };
	if (!o->shadow)
		return 0;
	if (moe_load_is_model(o->shadow, &trained, e) != 0)
		return err_wrap(e, "--shadow");
	if (trained)
		return err_set(e,
			"--shadow %s: a model of moe-train, beside a router "
			"that is none",
			o->shadow);
	/* Names and numbers of experts are the first one's. */
	shadow.path = o->shadow;
	shadow.rules = shadow.kind = shadow.gate = shadow.bias =
		shadow.codebook = NULL;
	shadow.experts = 0;
	if (router_load(&r->shadow, &shadow, e) != 0)
		return err_wrap(e, "--shadow");
	r->route.shadow = &r->shadow;
	return 0;
}

/* An option that a trained model has no use for; top: -t is one. */
static const char *
useless(const struct router_opts *o, bool top)
{
	const struct {
		bool given;
		const char *name;
	} all[] = { { o->kind, "--router" }, { o->gate, "--gate" },
		{ o->bias, "--bias" }, { o->codebook, "--codebook" },
		{ o->rules, "--rules" }, { o->map, "--map" },
		{ o->experts > 0, "-E" }, { top, "-t" },
		{ o->raw || o->renorm, "--gates" },
		{ o->by_softmax, "--score" },
		{ o->temperature != 1, "--temperature" } };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].given)
			return all[i].name;
	return NULL;
}

static int
check_layer(const struct routing *r, const struct moe *m, struct err *e)
{
	const struct router_opts *o = &r->o->router;

	if (o->layer && *o->layer >= m->o.layers)
		return err_set(e, "no layer %zu of %zu, counted from 0",
			*o->layer, m->o.layers);
	return 0;
}

static int
open_shadow(struct routing *r, struct err *e)
{
	const struct moe_opts *a = &r->model.o, *b;

	if (!r->o->shadow)
		return 0;
	if (moe_load_file(&r->shadow_model, r->o->shadow, r->shadow_id, e) != 0)
		return err_wrap(e,
			"--shadow (beside a model of moe-train: another one)");
	b = &r->shadow_model.o;
	if (a->layers != b->layers || a->columns != b->columns)
		return err_set(e,
			"--shadow %s: %zu layers on rows of %zu, not %zu on "
			"rows of %zu",
			r->o->shadow, b->layers, b->columns, a->layers,
			a->columns);
	if (r->o->limited)
		r->shadow_model.o.capacity = r->o->capacity;
	r->item.shadow = &r->shadow_model;
	r->item.shadow_id = r->shadow_id;
	return 0;
}

/* Tensors that would change what a layer gives if they were known. */
static int
check_known(const struct record *rec, struct err *e)
{
	static const char *const known[] = { "router.weight",
		"experts.fc1.weight", "experts.fc1.bias", "experts.fc2.weight",
		"experts.fc2.bias" };
	size_t k = sizeof(known) / sizeof(known[0]);

	for (size_t i = 0; i < rec->count; i++) {
		const char *name = rec->tensor[i].name;
		size_t j = 0;

		if (strncmp(name, "router.", 7) != 0 &&
			strncmp(name, "experts.", 8) != 0)
			continue;
		while (j < k && strcmp(name, known[j]) != 0)
			j++;
		if (j == k)
			return err_set(
				e, "tensor \"%s\": not known to --apply", name);
	}
	return 0;
}

/* A layer from elsewhere, its router and experts in a file, for --apply. */
static int
load_layer(struct routing *r, struct err *e)
{
	const struct router_opts *router = &r->o->router;
	struct moe_opts o;
	struct record rec;
	int status = -1;

	moe_opts_init(&o);
	o.kind = MOE_SOFTMAX;
	o.top = router->top;
	o.weights_only = true;
	if (record_load(&rec, router->path, RECORD_MOST(40), e) != 0)
		return -1;
	model_fingerprint(&rec, r->id);
	if (moe_adopt_opts(&o, &rec, e) != 0 || check_known(&rec, e) != 0)
		goto out;
	if (!o.fixed_router) {
		err_set(e, "no tensor \"router.weight\"");
		goto out;
	}
	if (moe_init(&r->model, &o, NULL, e) != 0)
		goto out;
	status = moe_adopt_experts(&r->model, &rec, e);
out:
	record_free(&rec);
	return status;
}

static int
open_model(struct routing *r, bool ours, struct err *e)
{
	const struct routing_opts *o = r->o;
	const struct router_opts *router = &o->router;
	const char *path = router->path;
	const char *extra = useless(router, ours && o->topped);
	int status;

	if (extra)
		return err_set(e,
			ours ? "%s: a model of moe-train says itself what %s "
			       "would"
			     : "%s: --apply goes by its router.weight, without "
			       "%s",
			path, extra);
	status = ours ? moe_load_file(&r->model, path, r->id, e)
		      : load_layer(r, e);
	if (status != 0)
		return ours ? -1 : err_wrap(e, "%s", path);
	if (check_layer(r, &r->model, e) != 0)
		return err_wrap(e, "%s", path);
	if (o->limited)
		r->model.o.capacity = o->capacity;
	r->trained = true;
	r->item = (struct moe_item_opts){ .model = &r->model,
		.id = r->id,
		.one = router->layer || r->model.o.layers == 1,
		.layer = router->layer ? *router->layer : 0,
		.apply = o->apply,
		.plan = o->plan,
		.noise = o->noise,
		.noise_db = o->noise_db,
		.seed = o->seed,
		.program = o->program };
	/* The head's output, unless a layer is asked for. */
	if (o->apply && !router->layer)
		r->item.one = false;
	for (size_t l = 0; l < r->model.o.layers; l++)
		if (r->model.layer[l].booked)
			moe_layer_margins(&r->model.layer[l]);
	return open_shadow(r, e);
}

int
routing_open(struct routing *r, const struct routing_opts *o, struct err *e)
{
	const char *path = o->router.path;
	bool ours = false;
	int status;

	*r = (struct routing){ .o = o };
	if (path && moe_load_is_model(path, &ours, e) != 0)
		return -1;
	status = ours || (o->apply && path) ? open_model(r, ours, e)
					    : open_router(r, e);
	if (status != 0)
		routing_close(r);
	return status;
}

void
routing_close(struct routing *r)
{
	for (size_t i = 0; i < r->workers; i++) {
		route_close(r->by_router[i]);
		moe_item_close(r->by_model[i]);
	}
	free(r->by_router);
	free(r->by_model);
	router_free(&r->router);
	router_free(&r->shadow);
	moe_free(&r->model);
	moe_free(&r->shadow_model);
	*r = (struct routing){ 0 };
}

void
routing_start(
	struct routing *r, size_t workers, struct pool *pool, bool progress)
{
	r->workers = workers;
	r->by_router = mem_zalloc(workers, sizeof(struct route *));
	r->by_model = mem_zalloc(workers, sizeof(struct moe_item *));
	r->route.pool = r->model.pool = r->shadow_model.pool = pool;
	r->route.progress = r->item.progress = progress;
}

static void
take_item(struct routing *r, struct source *s, const struct item_info *i,
	struct job *job, size_t worker)
{
	if (r->trained) {
		if (!r->by_model[worker])
			r->by_model[worker] = moe_item_open(&r->item);
		moe_item_run(r->by_model[worker], s, i, job);
		return;
	}
	if (!r->by_router[worker])
		r->by_router[worker] = route_open(&r->route);
	route_item(r->by_router[worker], s, i, job);
}

void
routing_input(
	struct routing *r, struct input *in, struct job *job, size_t worker)
{
	char *name = mem_strdup(input_name(in));
	struct source *s;
	struct item_info info;
	struct err e;
	int got = 0;

	s = source_open(in, r->o->source, &e);
	if (!s)
		got = -1;
	while (s && !job_stopped(job) && (got = source_next(s, &info, &e)) == 1)
		if (job_wants(job, info.item))
			take_item(r, s, &info, job, worker);
	if (got < 0)
		job_fail(job, name, e.msg);
	source_close(s);
	free(name);
}

size_t
routing_items(const struct routing *r)
{
	return r->trained && !r->item.one && !r->item.apply ? r->model.o.layers
							    : 1;
}

const char *
routing_name(const struct routing *r)
{
	return r->trained ? moe_opts_kind_name(r->model.o.kind)
			  : router_name(r->router.kind);
}

size_t
routing_experts(const struct routing *r)
{
	return r->trained ? r->model.o.experts : r->router.experts;
}

const char *
routing_id(const struct routing *r)
{
	const char *id = r->trained ? r->id : r->router.fingerprint;

	return *id ? id : "-";
}
