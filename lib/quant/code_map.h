/*
 * code_map.h - what a model knows of the codes around a code: a log-bilinear
 * map in whole numbers, learned with the tokenizer.
 *
 * Of one column of codes with its tree (code_tree.h).  At node n the logit
 * (logit.h) of going right is
 *
 *     prior_n + (E_n . s) / 2^up,     s = sum_j (M_j F[c_j]) / 2^down
 *
 * where c_j are the leaves around, CODE_MAP_NEAR in the column and CODE_MAP_PAST
 * in the columns before of the same token, whose F is that of their column.
 * Leaf k stands for none.  After the log-bilinear model of Mnih and Hinton 2007,
 * over a tree as theirs of 2009.
 */
#ifndef QUANT_CODE_MAP_H
#define QUANT_CODE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define CODE_MAP_NEAR 4
#define CODE_MAP_PAST 2
#define CODE_MAP_AROUND (CODE_MAP_NEAR + CODE_MAP_PAST)
#define CODE_MAP_RANK_MOST 32

struct code_map {
	size_t k, rank;
	size_t nodes;   /* 2^depth */
	int16_t *prior; /* [nodes]; the first is not used */
	int8_t *e;      /* [nodes, rank] */
	int8_t *f;      /* [k + 1, rank] */
	int16_t *
		m; /* [CODE_MAP_AROUND, rank, rank]: from f's numbers, to s's */
	unsigned down, up;
};

void code_map_free(struct code_map *m);

/* The column that place j around a code of column c is in; above c: there is
 * no such place. */
static inline size_t
code_map_column(size_t c, size_t j)
{
	return j < CODE_MAP_NEAR ? c : c - (j - CODE_MAP_NEAR + 1);
}

/* Of column c of map [columns]: s [rank] for code_map_logit, from the leaves
 * around [CODE_MAP_AROUND]. */
void code_map_around(const struct code_map *map, size_t c,
	const uint32_t *around, int32_t *s);

/* At node n. */
static inline int
code_map_logit(const struct code_map *m, const int32_t *s, size_t n)
{
	const int8_t *e = m->e + n * m->rank;
	int32_t sum = 0;

	for (size_t r = 0; r < m->rank; r++)
		sum += e[r] * s[r];
	return m->prior[n] + (sum >> m->up);
}

#endif
