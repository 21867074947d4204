#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "model/capacity.h"
#include "model/moe_book.h"
#include "model/moe_distil.h"
#include "model/router_codes.h"
#include "model/router_map.h"
#include "model/router_rules.h"
#include "quant/kmeans.h"
#include "util/mem.h"

#define ROWS_MIN ((size_t)4096)
#define ROWS_MAX ((size_t)65536)
#define ITERATIONS ((size_t)8)

size_t
moe_book_rows(const struct moe *m)
{
	size_t n = 20 * m->o.codes;

	n = n < ROWS_MIN ? ROWS_MIN : n > ROWS_MAX ? ROWS_MAX : n;
	return n < m->o.codes ? m->o.codes : n;
}

bool
moe_book_is_due(const struct moe *m)
{
	enum moe_kind k = m->o.kind;
	bool wanted =
		moe_opts_has_book(k) || k == MOE_STABLE || k == MOE_KMEANS;

	return wanted && !m->built && m->adam.step >= moe_opts_book_step(&m->o);
}

int
moe_book_check(const struct moe *m, struct err *e)
{
	enum moe_kind k = m->o.kind;

	if (m->built || m->o.steps > 0 || k == MOE_RANDOM ||
		!(moe_opts_has_book(k) || moe_opts_is_frozen(k)))
		return 0;
	return err_set(e,
		"-s 0: router %s is made from rows while it trains, which "
		"takes a step at least",
		moe_opts_kind_name(k));
}

static void
copy_row(struct params *ps, size_t from, size_t to)
{
	memcpy(params_in(ps, ps->w, to), params_in(ps, ps->w, from),
		ps->row[to].size * sizeof(*ps->w));
}

/* The copy of the input map, as it is now. */
static void
freeze_input(struct moe *m)
{
	if (m->linear.in) {
		copy_row(&m->ps, m->linear.weight, m->frozen_linear.weight);
		copy_row(&m->ps, m->linear.bias, m->frozen_linear.bias);
	}
	if (m->o.input == MOE_EMBEDDING) {
		copy_row(&m->ps, m->embed.table, m->frozen_embed.table);
		copy_row(&m->ps, m->embed.bias, m->frozen_embed.bias);
	}
	m->frozen = true;
}

void
moe_book_freeze_random(struct moe *m)
{
	freeze_input(m);
	for (size_t l = 0; l < m->o.layers; l++) {
		struct moe_layer *layer = &m->layer[l];
		float *w = params_in(&m->ps, m->ps.w, layer->frozen_w);

		for (size_t i = 0; i < m->o.experts * layer->d; i++)
			w[i] = (float)rng_normal(&m->rng);
		layer->frozen = true;
	}
	m->built = true;
	moe_pack(m);
}

/* What the sample looks like in a layer. */
struct seen {
	size_t n;
	float *u;         /* [n, d] */
	float *frozen;    /* [n, d] */
	uint32_t *choice; /* [n] first expert of the continuous path */
};

static struct moe_batch
rows_of(const struct moe *m, const struct moe_batch *b, size_t v, size_t n)
{
	return (struct moe_batch){ .n = n,
		.x = b->x ? b->x + v * m->o.columns : NULL,
		.token = b->token ? b->token + v * m->o.columns * m->o.context
				  : NULL };
}

static void
keep(const struct moe *m, const struct moe_work *w, size_t v, size_t n,
	struct seen *seen)
{
	size_t d = m->o.width, t = m->o.top;

	for (size_t l = 0; l < m->o.layers; l++) {
		memcpy(seen[l].u + v * d, w->layer[l].u, n * d * sizeof(float));
		if (m->frozen)
			memcpy(seen[l].frozen + v * d, w->frozen,
				n * d * sizeof(float));
		for (size_t r = 0; r < n; r++)
			seen[l].choice[v + r] = w->layer[l].chosen[r * t];
	}
}

static struct seen *
look(const struct moe *m, const struct moe_batch *b)
{
	struct seen *seen = mem_alloc(m->o.layers, sizeof(*seen));
	size_t size = b->n * m->o.width;
	struct moe_work w;

	for (size_t l = 0; l < m->o.layers; l++)
		seen[l] = (struct seen){ .n = b->n,
			.u = mem_floats(size),
			.frozen = mem_floats(m->frozen ? size : 0),
			.choice = mem_alloc(b->n, sizeof(uint32_t)) };
	moe_work_init(&w, m, CAPACITY_WINDOW, false, false);
	for (size_t v = 0; v < b->n; v += w.room) {
		struct moe_batch part =
			rows_of(m, b, v, b->n - v < w.room ? b->n - v : w.room);

		moe_forward(m, &part, &w, m->o.layers);
		keep(m, &w, v, part.n, seen);
	}
	moe_work_free(&w, m);
	return seen;
}

static void
forget(const struct moe *m, struct seen *seen)
{
	for (size_t l = 0; l < m->o.layers; l++) {
		free(seen[l].u);
		free(seen[l].frozen);
		free(seen[l].choice);
	}
	free(seen);
}

/* centre [k, d], of u or of the frozen features. */
static void
cluster(struct moe *m, const float *x, size_t n, size_t k, float *centre)
{
	struct kmeans o = { .k = k, .iterations = ITERATIONS };

	kmeans_seed(x, n, m->o.width, k, &m->rng, m->pool, centre);
	kmeans_lloyd(&o, x, n, m->o.width, m->pool, centre);
}

/* To each code the expert that most of its tokens have; first[] stays where
 * there is none. */
static void
distil_map(const struct moe *m, const struct seen *s, const uint32_t *codes,
	uint32_t *map)
{
	size_t e = m->o.experts, k = m->o.codes;
	size_t *votes = mem_zalloc(k * e, sizeof(*votes));

	for (size_t v = 0; v < s->n; v++)
		votes[codes[v] * e + s->choice[v]]++;
	for (size_t i = 0; i < k; i++) {
		size_t most = 0;

		for (size_t j = 0; j < e; j++)
			if (votes[i * e + j] > most) {
				most = votes[i * e + j];
				map[i] = (uint32_t)j;
			}
	}
	free(votes);
}

static void
grouped_map(const struct moe *m, const float *q, size_t n,
	const uint32_t *codes, uint32_t *map)
{
	size_t k = m->o.codes;
	double *use = mem_zalloc(k, sizeof(*use));

	for (size_t v = 0; v < n; v++)
		use[codes[v]]++;
	router_map_grouped(q, use, k, m->o.width, m->o.experts, map);
	free(use);
}

static uint32_t *
map_from_file(const struct moe *m, struct err *e)
{
	size_t found;
	uint32_t *map =
		router_codes_map_file(m->o.map_path, m->o.codes, &found, e);

	if (map && found > m->o.experts) {
		err_set(e, "--map %s: expert %zu of %zu", m->o.map_path,
			found - 1, m->o.experts);
		free(map);
		return NULL;
	}
	return map;
}

uint32_t *
moe_book_rules(const struct moe *m, struct err *e)
{
	uint32_t *map = mem_alloc(m->o.codes, sizeof(*map));
	struct router_rules rules;
	int status = router_rules_load(&rules, m->o.rules, e);

	if (status == 0) {
		status = router_rules_map(
			&rules, m->o.codes, m->o.experts, map, e);
		router_rules_free(&rules);
	}
	if (status == 0)
		return map;
	free(map);
	return NULL;
}

static uint32_t *
make_map(const struct moe *m, const struct seen *s, const float *q,
	struct err *e)
{
	size_t k = m->o.codes, d = m->o.width;
	uint32_t *map, *codes;
	struct nearest search;

	if (m->o.kind == MOE_HYBRID)
		return moe_book_rules(m, e);
	if (m->o.map == MOE_MAP_FILE)
		return map_from_file(m, e);
	map = mem_alloc(k, sizeof(*map));
	if (m->o.map == MOE_MODULO) {
		router_map_modulo(k, m->o.experts, map);
		return map;
	}
	codes = mem_alloc(s->n, sizeof(*codes));
	nearest_init(&search, q, k, d);
	nearest_find_all(&search, m->pool, s->u, s->n, codes, NULL);
	grouped_map(m, q, s->n, codes, map);
	if (m->o.map == MOE_DISTIL)
		distil_map(m, s, codes, map);
	nearest_free(&search);
	free(codes);
	return map;
}

static int
build_book(
	struct moe *m, struct moe_layer *l, const struct seen *s, struct err *e)
{
	size_t k = m->o.codes;
	float *q = mem_floats(k * l->d);
	uint32_t *map;

	cluster(m, s->u, s->n, k, q);
	map = make_map(m, s, q, e);
	if (map) {
		l->book.type->start(&l->book, q);
		moe_layer_take_map(l, map);
	}
	free(q);
	return map ? 0 : -1;
}

/* The nearest of E centres has the largest x . c - |c|^2 / 2. */
static void
build_kmeans(struct moe *m, struct moe_layer *l, const struct seen *s)
{
	float *w = params_in(&m->ps, m->ps.w, l->frozen_w);
	float *b = params_in(&m->ps, m->ps.w, l->frozen_b);

	cluster(m, s->frozen, s->n, m->o.experts, w);
	for (size_t j = 0; j < m->o.experts; j++) {
		double norm = 0;

		for (size_t i = 0; i < l->d; i++)
			norm += (double)w[j * l->d + i] *
				(double)w[j * l->d + i];
		b[j] = (float)(-norm / 2);
	}
	l->frozen = true;
}

static double
build_stable(struct moe *m, struct moe_layer *l, const struct seen *s)
{
	l->frozen = true;
	return moe_distil_router(s->frozen, s->choice, s->n, l->d, m->o.experts,
		m->pool, &m->rng, params_in(&m->ps, m->ps.w, l->frozen_w),
		params_in(&m->ps, m->ps.w, l->frozen_b));
}

int
moe_book_build(struct moe *m, const struct moe_batch *sample, double *agreement,
	struct err *e)
{
	struct seen *seen;
	int status = 0;

	*agreement = 1;
	if (moe_opts_is_frozen(m->o.kind)) {
		freeze_input(m);
		moe_pack(m);
	}
	seen = look(m, sample);
	for (size_t l = 0; l < m->o.layers && status == 0; l++) {
		struct moe_layer *layer = &m->layer[l];

		if (moe_opts_has_book(m->o.kind))
			status = build_book(m, layer, &seen[l], e);
		if (m->o.kind == MOE_KMEANS)
			build_kmeans(m, layer, &seen[l]);
		if (m->o.kind == MOE_STABLE)
			*agreement = fmin(
				*agreement, build_stable(m, layer, &seen[l]));
	}
	forget(m, seen);
	if (status == 0) {
		m->built = true;
		moe_pack(m);
	}
	return status;
}
