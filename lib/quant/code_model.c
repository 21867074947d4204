#include <stdlib.h>

#include "quant/code_model.h"
#include "util/mem.h"

unsigned
code_model_even(
	const struct code_model *m, size_t column, size_t node, unsigned level)
{
	const struct code_tree *t = &m->tree[column];
	size_t first = code_tree_first(t, node, level);
	size_t half = (size_t)1 << (level - 1);
	size_t all = code_tree_below(t, first, level);
	uint64_t right = code_tree_below(t, first + half, level - 1);
	uint64_t p = right * 65536 / (all ? all : 1);

	return p < 1 ? 1 : p > 65535 ? 65535 : (unsigned)p;
}

static void
find_prior(struct code_model *m, size_t c)
{
	unsigned depth = m->tree[c].depth;
	size_t node = 1;

	m->prior[c] = mem_zalloc((size_t)1 << depth, sizeof(**m->prior));
	for (unsigned level = depth; level > 0; level--)
		for (; node < (size_t)2 << (depth - level); node++)
			m->prior[c][node] = (uint16_t)(m->map
					? logit_squash(&m->logit,
						  m->map[c].prior[node])
					: code_model_even(m, c, node, level));
}

void
code_model_init(struct code_model *m, const struct quantizer *q,
	const struct code_map *map, bool image)
{
	*m = (struct code_model){
		.columns = quantizer_columns(q), .image = image, .map = map
	};
	logit_init(&m->logit);
	m->tree = mem_alloc(m->columns, sizeof(*m->tree));
	m->prior = mem_alloc(m->columns, sizeof(*m->prior));
	for (size_t c = 0; c < m->columns; c++) {
		const struct codebook *b = quantizer_book(q, c);

		code_tree_init(&m->tree[c], b->q, b->k, b->d);
		find_prior(m, c);
	}
}

void
code_model_free(struct code_model *m)
{
	for (size_t c = 0; c < m->columns; c++) {
		code_tree_free(&m->tree[c]);
		free(m->prior[c]);
	}
	free(m->tree);
	free(m->prior);
	*m = (struct code_model){ 0 };
}
