#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "quant/grow.h"
#include "util/mem.h"

#define ITERATIONS 3 /* of k-means in a cell */

/* A code with its load, in a heap: the highest load on top. */
struct piece {
	double load;
	uint32_t code;
};

static bool
above(struct piece a, struct piece b)
{
	return a.load > b.load || (a.load == b.load && a.code < b.code);
}

static void
swap(struct piece *a, struct piece *b)
{
	struct piece t = *a;

	*a = *b;
	*b = t;
}

static void
sink(struct piece *heap, size_t n, size_t i)
{
	for (size_t next; (next = 2 * i + 1) < n; i = next) {
		if (next + 1 < n && above(heap[next + 1], heap[next]))
			next++;
		if (!above(heap[next], heap[i]))
			return;
		swap(&heap[next], &heap[i]);
	}
}

static void
rise(struct piece *heap, size_t i)
{
	for (; i && above(heap[i], heap[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&heap[i], &heap[(i - 1) / 2]);
}

/* Which old code each new one is split from. */
static void
deal(const struct grow *g, uint32_t *root)
{
	struct piece *heap = mem_alloc(g->k + g->more, sizeof(*heap));

	for (size_t j = 0; j < g->k; j++) {
		heap[j] = (struct piece){ 0, (uint32_t)j };
		root[j] = (uint32_t)j;
	}
	for (size_t v = 0; v < g->n; v++)
		heap[g->idx[v]].load += g->w ? (double)g->w[v] : 1;
	for (size_t j = g->k; j-- > 0;)
		sink(heap, g->k, j);
	for (size_t j = g->k; j < g->k + g->more; j++) {
		struct piece child = { heap[0].load / 2, (uint32_t)j };

		root[j] = root[heap[0].code];
		heap[0].load = child.load;
		sink(heap, j, 0);
		heap[j] = child;
		rise(heap, j);
	}
	free(heap);
}

/* Items [n] sorted by key, each below k: those of key j are order[first[j]] to
 * before order[first[j + 1]], in their own order. */
static void
sort_by(const uint32_t *key, size_t n, size_t k, size_t *first, size_t *order)
{
	memset(first, 0, (k + 1) * sizeof(*first));
	for (size_t v = 0; v < n; v++)
		first[key[v] + 1]++;
	for (size_t j = 0; j < k; j++)
		first[j + 1] += first[j];
	for (size_t v = 0; v < n; v++)
		order[first[key[v]]++] = v;
	memmove(first + 1, first, k * sizeof(*first));
	first[0] = 0;
}

/* An old code and its new ones: table [1 + m, d], the old one first; x [n, d],
 * the vectors of its cell. */
struct cell {
	size_t n, m, d;
	float *x, *table;
	double *w;     /* [n] */
	uint32_t *idx; /* [n] */
};

static void
cell_init(struct cell *c, const struct grow *g, size_t j, const size_t *row,
	size_t n, size_t m)
{
	*c = (struct cell){ .n = n, .m = m, .d = g->d };
	c->x = mem_floats(n * g->d);
	c->table = mem_floats((m + 1) * g->d);
	c->idx = mem_alloc(n, sizeof(*c->idx));
	c->w = mem_alloc(n, sizeof(*c->w));
	for (size_t i = 0; i < n; i++)
		c->w[i] = g->w ? (double)g->w[row[i]] : 1;
	for (size_t i = 0; i < n; i++)
		memcpy(c->x + i * g->d, g->x + row[i] * g->d,
			g->d * sizeof(*c->x));
	for (size_t i = 0; i <= m; i++)
		memcpy(c->table + i * g->d, g->q + j * g->d,
			g->d * sizeof(*c->table));
}

static void
cell_free(struct cell *c)
{
	free(c->x);
	free(c->table);
	free(c->w);
	free(c->idx);
}

/* Vectors without repetition, as far as there are any. */
static void
cell_draw(struct cell *c, struct rng *r)
{
	size_t *row = mem_alloc(c->n, sizeof(*row));

	for (size_t i = 0; i < c->n; i++)
		row[i] = i;
	for (size_t i = 0; i < c->m && i < c->n; i++) {
		size_t at = i + rng_below(r, c->n - i), t = row[at];

		row[at] = row[i];
		row[i] = t;
		memcpy(c->table + (i + 1) * c->d, c->x + t * c->d,
			c->d * sizeof(*c->x));
	}
	free(row);
}

/* The new codes to the means of what they win; one that wins nothing stays. */
static void
cell_improve(struct cell *c, struct pool *pool)
{
	double *sum = mem_zalloc((c->m + 1) * c->d, sizeof(*sum));
	double *won = mem_zalloc(c->m + 1, sizeof(*won));
	struct nearest s;

	nearest_init(&s, c->table, c->m + 1, c->d);
	nearest_find_all(&s, pool, c->x, c->n, c->idx, NULL);
	nearest_free(&s);
	for (size_t i = 0; i < c->n; i++) {
		won[c->idx[i]] += c->w[i];
		for (size_t o = 0; o < c->d; o++)
			sum[c->idx[i] * c->d + o] +=
				c->w[i] * (double)c->x[i * c->d + o];
	}
	for (size_t j = 1; j <= c->m; j++)
		for (size_t o = 0; o < c->d && won[j] > 0; o++)
			c->table[j * c->d + o] =
				(float)(sum[j * c->d + o] / won[j]);
	free(sum);
	free(won);
}

void
grow_codes(const struct grow *g, struct rng *r, struct pool *pool, float *to,
	uint32_t *root)
{
	size_t *first = mem_alloc(g->k + 1, sizeof(*first));
	size_t *row = mem_alloc(g->n, sizeof(*row));
	size_t *from = mem_alloc(g->k + 1, sizeof(*from));
	size_t *code = mem_alloc(g->more, sizeof(*code));

	deal(g, root);
	sort_by(g->idx, g->n, g->k, first, row);
	sort_by(root + g->k, g->more, g->k, from, code);
	for (size_t j = 0; j < g->k; j++) {
		size_t m = from[j + 1] - from[j];
		struct cell c;

		if (m == 0)
			continue;
		cell_init(&c, g, j, row + first[j], first[j + 1] - first[j], m);
		cell_draw(&c, r);
		for (int i = 0; i < ITERATIONS; i++)
			cell_improve(&c, pool);
		for (size_t i = 0; i < m; i++)
			memcpy(to + code[from[j] + i] * g->d,
				c.table + (i + 1) * g->d, g->d * sizeof(*to));
		cell_free(&c);
	}
	free(first);
	free(row);
	free(from);
	free(code);
}
