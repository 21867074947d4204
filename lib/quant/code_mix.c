#include <stdlib.h>
#include <string.h>

#include "quant/code_mix.h"
#include "util/mem.h"

#define CONTEXTS CODE_MIX_CONTEXTS
#define INPUTS (CONTEXTS + 2)
#define LEVELS 32
#define SEEN 4 /* sets of weights, by what was seen before */

/* Slots of a context; cleared page by page, as an item comes to them. */
#define SLOTS ((size_t)1 << 18)
#define PAGE ((size_t)64)
#define PAGES (SLOTS / PAGE)

/* Tried on codes of photographs, k 1,024 and 4,096; flat around these. */
#define COARSE 4      /* levels of the tree that a coarse context sees */
#define RATE_SHIFT 14 /* of the weights */
#define WEIGHT_MOST (1 << 22)
#define TURNS_ALONE 120 /* counted at most: older ones fade */
#define TURNS_BEHIND 30
#define TURNS_STORED 4 /* what the stored prior counts for */

/* Weights in 65,536ths at the start: with a map, and without. */
static const int32_t start[2][3] = { { 0, 10000, 16000 },
	{ 50000, 4000, 8000 } };

/* The share of turns right, in 65,536ths, of n turns. */
struct share {
	uint16_t p;
	uint8_t n, check;
};

struct slots {
	struct share *share; /* [SLOTS] */
	uint32_t *item;      /* [PAGES]: the item that a page is of */
};

/* At one node: what is mixed. */
struct turn {
	const struct share *share[INPUTS]; /* the first has none */
	struct share fresh[INPUTS];        /* those that are not there yet */
	size_t weight;                     /* the first of [INPUTS] */
	int x[INPUTS];
};

struct code_mix {
	const struct code_model *m;
	struct share **alone; /* [columns][nodes] */
	struct slots slots[CONTEXTS];
	uint32_t item;
	int32_t *weight; /* [columns, LEVELS, SEEN, INPUTS] */
	int pace[256];   /* of a share of n turns, in 32,768ths */
};

static size_t
nodes(const struct code_model *m, size_t column)
{
	return (size_t)1 << m->tree[column].depth;
}

struct code_mix *
code_mix_open(const struct code_model *m)
{
	struct code_mix *x = mem_zalloc(1, sizeof(*x));

	x->m = m;
	x->alone = mem_alloc(m->columns, sizeof(*x->alone));
	for (size_t c = 0; c < m->columns; c++)
		x->alone[c] = mem_alloc(nodes(m, c), sizeof(**x->alone));
	for (size_t i = 0; i < CONTEXTS; i++) {
		x->slots[i].share =
			mem_alloc(SLOTS, sizeof(*x->slots[i].share));
		x->slots[i].item = mem_zalloc(PAGES, sizeof(uint32_t));
	}
	x->weight = mem_alloc(
		m->columns * LEVELS * SEEN * INPUTS, sizeof(*x->weight));
	for (int n = 0; n < 256; n++)
		x->pace[n] = 65536 / (2 * n + 3);
	return x;
}

void
code_mix_close(struct code_mix *x)
{
	if (!x)
		return;
	for (size_t c = 0; c < x->m->columns; c++)
		free(x->alone[c]);
	for (size_t i = 0; i < CONTEXTS; i++) {
		free(x->slots[i].share);
		free(x->slots[i].item);
	}
	free(x->alone);
	free(x->weight);
	free(x);
}

void
code_mix_begin(struct code_mix *x)
{
	const int32_t *w = start[x->m->map != NULL];
	uint8_t turns = x->m->map ? TURNS_STORED : 1;

	for (size_t c = 0; c < x->m->columns; c++)
		for (size_t i = 0; i < nodes(x->m, c); i++)
			x->alone[c][i] = (struct share){ .p = x->m->prior[c][i],
				.n = turns };
	for (size_t i = 0; i < x->m->columns * LEVELS * SEEN * INPUTS; i++)
		x->weight[i] = w[i % INPUTS < 2 ? i % INPUTS : 2];
	if (++x->item == 0) { /* the numbers are used up */
		for (size_t i = 0; i < CONTEXTS; i++)
			memset(x->slots[i].item, 0, PAGES * sizeof(uint32_t));
		x->item = 1;
	}
}

static uint32_t
hash(uint32_t a, uint32_t b)
{
	uint32_t h = a * 0x9e3779b1u ^ (b + 0x7f4a7c15u) * 0x85ebca6bu;

	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	return h ^ h >> 13;
}

static uint8_t
check_of(uint32_t h)
{
	return (uint8_t)(h >> 24 | 1);
}

/* The share behind a context; one that is not there is as the node's. */
static const struct share *
find_share(const struct code_mix *x, size_t i, uint32_t h,
	const struct share *alone, struct share *fresh)
{
	const struct slots *s = &x->slots[i];
	size_t at = h & (SLOTS - 1);

	if (s->item[at / PAGE] == x->item && s->share[at].check == check_of(h))
		return &s->share[at];
	*fresh = (struct share){ alone->p, 0, check_of(h) };
	return fresh;
}

/* Its slot, with what was found. */
static struct share *
keep_share(struct code_mix *x, size_t i, uint32_t h, const struct share *found)
{
	struct slots *s = &x->slots[i];
	size_t at = h & (SLOTS - 1), page = at / PAGE;

	if (s->item[page] != x->item) {
		memset(s->share + page * PAGE, 0, PAGE * sizeof(*s->share));
		s->item[page] = x->item;
	}
	s->share[at] = *found;
	return &s->share[at];
}

/* Codes around: by themselves, two together, and only their first turns. */
static void
find_contexts(const struct code_mix *x, uint32_t c, const uint32_t *around,
	uint32_t *context)
{
	unsigned depth = x->m->tree[c].depth;
	unsigned up = depth > COARSE ? depth - COARSE : 0;
	uint32_t left = around[0] >> up, above = around[1] >> up;

	context[0] = hash(c, around[0]);
	context[1] = hash(c, around[1]);
	context[2] = hash(context[0], around[1]);
	context[3] = hash(c,
		c ? around[CODE_MAP_NEAR]
		  : hash(around[2] >> up, around[3] >> up));
	context[4] = hash(c + 77, hash(left, above));
}

void
code_mix_look(const struct code_mix *x, size_t column, const uint32_t *around,
	struct code_mix_place *p)
{
	p->column = column;
	if (x->m->map)
		code_map_around(x->m->map, column, around, p->sum);
	find_contexts(x, (uint32_t)column, around, p->context);
}

/* What is known at a node, and its probability. */
static unsigned
mix(const struct code_mix *x, struct turn *t, const struct code_mix_place *p,
	unsigned level, size_t node)
{
	const struct logit *l = &x->m->logit;
	const struct code_map *map = x->m->map ? &x->m->map[p->column] : NULL;
	unsigned seen = 0;
	int64_t sum = 0;

	t->x[0] = map ? logit_clamp(code_map_logit(map, p->sum, node)) : 0;
	t->share[1] = &x->alone[p->column][node];
	t->x[1] = logit_stretch(l, t->share[1]->p);
	for (size_t i = 0; i < CONTEXTS; i++) {
		const struct share *a =
			find_share(x, i, hash(p->context[i], (uint32_t)node),
				t->share[1], &t->fresh[i + 2]);

		t->share[i + 2] = a;
		t->x[i + 2] = logit_stretch(l, a->p) * a->n / (a->n + 1);
	}
	if (t->share[2]->n)
		seen = t->share[4]->n ? 3 : 2;
	else if (t->share[3]->n)
		seen = 1;
	t->weight = ((p->column * LEVELS + level - 1) * SEEN + seen) * INPUTS;
	for (size_t i = 0; i < INPUTS; i++)
		sum += (int64_t)x->weight[t->weight + i] * t->x[i];
	return logit_squash(l, (int)(sum >> 16));
}

unsigned
code_mix_turn(const struct code_mix *x, const struct code_mix_place *p,
	size_t node, unsigned level)
{
	struct turn t;

	return mix(x, &t, p, level, node);
}

static void
count_turn(const struct code_mix *x, struct share *a, bool bit, int most)
{
	int target = bit ? 65535 : 0;

	a->p = (uint16_t)(a->p + ((target - a->p) * x->pace[a->n] >> 15));
	if (a->n < most)
		a->n++;
}

/* After a bit that had the probability p. */
static void
learn(struct code_mix *x, const struct turn *t, const struct code_mix_place *at,
	size_t node, bool bit, unsigned p)
{
	int error = (bit ? 65535 : 0) - (int)p;
	int32_t *weight = x->weight + t->weight;

	for (size_t i = 0; i < INPUTS; i++) {
		int w = weight[i] +
			((t->x[i] * error + (1 << (RATE_SHIFT - 1))) >>
				RATE_SHIFT);

		weight[i] = w > WEIGHT_MOST ? WEIGHT_MOST
			: w < -WEIGHT_MOST  ? -WEIGHT_MOST
					    : w;
	}
	count_turn(x, &x->alone[at->column][node], bit, TURNS_ALONE);
	for (size_t i = 0; i < CONTEXTS; i++)
		count_turn(x,
			keep_share(x, i, hash(at->context[i], (uint32_t)node),
				t->share[i + 2]),
			bit, TURNS_BEHIND);
}

uint32_t
code_mix_leaf(struct code_mix *x, struct code_port *port, size_t c,
	const uint32_t *around, uint32_t leaf)
{
	const struct code_tree *tree = &x->m->tree[c];
	struct code_mix_place at;
	struct turn t;
	size_t node = 1;

	code_mix_look(x, c, around, &at);
	for (unsigned level = tree->depth; level > 0; level--) {
		unsigned prob;
		bool bit;

		if (!code_tree_forks(tree, node, level)) {
			node *= 2;
			continue;
		}
		prob = mix(x, &t, &at, level, node);
		bit = code_port_bit(port, leaf >> (level - 1) & 1, prob);
		learn(x, &t, &at, node, bit, prob);
		node = 2 * node + bit;
	}
	return (uint32_t)(node - nodes(x->m, c));
}
