#include <stdlib.h>
#include <string.h>

#include "quant/code_map.h"

/* So that a sum of CODE_MAP_RANK_MOST products with E fits 32 bits. */
#define MOST ((int32_t)1 << 18)

void
code_map_free(struct code_map *m)
{
	free(m->prior);
	free(m->e);
	free(m->f);
	free(m->m);
	*m = (struct code_map){ 0 };
}

/* s += M_j f */
static void
add(const struct code_map *m, size_t j, const int8_t *f, int32_t *s)
{
	const int16_t *row = m->m + j * m->rank * m->rank;

	for (size_t q = 0; q < m->rank; q++, row += m->rank)
		for (size_t r = 0; r < m->rank; r++)
			s[r] += f[q] * row[r];
}

void
code_map_around(const struct code_map *map, size_t c, const uint32_t *around,
	int32_t *s)
{
	const struct code_map *m = &map[c];

	memset(s, 0, m->rank * sizeof(*s));
	for (size_t j = 0; j < CODE_MAP_AROUND; j++) {
		size_t from = code_map_column(c, j);

		if (from <= c)
			add(m, j, map[from].f + around[j] * m->rank, s);
	}
	for (size_t r = 0; r < m->rank; r++) {
		s[r] >>= m->down;
		s[r] = s[r] > MOST ? MOST : s[r] < -MOST ? -MOST : s[r];
	}
}
