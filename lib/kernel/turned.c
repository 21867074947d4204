#include <stdlib.h>
#include <string.h>

#include "kernel/turned.h"
#include "util/mem.h"

void
turned_init(struct panel *p, const float *w, size_t rows, size_t cols)
{
	float *turned = mem_floats(rows * cols);

	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++)
			turned[j * rows + i] = w[i * cols + j];
	panel_init(p, turned, NULL, cols, rows);
	free(turned);
}

size_t
turned_room(size_t rows, size_t cols)
{
	return (cols + PANEL - 1) / PANEL * PANEL * (rows + 1);
}

/* A row of a panel is some numbers of a row of w. */
void
turned_lay(
	struct panel *p, const float *w, size_t rows, size_t cols, float *room)
{
	size_t count = (cols + PANEL - 1) / PANEL, whole = cols / PANEL;
	size_t rest = cols % PANEL;

	*p = (struct panel){ .rows = cols, .d = rows, .count = count };
	p->start = room;
	p->w = room + count * PANEL;
	memset(p->start, 0, count * PANEL * sizeof(*room));
	for (size_t b = 0; b < whole; b++)
		for (size_t i = 0; i < rows; i++)
			memcpy(p->w + (b * rows + i) * PANEL,
				w + i * cols + b * PANEL,
				PANEL * sizeof(*room));
	for (size_t i = 0; rest && i < rows; i++) {
		float *to = p->w + (whole * rows + i) * PANEL;

		memset(to, 0, PANEL * sizeof(*to));
		memcpy(to, w + i * cols + whole * PANEL, rest * sizeof(*to));
	}
}
