#include <stdlib.h>
#include <string.h>

#include "model/capacity.h"
#include "model/route_lane.h"
#include "util/mem.h"

#define RANDOM_MAX ((size_t)1 << 30) /* numbers in a random gate */

void
route_lane_init(struct route_lane *l, const struct router *r, size_t workers)
{
	size_t n = CAPACITY_WINDOW, t = r->top;

	*l = (struct route_lane){ .router = r };
	if (r->kind == ROUTER_HASH || r->kind == ROUTER_RANDOM) {
		l->own = *r;
		l->router = &l->own;
	}
	l->out.experts = mem_alloc(n * t, sizeof(*l->out.experts));
	l->out.gates = mem_floats(n * t);
	if (r->book.k) {
		l->out.codes = mem_alloc(n, sizeof(*l->out.codes));
		l->out.margin = mem_floats(n);
	}
	l->work_size = router_work(r);
	l->work = mem_floats(l->work_size * workers);
}

void
route_lane_free(struct route_lane *l)
{
	if (l->router == &l->own)
		router_free(&l->own);
	free(l->out.experts);
	free(l->out.gates);
	free(l->out.codes);
	free(l->out.margin);
	free(l->work);
	*l = (struct route_lane){ 0 };
}

/* True if the item is the latents of this router's own model. */
static bool
are_latents(const struct router *r, const struct item_info *i)
{
	const char *kind = i->meta ? meta_get(i->meta, "kind") : NULL;
	const char *model = i->meta ? meta_get(i->meta, "model") : NULL;

	return kind && model && strcmp(kind, "vectors") == 0 &&
		strcmp(model, r->book.model) == 0;
}

int
route_lane_suit(struct route_lane *l, const struct item_info *i, uint64_t seed,
	struct err *e)
{
	size_t d = i->cols;

	l->latents = are_latents(l->router, i);
	if (l->router->book.latents_only && !l->latents)
		return err_set(e,
			"not latents of the router's model: vq-encode "
			"--latents makes them");
	if (l->router->kind == ROUTER_RANDOM && l->own.d != d) {
		if (l->own.experts > RANDOM_MAX / d)
			return err_set(
				e, "rows of %zu numbers are too long", d);
		router_randomize(&l->own, d, seed);
	}
	if (l->router->kind == ROUTER_HASH)
		l->own.d = d;
	if (d == l->router->d)
		return 0;
	return err_set(e,
		"rows of %zu numbers, but the router takes rows of %zu", d,
		l->router->d);
}

size_t
route_lane_rows(const struct route_lane *l, const float *x, size_t n, size_t at,
	size_t worker)
{
	size_t t = l->router->top;
	struct router_out out = { l->out.experts + at * t,
		l->out.gates + at * t, l->out.codes ? l->out.codes + at : NULL,
		l->out.margin ? l->out.margin + at : NULL };

	return router_rows(l->router, x, n, l->latents, &out,
		l->work + worker * l->work_size);
}
