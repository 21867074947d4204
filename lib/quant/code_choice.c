#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/cpu.h"
#include "quant/code_choice.h"
#include "quant/code_state.h"
#include "util/mem.h"

#define BLOCK ((size_t)48) /* tokens that share one pass over the codes */

struct code_choice {
	const struct quantizer *q;
	const struct code_model *m;
	struct code_state *state;
	size_t stages, tokens;
	double lambda;   /* of a 65,536th of a bit */
	float *part, *y; /* [BLOCK, width] of a column; behind its front */
	float *score;    /* [groups][BLOCK, most]: of first stages */
	float *later;    /* [most]: of one token */
	float *left;     /* [d]: what stages leave of a latent */
	bool coupled;
	float near, corner;
	float *error[2]; /* [tokens, d]: of this row, and of the one before */
	float *target;   /* [d] */
	float *best;     /* [nodes]: the largest score below a node */
	size_t most;     /* codes */
	uint32_t bits[65537]; /* of a turn, in 65,536ths, by its probability */
};

/* A column's tree on its way through. */
struct walk {
	const struct code_choice *c;
	const struct code_mix *mix;
	struct code_mix_place place;
	const struct code_tree *tree;
	double least;
	size_t leaf;
};

/* -log2 (p / 65536) in 65,536ths, by squaring: whole numbers alone. */
static uint32_t
bits_of(uint32_t p)
{
	uint64_t y = (uint64_t)p << 15; /* p / 65536, in 2^-31 */
	uint32_t whole = 0, part = 0;

	for (; y < (uint64_t)1 << 31; y <<= 1)
		whole++;
	for (int i = 0; i < 16; i++) {
		y = y * y >> 31;
		part = 2 * part + (y >> 32 > 0);
		y >>= y >> 32;
	}
	return (whole << 16) - part;
}

int
code_choice_fits(const struct quantizer *q, struct err *e)
{
	for (size_t c = 0; c < quantizer_books(q); c++)
		if (q->book[c].lattice.dims)
			return err_set(e,
				"codebook %zu is a lattice: it is "
				"rounded to, not searched",
				c);
	return 0;
}

static size_t
largest_table(const struct quantizer *q)
{
	size_t most = 0;

	for (size_t i = 0; i < quantizer_books(q); i++)
		most = q->book[i].k > most ? q->book[i].k : most;
	return most;
}

static size_t
widest_front(const struct quantizer *q)
{
	size_t most = 0;

	for (size_t i = 0; i < quantizer_books(q); i++) {
		size_t w = front_width(&q->book[i].front, q->book[i].d);

		most = w > most ? w : most;
	}
	return most;
}

struct code_choice *
code_choice_open(const struct quantizer *q, const struct code_model *m,
	size_t stages, double lambda)
{
	struct code_choice *c = mem_zalloc(1, sizeof(*c));
	size_t nodes = 1;

	c->q = q;
	c->m = m;
	c->state = code_state_open(m);
	c->stages = stages;
	c->lambda = lambda / 65536;
	c->most = largest_table(q);
	while (nodes < c->most)
		nodes *= 2;
	c->part = mem_floats(BLOCK * q->d);
	c->y = mem_floats(BLOCK * widest_front(q));
	c->score = mem_floats(q->groups * BLOCK * c->most);
	c->later = mem_floats(c->most);
	c->left = mem_floats(q->d);
	c->target = mem_floats(q->d);
	c->best = mem_floats(2 * nodes);
	for (uint32_t p = 1; p <= 65536; p++)
		c->bits[p] = bits_of(p);
	return c;
}

void
code_choice_close(struct code_choice *c)
{
	if (!c)
		return;
	code_state_close(c->state);
	free(c->part);
	free(c->y);
	free(c->score);
	free(c->later);
	free(c->left);
	free(c->error[0]);
	free(c->error[1]);
	free(c->target);
	free(c->best);
	free(c);
}

void
code_choice_couple(struct code_choice *c, float near, float corner)
{
	c->coupled = true;
	c->near = near;
	c->corner = corner;
}

void
code_choice_begin(struct code_choice *c, size_t tokens)
{
	c->tokens = tokens;
	for (size_t i = 0; i < 2 && c->coupled; i++) {
		free(c->error[i]);
		c->error[i] = mem_zfloats(tokens * c->q->d);
	}
	code_state_begin(c->state, tokens, c->stages * c->q->groups);
}

/* Of n <= BLOCK rows r [n, d] all codes' scores s [n, most]. */
static void
find_scores(const struct code_choice *c, size_t column, const float *r,
	size_t n, const uint32_t *prev, float *s)
{
	const struct codebook *b = quantizer_book(c->q, column);
	size_t table = b->variants > 1 && prev ? b->variant[*prev] : 0;
	const struct nearest *search = &b->search[table];
	size_t w = search->panel.d;

	quantizer_take(c->q, column, r, n, c->part);
	front_rows(&b->front, c->part, n, b->d, c->y);
	for (size_t v = 0; v < n; v++)
		for (size_t i = 0; i < w; i++)
			c->y[v * w + i] -= search->centre[i];
	cpu_panel_ops()->scores(&search->panel, c->y, n, s, c->most);
}

/* The largest score below each node. */
static void
find_best(const struct code_tree *t, const float *s, float *best)
{
	size_t nodes = (size_t)1 << t->depth;

	for (size_t i = 0; i < nodes; i++)
		best[nodes + i] = i < t->k ? s[t->code[i]] : -INFINITY;
	for (size_t i = nodes - 1; i > 0; i--)
		best[i] = best[2 * i] > best[2 * i + 1] ? best[2 * i]
							: best[2 * i + 1];
}

/* What a code below a node costs at least. */
static double
least_cost(const struct code_choice *c, size_t node, uint32_t bits)
{
	return c->lambda * bits - 2 * (double)c->best[node];
}

/* A node `level` bits above the leaves, which takes `bits` to come to. */
static void
descend(struct walk *w, size_t node, unsigned level, uint32_t bits)
{
	const struct code_choice *c = w->c;
	double cost[2];
	uint32_t to[2];
	unsigned p;
	size_t first;

	for (; level > 0 && !code_tree_forks(w->tree, node, level); level--)
		node *= 2;
	if (level == 0) {
		w->least = least_cost(c, node, bits);
		w->leaf = node;
		return;
	}
	p = code_mix_turn(w->mix, &w->place, node, level);
	for (size_t i = 0; i < 2; i++) {
		to[i] = bits + c->bits[i ? p : 65536 - p];
		cost[i] = least_cost(c, 2 * node + i, to[i]);
	}
	first = cost[1] < cost[0];
	for (size_t i = 0; i < 2; i++) {
		size_t side = i ? !first : first;

		if (cost[side] < w->least)
			descend(w, 2 * node + side, level - 1, to[side]);
	}
}

static uint32_t
choose(struct code_choice *c, size_t token, size_t column, const float *score)
{
	const struct code_tree *tree = &c->m->tree[column];
	size_t leaves = (size_t)1 << tree->depth;
	struct walk w = {
		.c = c, .tree = tree, .least = INFINITY, .leaf = leaves
	};

	w.mix = code_state_look(c->state, token, column, &w.place);
	find_best(tree, score, c->best);
	descend(&w, 1, tree->depth, 0);
	code_state_take(c->state, token, column, (uint32_t)(w.leaf - leaves));
	return tree->code[w.leaf - leaves];
}

/* z [d], and what comes of it; score [groups]: of first stages. */
static void
choose_token(struct code_choice *c, size_t token, const float *z,
	const float *score, uint32_t *codes)
{
	const struct quantizer *q = c->q;
	size_t groups = q->groups, columns = c->stages * groups;

	memcpy(c->left, z, q->d * sizeof(*z));
	for (size_t i = 0; i < columns; i++) {
		const uint32_t *prev = i < groups ? NULL : codes + i - groups;
		const float *s = score + i * BLOCK * c->most;

		if (prev) {
			find_scores(c, i, c->left, 1, prev, c->later);
			s = c->later;
		}
		codes[i] = choose(c, token, i, s);
		quantizer_add(q, i, codes + i, prev, columns, 1, -1, c->left);
	}
}

/* Scores [groups][n] of first stages, of z [n, d]. */
static void
find_first(struct code_choice *c, const float *z, size_t n)
{
	for (size_t g = 0; g < c->q->groups; g++)
		find_scores(c, g, z, n, NULL, c->score + g * BLOCK * c->most);
}

static void
choose_apart(struct code_choice *c, const float *z, uint32_t *codes)
{
	size_t d = c->q->d, columns = c->stages * c->q->groups;

	for (size_t t = 0; t < c->tokens; t++) {
		size_t at = t % BLOCK, left = c->tokens - t;

		if (at == 0)
			find_first(c, z + t * d, left < BLOCK ? left : BLOCK);
		choose_token(c, t, z + t * d, c->score + at * c->most,
			codes + t * columns);
	}
}

/* What to aim at, for number i of a row. */
static float
aim(const struct code_choice *c, size_t i, float z)
{
	const float *row = c->error[0], *above = c->error[1];
	size_t d = c->q->d;
	bool first = i < d, last = i + d >= c->tokens * d;
	float side = above[i] + (first ? 0 : row[i - d]);
	float corners = (first ? 0 : above[i - d]) + (last ? 0 : above[i + d]);

	return z - c->near * side - c->corner * corners;
}

static void
choose_coupled(struct code_choice *c, const float *z, uint32_t *codes)
{
	size_t d = c->q->d, columns = c->stages * c->q->groups;
	float *row = c->error[0];

	for (size_t t = 0; t < c->tokens; t++) {
		for (size_t i = 0; i < d; i++)
			c->target[i] = aim(c, t * d + i, z[t * d + i]);
		find_first(c, c->target, 1);
		choose_token(c, t, c->target, c->score, codes + t * columns);
		for (size_t i = 0; i < d; i++)
			row[t * d + i] =
				c->target[i] - c->left[i] - z[t * d + i];
	}
	c->error[0] = c->error[1];
	c->error[1] = row;
}

void
code_choice_rows(
	struct code_choice *c, const float *z, size_t rows, uint32_t *codes)
{
	size_t row = c->tokens * c->stages * c->q->groups;
	size_t line = c->tokens * c->q->d;

	for (size_t i = 0; i < rows; i++) {
		code_state_next(c->state);
		if (c->coupled)
			choose_coupled(c, z + i * line, codes + i * row);
		else
			choose_apart(c, z + i * line, codes + i * row);
	}
}
