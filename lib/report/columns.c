#include <stdlib.h>
#include <string.h>

#include "report/columns.h"
#include "util/mem.h"

void
columns_free(struct columns *g)
{
	for (size_t i = 0; i < g->cells; i++)
		free(g->cell[i]);
	free(g->cell);
	*g = (struct columns){ .cols = g->cols };
}

void
columns_add(struct columns *g, char *word)
{
	if ((g->cells & (g->cells - 1)) == 0)
		g->cell = mem_grow(
			g->cell, g->cells ? 2 * g->cells : 1, sizeof(*g->cell));
	g->cell[g->cells++] = word;
}

/* Characters, not bytes: UTF-8's continuation bytes take no room. */
static size_t
width(const char *word)
{
	size_t n = 0;

	for (; *word; word++)
		n += ((unsigned char)*word & 0xc0) != 0x80;
	return n;
}

static int
blanks(struct output *o, size_t n, struct err *e)
{
	int status = 0;

	for (; n && status == 0; n--)
		status = output_write(o, " ", 1, e);
	return status;
}

static int
put(struct output *o, const char *text, struct err *e)
{
	return output_write(o, text, strlen(text), e);
}

static int
padded(struct output *o, const char *word, size_t room, int left, int last,
	struct err *e)
{
	size_t gap = room - width(word);

	if (!left && blanks(o, gap, e) != 0)
		return -1;
	if (put(o, word, e) != 0)
		return -1;
	if (last)
		return put(o, "\n", e);
	return blanks(o, left ? gap + 2 : 2, e);
}

int
columns_aligned(
	const struct columns *g, size_t left, struct output *o, struct err *e)
{
	size_t *room = mem_zalloc(g->cols, sizeof(*room));
	int status = 0;

	for (size_t i = 0; i < g->cells; i++) {
		size_t n = width(g->cell[i]);

		if (n > room[i % g->cols])
			room[i % g->cols] = n;
	}
	for (size_t i = 0; i < g->cells && status == 0; i++) {
		size_t col = i % g->cols;

		status = padded(o, g->cell[i], room[col], col < left,
			col + 1 == g->cols, e);
	}
	free(room);
	return status;
}

int
columns_tabbed(const struct columns *g, struct output *o, struct err *e)
{
	for (size_t i = 0; i < g->cells; i++) {
		char *word = g->cell[i];

		for (char *p = word; (p = strpbrk(p, "\t\n\r"));)
			*p = ' ';
		if (put(o, word, e) != 0 ||
			put(o, (i + 1) % g->cols ? "\t" : "\n", e) != 0)
			return -1;
	}
	return 0;
}
