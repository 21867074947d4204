#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/kmeans_groups.h"
#include "util/mem.h"

#define POWER 1

struct split {
	const float *code;
	size_t d;
	double *mean, *axis, *next; /* [d] */
	struct place {
		double at;
		uint32_t code;
	} * place; /* [k] */
};

/* Mean of the codes of m places; axis: the code farthest from it, less it. */
static void
first_axis(const struct split *s, const struct place *p, size_t m)
{
	double most = -1;

	memset(s->mean, 0, s->d * sizeof(*s->mean));
	for (size_t o = 0; o < m; o++)
		for (size_t i = 0; i < s->d; i++)
			s->mean[i] += (double)s->code[p[o].code * s->d + i] /
				(double)m;
	for (size_t o = 0; o < m; o++) {
		const float *c = s->code + p[o].code * s->d;
		double sum = 0;

		for (size_t i = 0; i < s->d; i++)
			sum += pow((double)c[i] - s->mean[i], 2);
		if (sum <= most)
			continue;
		most = sum;
		for (size_t i = 0; i < s->d; i++)
			s->axis[i] = (double)c[i] - s->mean[i];
	}
}

/* Where the codes lie on the axis; next: their covariance times the axis. */
static void
project(const struct split *s, struct place *p, size_t m)
{
	memset(s->next, 0, s->d * sizeof(*s->next));
	for (size_t o = 0; o < m; o++) {
		const float *c = s->code + p[o].code * s->d;
		double at = 0;

		for (size_t i = 0; i < s->d; i++)
			at += ((double)c[i] - s->mean[i]) * s->axis[i];
		for (size_t i = 0; i < s->d; i++)
			s->next[i] += at * ((double)c[i] - s->mean[i]);
		p[o].at = at;
	}
}

static void
turn_axis(const struct split *s)
{
	double sum = 0;

	for (size_t i = 0; i < s->d; i++)
		sum += s->next[i] * s->next[i];
	for (size_t i = 0; i < s->d && sum > 0; i++)
		s->axis[i] = s->next[i] / sqrt(sum);
}

static int
along(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

static int
by_code(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->code > y->code) - (x->code < y->code);
}

/* Halve m places along their principal axis until a group is left. */
static void
halve(const struct split *s, struct place *p, size_t m, size_t size)
{
	size_t left = (m + size - 1) / size / 2 * size;

	if (left == 0) {
		qsort(p, m, sizeof(*p), by_code);
		return;
	}
	first_axis(s, p, m);
	for (size_t i = 0; i < POWER; i++) {
		project(s, p, m);
		turn_axis(s);
	}
	project(s, p, m);
	qsort(p, m, sizeof(*p), along);
	halve(s, p, left, size);
	halve(s, p + left, m - left, size);
}

void
kmeans_groups_init(struct kmeans_groups *g, const float *code, size_t k,
	size_t d, size_t most)
{
	size_t panels = (k + most * PANEL - 1) / (most * PANEL);
	struct split s = { .code = code, .d = d };

	*g = (struct kmeans_groups){ .k = k, .d = d, .size = panels * PANEL };
	g->groups = (k + g->size - 1) / g->size;
	g->group = mem_alloc(k, sizeof(*g->group));
	g->member = mem_alloc(k, sizeof(*g->member));
	g->part = mem_zalloc(g->groups, sizeof(*g->part));
	g->centre = mem_floats(d);
	s.mean = mem_alloc(3 * d, sizeof(*s.mean));
	s.axis = s.mean + d;
	s.next = s.axis + d;
	s.place = mem_alloc(k, sizeof(*s.place));
	for (size_t j = 0; j < k; j++)
		s.place[j] = (struct place){ 0, (uint32_t)j };
	halve(&s, s.place, k, g->size);
	for (size_t o = 0; o < k; o++) {
		g->member[o] = s.place[o].code;
		g->group[g->member[o]] = (uint32_t)(o / g->size);
	}
	free(s.place);
	free(s.mean);
}

static void
free_parts(struct kmeans_groups *g)
{
	for (size_t i = 0; g->part && i < g->groups; i++)
		panel_free(&g->part[i]);
}

void
kmeans_groups_free(struct kmeans_groups *g)
{
	free_parts(g);
	free(g->group);
	free(g->member);
	free(g->part);
	free(g->centre);
	*g = (struct kmeans_groups){ 0 };
}

size_t
kmeans_groups_codes(const struct kmeans_groups *g, size_t group)
{
	size_t left = g->k - group * g->size;

	return left < g->size ? left : g->size;
}

struct task {
	struct kmeans_groups *g;
	const struct panel *all;
};

/* Row j of the panel's matrix. */
static void
unpack(const struct panel *p, size_t j, float *row)
{
	const float *w = p->w + j / PANEL * p->d * PANEL + j % PANEL;

	for (size_t i = 0; i < p->d; i++)
		row[i] = w[i * PANEL];
}

static void
pack_group(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct kmeans_groups *g = t->g;
	const uint32_t *member = g->member + chunk * g->size;
	size_t codes = kmeans_groups_codes(g, chunk);
	float *row = mem_zfloats(g->size * g->d);
	float *start = mem_floats(g->size);

	(void)worker;
	for (size_t i = 0; i < g->size; i++)
		start[i] = i < codes ? t->all->start[member[i]] : -INFINITY;
	for (size_t i = 0; i < codes; i++)
		unpack(t->all, member[i], row + i * g->d);
	panel_free(&g->part[chunk]);
	panel_init(&g->part[chunk], row, start, g->size, g->d);
	free(row);
	free(start);
}

void
kmeans_groups_pack(
	struct kmeans_groups *g, const float *code, struct pool *pool)
{
	struct nearest all;
	struct task t = { g, &all.panel };
	float least = 0;

	nearest_init(&all, code, g->k, g->d);
	for (size_t j = 0; j < g->k; j++) /* start is -|c|^2 / 2 */
		least = fminf(least, all.panel.start[j]);
	g->reach = -2 * (double)least;
	memcpy(g->centre, all.centre, g->d * sizeof(*g->centre));
	pool_run(pool, g->groups, pack_group, &t);
	nearest_free(&all);
}
