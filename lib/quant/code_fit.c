#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/exp.h"
#include "quant/code_fit.h"
#include "quant/code_state.h"
#include "quant/logit.h"
#include "util/mem.h"
#include "util/rng.h"

#define BATCH 64 /* tokens whose gradients of M are summed up */
#define RATE 0.1f
#define STREAM 31 /* of the seeded generator */

/* Weights and what Adagrad keeps of their gradients. */
struct block {
	float *w, *sum;
	size_t n;
};

struct column {
	const struct code_tree *tree;
	struct block prior, e, f, m;
	float *gm; /* [m.n] */
};

struct fit {
	const struct code_fit_opts *o;
	size_t columns, rank;
	struct column *col;
	double bits;
};

static void
block_init(struct block *b, size_t n)
{
	b->n = n;
	b->w = mem_zfloats(n);
	b->sum = mem_zfloats(n);
}

static void
block_free(struct block *b)
{
	free(b->w);
	free(b->sum);
}

/* w += g, as far as Adagrad goes. */
static inline void
move(struct block *b, size_t i, float g)
{
	b->sum[i] += g * g;
	b->w[i] += RATE * g / sqrtf(b->sum[i] + 1e-6f);
}

/* A code begins as the first bits of its leaf say, M as the unit matrix. */
static void
column_init(
	struct column *c, const struct code_tree *t, size_t rank, struct rng *r)
{
	size_t nodes = (size_t)1 << t->depth;

	c->tree = t;
	block_init(&c->prior, nodes);
	block_init(&c->e, nodes * rank);
	block_init(&c->f, (t->k + 1) * rank);
	block_init(&c->m, CODE_MAP_AROUND * rank * rank);
	c->gm = mem_zfloats(c->m.n);
	for (size_t i = 0; i < t->k; i++)
		for (size_t q = 0; q < rank; q++) {
			float noise = 0.1f * (float)rng_normal(r);
			unsigned level = (unsigned)q + 1;

			c->f.w[i * rank + q] = noise;
			if (level <= t->depth)
				c->f.w[i * rank + q] +=
					i >> (t->depth - level) & 1 ? 0.5f
								    : -0.5f;
		}
	for (size_t j = 0; j < CODE_MAP_AROUND; j++)
		for (size_t q = 0; q < rank; q++)
			c->m.w[(j * rank + q) * rank + q] = 0.25f;
}

static void
column_free(struct column *c)
{
	block_free(&c->prior);
	block_free(&c->e);
	block_free(&c->f);
	block_free(&c->m);
	free(c->gm);
}

/* The places around that there are. */
static size_t
places(size_t c)
{
	return CODE_MAP_NEAR + (c < CODE_MAP_PAST ? c : CODE_MAP_PAST);
}

/* All bits of a leaf: ds [rank] takes the gradient by s. */
static void
learn_bits(struct fit *t, struct column *c, uint32_t leaf, const float *s,
	float *ds)
{
	size_t node = 1, rank = t->rank;
	const struct code_tree *tree = c->tree;

	for (unsigned level = tree->depth; level > 0; level--) {
		unsigned bit = leaf >> (level - 1) & 1;
		float *e = c->e.w + node * rank, z = c->prior.w[node], g;
		double p;

		if (!code_tree_forks(tree, node, level)) {
			node *= 2;
			continue;
		}
		for (size_t r = 0; r < rank; r++)
			z += e[r] * s[r];
		p = 1 / (1 + exp_of(bit ? -z : z));
		t->bits -= log2(p > 1e-9 ? p : 1e-9);
		g = (float)(bit ? 1 - p : p - 1);
		for (size_t r = 0; r < rank; r++) {
			ds[r] += g * e[r];
			move(&c->e, node * rank + r, g * s[r]);
		}
		move(&c->prior, node, g);
		node = 2 * node + bit;
	}
}

static void
learn_code(struct fit *t, size_t c, const uint32_t *around, uint32_t leaf)
{
	float s[CODE_MAP_RANK_MOST] = { 0 }, ds[CODE_MAP_RANK_MOST] = { 0 };
	size_t rank = t->rank;
	struct column *col = &t->col[c];

	for (size_t j = 0; j < places(c); j++) {
		const float *f =
			t->col[code_map_column(c, j)].f.w + around[j] * rank;
		const float *m = col->m.w + j * rank * rank;

		for (size_t q = 0; q < rank; q++, m += rank)
			for (size_t r = 0; r < rank; r++)
				s[r] += f[q] * m[r];
	}
	learn_bits(t, col, leaf, s, ds);
	for (size_t j = 0; j < places(c); j++) {
		struct block *f = &t->col[code_map_column(c, j)].f;
		size_t at = around[j] * rank, i = j * rank * rank;

		for (size_t q = 0; q < rank; q++, i += rank) {
			float g = 0;

			for (size_t r = 0; r < rank; r++) {
				g += col->m.w[i + r] * ds[r];
				col->gm[i + r] += f->w[at + q] * ds[r];
			}
			move(f, at + q, g);
		}
	}
}

static void
move_maps(struct fit *t)
{
	for (size_t c = 0; c < t->columns; c++) {
		struct column *col = &t->col[c];

		for (size_t i = 0; i < col->m.n; i++)
			move(&col->m, i, col->gm[i] / BATCH);
		memset(col->gm, 0, col->m.n * sizeof(*col->gm));
	}
}

static float
largest(const float *x, size_t n)
{
	float most = 1e-6f;

	for (size_t i = 0; i < n; i++)
		most = fabsf(x[i]) > most ? fabsf(x[i]) : most;
	return most;
}

static void
to_bytes(const float *x, size_t n, float most, int8_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (int8_t)lrintf(x[i] / most * 127);
}

/*
 * In whole numbers: E and F fill their 8 bits, what that takes goes to M, which
 * fills its 16; s keeps what 32 bits leave.
 */
static void
round_column(const struct column *c, const float *fscale, size_t rank,
	struct code_map *m)
{
	size_t n = CODE_MAP_AROUND * rank * rank;
	float e = largest(c->e.w, c->e.n), *x = mem_floats(n), most;
	int bits = 0;

	*m = (struct code_map){ .k = c->tree->k,
		.rank = rank,
		.nodes = (size_t)1 << c->tree->depth };
	m->prior = mem_alloc(m->nodes, sizeof(*m->prior));
	m->e = mem_alloc(c->e.n, 1);
	m->f = mem_alloc(c->f.n, 1);
	m->m = mem_alloc(n, sizeof(*m->m));
	for (size_t i = 0; i < m->nodes; i++)
		m->prior[i] =
			(int16_t)logit_clamp((int)lrintf(c->prior.w[i] * 256));
	to_bytes(c->e.w, c->e.n, e, m->e);
	to_bytes(c->f.w, c->f.n, largest(c->f.w, c->f.n), m->f);
	for (size_t i = 0; i < n; i++)
		x[i] = c->m.w[i] * 256 * e / 127 * fscale[i / (rank * rank)] /
			127;
	most = largest(x, n);
	while (bits < 30 && most * (float)(1 << (bits + 1)) < 32767)
		bits++;
	for (size_t i = 0; i < n; i++)
		m->m[i] = (int16_t)lrintf(x[i] * (float)(1 << bits));
	free(x);
	/* M f is at most 2^22 a place and number: 2^18 after this. */
	m->down = bits < 6 ? (unsigned)bits : 6;
	m->up = (unsigned)bits - m->down;
}

static void
round_all(const struct fit *t, struct code_map *map)
{
	for (size_t c = 0; c < t->columns; c++) {
		float scale[CODE_MAP_AROUND] = { 0 };

		for (size_t j = 0; j < places(c); j++) {
			const struct block *f =
				&t->col[code_map_column(c, j)].f;

			scale[j] = largest(f->w, f->n);
		}
		round_column(&t->col[c], scale, t->rank, &map[c]);
	}
}

static void
learn_grid(struct fit *t, struct code_state *s, const struct code_grid *g,
	size_t *done, size_t all)
{
	const uint32_t *codes = g->codes;
	uint32_t around[CODE_MAP_AROUND];

	code_state_begin(s, g->tokens, t->columns);
	for (size_t i = 0; i < g->rows; i++) {
		code_state_row(s, codes);
		for (size_t k = 0; k < g->tokens; k++) {
			for (size_t c = 0; c < t->columns; c++) {
				code_state_around(s, k, c, around);
				learn_code(t, c, around,
					t->col[c].tree->leaf[*codes++]);
			}
			if (++*done % BATCH == 0)
				move_maps(t);
		}
		if (t->o->progress)
			t->o->progress(t->o->arg, *done, all);
	}
}

double
code_fit(const struct code_model *m, const struct code_grid *grid, size_t grids,
	const struct code_fit_opts *o, struct code_map *map)
{
	struct fit t = { .o = o, .columns = m->columns, .rank = o->rank };
	struct code_state *s = code_state_open(m);
	size_t done = 0, tokens = 0, *order = mem_alloc(grids, sizeof(*order));
	struct rng r;

	rng_seed(&r, o->seed, STREAM);
	t.col = mem_zalloc(t.columns, sizeof(*t.col));
	for (size_t c = 0; c < t.columns; c++)
		column_init(&t.col[c], &m->tree[c], o->rank, &r);
	for (size_t i = 0; i < grids; i++) {
		order[i] = i;
		tokens += grid[i].rows * grid[i].tokens;
	}
	for (size_t p = 0; p < o->passes; p++) {
		t.bits = 0;
		rng_shuffle(&r, order, grids);
		for (size_t i = 0; i < grids; i++)
			learn_grid(&t, s, &grid[order[i]], &done,
				tokens * o->passes);
	}
	round_all(&t, map);
	for (size_t c = 0; c < t.columns; c++)
		column_free(&t.col[c]);
	free(t.col);
	free(order);
	code_state_close(s);
	return tokens ? t.bits / (double)tokens : 0;
}
