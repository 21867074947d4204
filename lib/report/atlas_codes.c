#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "quant/components.h"
#include "report/atlas_codes.h"
#include "util/mem.h"

/* Codes decoded at a time. */
#define BATCH ((size_t)256)

void
atlas_codes_free(struct atlas_codes *a)
{
	free(a->code);
	free(a->x);
	*a = (struct atlas_codes){ 0 };
}

static uint64_t
count_of(const struct counts *c, uint32_t code)
{
	return c && code < c->room ? c->n[code] : 0;
}

uint64_t
atlas_codes_count(const struct atlas_codes *a, size_t i)
{
	return count_of(a->counts, a->code[i]);
}

static int
by_use(const void *x, const void *y, void *arg)
{
	const uint32_t *a = x, *b = y;
	uint64_t m = count_of(arg, *a), n = count_of(arg, *b);

	if (m != n)
		return m < n ? 1 : -1;
	return (*a > *b) - (*a < *b);
}

static int
by_index(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

void
atlas_codes_choose(struct atlas_codes *a, size_t most)
{
	a->code = mem_alloc(a->k, sizeof(*a->code));
	for (size_t i = 0; i < a->k; i++)
		a->code[i] = (uint32_t)i;
	if (a->counts)
		qsort_r(a->code, a->k, sizeof(*a->code), by_use,
			(void *)(uintptr_t)a->counts);
	a->n = a->k < most ? a->k : most;
	if (a->sort == ATLAS_INDEX)
		qsort(a->code, a->n, sizeof(*a->code), by_index);
}

/* The field that a code is decoded in, and the place of its middle. */
static struct grid
field(const struct model *m, size_t n, size_t *middle)
{
	struct grid g = { n, 1, 1 };

	*middle = 0;
	if (m->net.type != NET_CONV)
		return g;
	g.h = 3;
	g.w = m->transform.kind == ITEM_IMAGE ? 3 : 1;
	*middle = grid_tokens((struct grid){ 1, g.h, g.w }) / 2;
	return g;
}

/* Latents [n, side, d] of n codes, each `side` times. */
static void
look_up(const struct atlas_codes *a, const uint32_t *code, size_t n,
	size_t side, float *z)
{
	const struct quantizer *q = &a->model->quantizer;
	const uint32_t before = 0;

	memset(z, 0, n * side * q->d * sizeof(*z));
	for (size_t i = 0; i < n * side; i++)
		quantizer_add(q, a->column, &code[i / side], &before, 1, 1, 1,
			z + i * q->d);
}

/*
 * Coefficients x [dim] of a lapped transform swing with the phase; with the
 * slope beside them they are magnitudes: x_j^2 + (x_{j+1} - x_{j-1})^2 (Daudet
 * and Sandler, MDCT analysis of sinusoids, 2004).  In decibels; silence is far
 * down, not nowhere.  y [dim].
 */
static void
to_decibels(const float *x, size_t dim, float *y)
{
	for (size_t j = 0; j < dim; j++) {
		float low = j > 0 ? x[j - 1] : 0;
		float high = j + 1 < dim ? x[j + 1] : 0;

		y[j] = 10 *
			log10f(x[j] * x[j] + (high - low) * (high - low) +
				1e-24f);
	}
}

/* Behind the first stage: the mean, and what a code adds to no code at all. */
static void
take_away(struct atlas_codes *a, const float *nothing)
{
	const float *mu = a->model->transform.mu;

	for (size_t i = 0; i < a->n; i++)
		for (size_t j = 0; j < a->dim; j++)
			a->x[i * a->dim + j] += mu[j] - nothing[j];
}

/* What n codes, or none (code NULL, n 1), decode to: to [n, dim].  z and x are
 * room for a batch with its fields. */
static void
decode_batch(const struct atlas_codes *a, const uint32_t *code, size_t n,
	float *z, float *x, float *to)
{
	const struct model *m = a->model;
	size_t middle, side = grid_tokens(field(m, 1, &middle));

	if (code)
		look_up(a, code, n, side, z);
	else
		memset(z, 0, side * m->net.d * sizeof(*z));
	net_decode_grid(&m->net, NULL, z, field(m, n, &middle), x);
	for (size_t i = 0; i < n; i++)
		memcpy(to + i * a->dim, x + (i * side + middle) * a->dim,
			a->dim * sizeof(*x));
	transform_restore(&m->transform, to, n);
}

static void
decode(struct atlas_codes *a)
{
	const struct model *m = a->model;
	size_t middle, side = grid_tokens(field(m, 1, &middle));
	float *z = mem_floats(BATCH * side * m->net.d);
	float *x = mem_floats(BATCH * side * a->dim);
	float *nothing = mem_floats(a->dim);

	a->x = mem_floats(a->n * a->dim);
	for (size_t from = 0; from < a->n; from += BATCH)
		decode_batch(a, a->code + from,
			a->n - from < BATCH ? a->n - from : BATCH, z, x,
			a->x + from * a->dim);
	if (a->column >= m->quantizer.groups) {
		decode_batch(a, NULL, 1, z, x, nothing);
		take_away(a, nothing);
	}
	for (size_t i = 0; m->transform.kind == ITEM_AUDIO && i < a->n; i++) {
		memcpy(x, a->x + i * a->dim, a->dim * sizeof(*x));
		to_decibels(x, a->dim, a->x + i * a->dim);
	}
	free(z);
	free(x);
	free(nothing);
}

struct place {
	size_t at; /* which code */
	float first, second;
};

static int
by_first(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static int
by_second(const void *x, const void *y)
{
	const struct place *a = x, *b = y;

	if (a->second != b->second)
		return a->second < b->second ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* Codes and vectors in the order of place. */
static void
arrange(struct atlas_codes *a, const struct place *place)
{
	float *x = mem_floats(a->n * a->dim);
	uint32_t *code = mem_alloc(a->n, sizeof(*code));

	for (size_t i = 0; i < a->n; i++) {
		code[i] = a->code[place[i].at];
		memcpy(x + i * a->dim, a->x + place[i].at * a->dim,
			a->dim * sizeof(*x));
	}
	free(a->x);
	free(a->code);
	a->x = x;
	a->code = code;
}

/* Rows by the first principal component, and within a row by the second. */
static int
sort_alike(struct atlas_codes *a, size_t columns, struct err *e)
{
	size_t d = columns > 1 && a->dim > 1 ? 2 : 1;
	double *mean = mem_alloc(a->dim, sizeof(*mean)), variance[2];
	float *x = components_centred(a->x, a->n, a->dim, mean);
	float *p = mem_floats(2 * a->dim);
	struct place *place = mem_alloc(a->n, sizeof(*place));
	int status = components_find(x, a->n, a->dim, d, p, variance, e);

	for (size_t i = 0; status == 0 && i < a->n; i++) {
		float to[2] = { 0, 0 };

		for (size_t j = 0; j < d; j++)
			for (size_t l = 0; l < a->dim; l++)
				to[j] += p[j * a->dim + l] * x[i * a->dim + l];
		place[i] = (struct place){ i, to[0], to[1] };
	}
	if (status == 0) {
		qsort(place, a->n, sizeof(*place), by_first);
		for (size_t i = 0; d == 2 && i < a->n; i += columns)
			qsort(place + i,
				a->n - i < columns ? a->n - i : columns,
				sizeof(*place), by_second);
		arrange(a, place);
	}
	free(place);
	free(p);
	free(x);
	free(mean);
	return status;
}

int
atlas_codes_decode(struct atlas_codes *a, size_t columns, struct err *e)
{
	decode(a);
	if (a->sort != ATLAS_SIMILARITY || a->n < 2)
		return 0;
	return sort_alike(a, columns, e);
}
