#include <math.h>
#include <stdlib.h>

#include "quant/code_state.h"
#include "util/mem.h"

#define HISTORY 3 /* rows before this one */

struct code_state {
	const struct code_model *m;
	struct code_mix *mix;
	size_t tokens, columns;
	uint32_t *row[HISTORY + 1]; /* [tokens, columns] leaves; 0: this one */
	size_t room;
};

struct code_state *
code_state_open(const struct code_model *m)
{
	struct code_state *s = mem_zalloc(1, sizeof(*s));

	s->m = m;
	s->mix = code_mix_open(m);
	return s;
}

void
code_state_close(struct code_state *s)
{
	if (!s)
		return;
	code_mix_close(s->mix);
	for (size_t i = 0; i <= HISTORY; i++)
		free(s->row[i]);
	free(s);
}

void
code_state_begin(struct code_state *s, size_t tokens, size_t columns)
{
	size_t n = tokens * columns;

	s->tokens = tokens;
	s->columns = columns;
	for (size_t i = 0; i <= HISTORY; i++) {
		if (n > s->room)
			s->row[i] = mem_grow(s->row[i], n, sizeof(*s->row[i]));
		for (size_t j = 0; j < n; j++)
			s->row[i][j] = (uint32_t)s->m->tree[j % columns].k;
	}
	if (n > s->room)
		s->room = n;
	code_mix_begin(s->mix);
}

void
code_state_next(struct code_state *s)
{
	uint32_t *oldest = s->row[HISTORY];

	for (size_t i = HISTORY; i > 0; i--)
		s->row[i] = s->row[i - 1];
	s->row[0] = oldest;
}

void
code_state_row(struct code_state *s, const uint32_t *codes)
{
	code_state_next(s);
	for (size_t i = 0; i < s->tokens * s->columns; i++)
		s->row[0][i] = s->m->tree[i % s->columns].leaf[codes[i]];
}

void
code_state_around(const struct code_state *s, size_t token, size_t column,
	uint32_t *around)
{
	size_t c = s->columns, at = token * c + column;
	uint32_t none = (uint32_t)s->m->tree[column].k;
	bool left = token > 0, right = token + 1 < s->tokens;

	around[0] = left ? s->row[0][at - c] : none;
	around[1] = s->row[1][at];
	if (s->m->image) {
		around[2] = left ? s->row[1][at - c] : none;
		around[3] = right ? s->row[1][at + c] : none;
	} else {
		around[2] = s->row[2][at];
		around[3] = s->row[3][at];
	}
	for (size_t j = 1; j <= CODE_MAP_PAST; j++)
		around[CODE_MAP_NEAR + j - 1] =
			column >= j ? s->row[0][at - j] : 0;
}

const struct code_mix *
code_state_look(const struct code_state *s, size_t token, size_t column,
	struct code_mix_place *p)
{
	uint32_t around[CODE_MAP_AROUND];

	code_state_around(s, token, column, around);
	code_mix_look(s->mix, column, around, p);
	return s->mix;
}

/* Bits of a leaf to p, or from it. */
static uint32_t
code_leaf(struct code_state *s, struct code_port *p, size_t token,
	size_t column, uint32_t leaf)
{
	uint32_t around[CODE_MAP_AROUND];

	code_state_around(s, token, column, around);
	leaf = code_mix_leaf(s->mix, p, column, around, leaf);
	s->row[0][token * s->columns + column] = leaf;
	return leaf;
}

void
code_state_take(
	struct code_state *s, size_t token, size_t column, uint32_t leaf)
{
	struct code_port none = { .bits = 0 };

	code_leaf(s, &none, token, column, leaf);
}

/* Codes of a row that are known, or else come from p. */
static void
code_row(struct code_state *s, struct code_port *p, const uint32_t *known,
	uint32_t *codes)
{
	uint32_t leaf = 0;

	code_state_next(s);
	for (size_t t = 0; t < s->tokens; t++)
		for (size_t c = 0; c < s->columns; c++) {
			const struct code_tree *tree = &s->m->tree[c];
			size_t i = t * s->columns + c;

			if (known)
				leaf = tree->leaf[known[i]];
			leaf = code_leaf(s, p, t, c, leaf);
			if (codes)
				codes[i] = tree->code[leaf];
		}
}

void
code_state_encode(struct code_state *s, struct range_encoder *r,
	const uint32_t *codes, size_t rows)
{
	struct code_port p = { .to = r };

	for (size_t i = 0; i < rows; i++)
		code_row(s, &p, codes + i * s->tokens * s->columns, NULL);
}

void
code_state_decode(struct code_state *s, struct range_decoder *r,
	uint32_t *codes, size_t rows)
{
	struct code_port p = { .from = r };

	for (size_t i = 0; i < rows; i++)
		code_row(s, &p, NULL, codes + i * s->tokens * s->columns);
}

double
code_state_bits(struct code_state *s, const uint32_t *codes, size_t rows)
{
	struct code_port p = { .bits = 0 };

	for (size_t i = 0; i < rows; i++)
		code_row(s, &p, codes + i * s->tokens * s->columns, NULL);
	return p.bits;
}

/* A leaf without regard to anything. */
static uint32_t
even(const struct code_state *s, struct code_port *p, size_t c, uint32_t leaf)
{
	const struct code_tree *t = &s->m->tree[c];
	size_t node = 1;

	for (unsigned level = t->depth; level > 0; level--) {
		bool bit = false;

		if (code_tree_forks(t, node, level))
			bit = code_port_bit(p, leaf >> (level - 1) & 1,
				code_model_even(s->m, c, node, level));
		node = 2 * node + bit;
	}
	return (uint32_t)(node - ((size_t)1 << t->depth));
}

void
code_state_encode_even(const struct code_state *s, struct range_encoder *r,
	const uint32_t *codes, size_t rows)
{
	struct code_port p = { .to = r };
	size_t n = rows * s->tokens * s->columns;

	for (size_t i = 0; i < n; i++) {
		size_t c = i % s->columns;

		even(s, &p, c, s->m->tree[c].leaf[codes[i]]);
	}
}

void
code_state_decode_even(const struct code_state *s, struct range_decoder *r,
	uint32_t *codes, size_t rows)
{
	struct code_port p = { .from = r };
	size_t n = rows * s->tokens * s->columns;

	for (size_t i = 0; i < n; i++) {
		size_t c = i % s->columns;

		codes[i] = s->m->tree[c].code[even(s, &p, c, 0)];
	}
}

double
code_state_even_bits(const struct code_state *s, size_t rows)
{
	double bits = 0;

	for (size_t c = 0; c < s->columns; c++)
		bits += log2((double)s->m->tree[c].k);
	return bits * (double)(rows * s->tokens);
}
