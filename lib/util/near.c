#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/near.h"

#define LONGEST 64 /* no name, and distance() is quadratic */

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t d = a < b ? a : b;

	return d < c ? d : c;
}

/* How many letters are put in, left out, exchanged, or swapped with the next
 * (Damerau; none twice): three rows of the matrix at a time. */
static size_t
distance(const char *a, size_t na, const char *b)
{
	size_t nb = strlen(b), w = nb + 1, d;
	size_t *rows = mem_alloc(3 * w, sizeof(*rows));

	for (size_t j = 0; j <= nb; j++)
		rows[j] = j;
	for (size_t i = 1; i <= na; i++) {
		size_t *row = rows + i % 3 * w, *up = rows + (i + 2) % 3 * w;
		const size_t *above = rows + (i + 1) % 3 * w;

		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = least(up[j] + 1, row[j - 1] + 1,
				up[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
				a[i - 2] == b[j - 1] && above[j - 2] < row[j])
				row[j] = above[j - 2] + 1;
		}
	}
	d = rows[na % 3 * w + nb];
	free(rows);
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

char *
near_hint(const char *words, const char *word, size_t n)
{
	char *copy = mem_strdup(words), *rest = copy, *one, *hint;
	struct near s;

	near_init(&s, word, n < LONGEST ? n : LONGEST);
	while ((one = strsep(&rest, "|")))
		if (*one < 'A' || *one > 'Z')
			near_try(&s, one);
	hint = s.found ? mem_printf(" (did you mean %s?)", s.found)
		       : mem_strdup("");
	free(copy);
	return hint;
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
