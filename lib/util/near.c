#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/near.h"

/* Levenshtein's edit distance, one row of the matrix at a time. */
static size_t
distance(const char *a, size_t na, const char *b)
{
	size_t nb = strlen(b), d;
	size_t *row = mem_alloc(nb + 1, sizeof(*row));

	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 0; i < na; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < nb; j++) {
			d = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			if (d > diagonal + 1)
				d = diagonal + 1;
			if (d > row[j] + 1)
				d = row[j] + 1;
			row[j + 1] = d;
		}
	}
	d = row[nb];
	free(row);
	return d;
}

void
near_init(struct near *s, const char *word, size_t n)
{
	/* Further off than a third is no typing error. */
	*s = (struct near){
		.word = word, .n = n, .best = 1 + (n < 2 ? 1 : (n + 1) / 3)
	};
}

void
near_try(struct near *s, const char *candidate)
{
	size_t d = distance(s->word, s->n, candidate);

	if (d < s->best) {
		s->best = d;
		s->found = candidate;
	}
}
