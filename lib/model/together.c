#include <stdlib.h>
#include <string.h>

#include "model/together.h"
#include "util/mem.h"

#define SAMPLE ((size_t)65536)

struct together *
together_open(const struct quantizer *q, size_t n)
{
	size_t most = n > SAMPLE ? n : SAMPLE;
	size_t apart = (n * q->stages + most - 1) / most;
	struct together *j = mem_zalloc(q->groups, sizeof(*j));

	for (size_t g = 0; g < q->groups; g++) {
		size_t rows = (n / apart + 1) * q->stages;

		j[g].apart = apart;
		j[g].groups = q->groups;
		j[g].part = mem_floats(rows * quantizer_width(q, g));
	}
	return j;
}

void
together_close(struct together *j, size_t groups)
{
	for (size_t g = 0; j && g < groups; g++)
		free(j[g].part);
	free(j);
}

/* The stages' rows are shifted against each other: each row serves one. */
void
together_add(struct together *j, size_t column, const float *part, size_t n,
	size_t w)
{
	size_t stage;

	if (!j)
		return;
	stage = column / j->groups;
	j += column % j->groups;
	for (size_t v = stage % j->apart; v < n; v += j->apart)
		memcpy(j->part + j->count++ * w, part + v * w,
			w * sizeof(*part));
}
