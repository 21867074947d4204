#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/map_file.h"
#include "tensor/le.h"
#include "util/mem.h"

#define NAME_MAX_ 64
#define SHIFT_MOST 30

/* Whole numbers of 8 or 16 bits, little endian in tensors. */
static void *
to_tensor(const void *from, size_t n, size_t size)
{
	unsigned char *to = mem_alloc(n, size);
	const uint16_t *wide = from;

	if (size == 1 && n)
		memcpy(to, from, n);
	for (size_t i = 0; size == 2 && i < n; i++)
		le_put16(to + 2 * i, wide[i]);
	return to;
}

static void *
from_tensor(const unsigned char *from, size_t n, size_t size)
{
	uint16_t *wide = mem_alloc(n, size);

	if (size == 1)
		memcpy(wide, from, n);
	for (size_t i = 0; size == 2 && i < n; i++)
		wide[i] = le_get16(from + 2 * i);
	return wide;
}

static void
add(struct record *r, size_t c, const char *name, const void *from, size_t rows,
	size_t cols, enum dtype t)
{
	size_t shape[2] = { rows, cols }, rank = cols ? 2 : 1;
	char full[NAME_MAX_];

	snprintf(full, sizeof(full), "context.%zu.%s", c, name);
	record_add(r, full, t, rank, shape,
		to_tensor(from, rows * (cols ? cols : 1), dtype_size(t)));
}

void
map_file_add(struct record *r, const struct code_map *map, size_t columns)
{
	for (size_t c = 0; c < columns; c++) {
		const struct code_map *m = &map[c];
		unsigned char shift[2] = { (unsigned char)m->down,
			(unsigned char)m->up };

		add(r, c, "prior", m->prior, m->nodes, 0, DT_I16);
		add(r, c, "nodes", m->e, m->nodes, m->rank, DT_I8);
		add(r, c, "codes", m->f, m->k + 1, m->rank, DT_I8);
		add(r, c, "around", m->m, CODE_MAP_AROUND * m->rank, m->rank,
			DT_I16);
		add(r, c, "shift", shift, 2, 0, DT_U8);
	}
}

/* malloc'd, NULL on error */
static void *
take(const struct record *r, size_t c, const char *name, size_t rows,
	size_t cols, enum dtype type, struct err *e)
{
	const struct tensor *t;
	char full[NAME_MAX_];
	size_t n = rows * (cols ? cols : 1);

	snprintf(full, sizeof(full), "context.%zu.%s", c, name);
	t = record_find(r, full);
	if (!t || t->dtype != type || tensor_elements(t) != n) {
		err_set(e, "tensor \"%s\": not %zu numbers of type %s", full, n,
			dtype_name(type));
		return NULL;
	}
	return from_tensor(t->data, n, dtype_size(type));
}

static int
load_column(struct code_map *m, size_t c, const struct record *r, struct err *e)
{
	unsigned char *shift = take(r, c, "shift", 2, 0, DT_U8, e);

	if (!shift)
		return -1;
	m->down = shift[0];
	m->up = shift[1];
	free(shift);
	if (m->down > SHIFT_MOST || m->up > SHIFT_MOST)
		return err_set(e, "tensor \"context.%zu.shift\": above %d", c,
			SHIFT_MOST);
	if (!(m->prior = take(r, c, "prior", m->nodes, 0, DT_I16, e)) ||
		!(m->e = take(r, c, "nodes", m->nodes, m->rank, DT_I8, e)) ||
		!(m->f = take(r, c, "codes", m->k + 1, m->rank, DT_I8, e)) ||
		!(m->m = take(r, c, "around", CODE_MAP_AROUND * m->rank,
			  m->rank, DT_I16, e)))
		return -1;
	return 0;
}

static size_t
nodes_of(size_t k)
{
	size_t n = 1;

	while (n < k)
		n *= 2;
	return n;
}

int
map_file_load(struct code_map **map, const struct quantizer *q,
	const struct record *r, struct err *e)
{
	const struct tensor *t = record_find(r, "context.0.codes");
	size_t columns = quantizer_columns(q), rank;

	*map = NULL;
	if (!t)
		return 0;
	rank = t->rank == 2 ? t->shape[1] : 0;
	if (rank < 1 || rank > CODE_MAP_RANK_MOST)
		return err_set(e,
			"tensor \"context.0.codes\" is no matrix of 1 to %d "
			"columns",
			CODE_MAP_RANK_MOST);
	*map = mem_zalloc(columns, sizeof(**map));
	for (size_t c = 0; c < columns; c++) {
		struct code_map *m = &(*map)[c];

		m->k = quantizer_book(q, c)->k;
		m->rank = rank;
		m->nodes = nodes_of(m->k);
		if (load_column(m, c, r, e) == 0)
			continue;
		map_file_free(*map, columns);
		*map = NULL;
		return -1;
	}
	return 0;
}

void
map_file_free(struct code_map *map, size_t columns)
{
	for (size_t c = 0; map && c < columns; c++)
		code_map_free(&map[c]);
	free(map);
}
