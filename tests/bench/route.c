/*
 * Routing in memory: a gate beside the same product by OpenBLAS, a codebook
 * beside the search for the nearest code alone.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "kernel/sgemm.h"
#include "model/router.h"
#include "util/mem.h"

#define VECTORS ((size_t)8192)
#define CHUNK ((size_t)256)

/* Rows through something, on all threads. */
struct work {
	pool_fn *fn;
	struct pool *pool;
	const struct router *router;
	const float *x, *w; /* [VECTORS, d], [experts, d] */
	float *scratch;     /* [threads, work] */
	size_t work;
	struct router_out out;
};

static void
run(void *arg)
{
	struct work *k = arg;

	pool_run(k->pool, VECTORS / CHUNK, k->fn, k);
}

static void
route(void *arg, size_t chunk, size_t worker)
{
	struct work *k = arg;
	size_t at = chunk * CHUNK, t = k->router->top;
	struct router_out out = { k->out.experts + at * t,
		k->out.gates + at * t, k->out.codes + at, k->out.margin + at };

	router_rows(k->router, k->x + at * k->router->d, CHUNK, false, &out,
		k->scratch + worker * k->work);
}

static void
product(void *arg, size_t chunk, size_t worker)
{
	struct work *k = arg;
	size_t d = k->router->d, e = k->router->experts;

	(void)worker;
	sgemm_run(&(struct sgemm){ .ta = 'n',
		.tb = 't',
		.m = CHUNK,
		.n = e,
		.k = d,
		.alpha = 1,
		.a = k->x + chunk * CHUNK * d,
		.lda = d,
		.b = k->w,
		.ldb = d,
		.c = k->out.gates + chunk * CHUNK * e,
		.ldc = e });
}

static void
search(void *arg, size_t chunk, size_t worker)
{
	struct work *k = arg;
	size_t at = chunk * CHUNK;

	nearest_find(&k->router->book.search, k->x + at * k->router->d, CHUNK,
		k->out.codes + at, NULL, k->scratch + worker * k->work);
}

/* r is taken over; than: what it is held against. */
static void
measure(struct router *r, const char *what, pool_fn *than, const char *of,
	const float *x, const float *w, struct pool *pool)
{
	size_t threads = pool_threads(pool), find = nearest_work(r->d);
	struct work a = { .fn = than,
		.pool = pool,
		.router = r,
		.x = x,
		.w = w },
		    b;
	double seconds;

	a.work = router_work(r) > find ? router_work(r) : find;
	a.scratch = mem_floats(threads * a.work);
	a.out = (struct router_out){ mem_alloc(VECTORS * r->top, 2),
		mem_floats(VECTORS * r->experts), mem_alloc(VECTORS, 4),
		mem_floats(VECTORS) };
	b = a;
	b.fn = route;
	seconds = bench_seconds(run, &b);
	bench_row(&(struct bench_row){ .section = "route",
		.what = what,
		.note = of,
		.d = r->d,
		.k = r->experts,
		.threads = threads,
		.value = (double)VECTORS / seconds * 1e-6,
		.unit = "Mrow/s",
		.share = bench_versus(run, &a, &b) });
	free(a.scratch);
	free(a.out.experts);
	free(a.out.gates);
	free(a.out.codes);
	free(a.out.margin);
	router_free(r);
}

static void
gate(size_t d, size_t e, size_t t, const float *x, const float *w,
	struct pool *pool)
{
	struct router r = { .kind = ROUTER_SOFTMAX,
		.experts = e,
		.top = t,
		.d = d,
		.renorm = t > 1 };
	char what[32];

	router_set_gate(&r, w, NULL);
	snprintf(what, sizeof(what), "softmax, t = %zu", t);
	measure(&r, what, product, "of sgemm", x, w, pool);
}

/* Each code its own expert. */
static void
book(size_t d, size_t k, const float *x, const float *w, struct pool *pool)
{
	struct router r = { .kind = ROUTER_VQ, .experts = k, .top = 1, .d = d };
	float *q = mem_floats(k * d);
	uint32_t *map = mem_alloc(k, sizeof(*map));

	for (size_t i = 0; i < k * d; i++)
		q[i] = w[i];
	for (size_t i = 0; i < k; i++)
		map[i] = (uint32_t)i;
	router_book_init(&r.book, q, map, k, d);
	measure(&r, "vq, k = E", search, "of search alone", x, w, pool);
}

/* No arguments. */
int
route_main(int argc, char *argv[])
{
	static const size_t shapes[][2] = { { 1024, 64 }, { 1024, 8 },
		{ 256, 64 }, { 64, 256 } };
	struct pool *pool = pool_open(0);
	struct rng r;

	(void)argc;
	(void)argv;
	rng_seed(&r, 1, 0);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t d = shapes[i][0], e = shapes[i][1];
		float *x = bench_noise(&r, VECTORS * d);
		float *w = bench_noise(&r, e * d);

		gate(d, e, 1, x, w, pool);
		gate(d, e, 2, x, w, pool);
		book(d, e, x, w, pool);
		free(x);
		free(w);
	}
	pool_close(pool);
	return 0;
}
