#include <stdlib.h>

#include "tensor/shape.h"
#include "util/mem.h"

char *
shape_text(const struct tensor *t)
{
	char *s = mem_strdup("[");

	for (size_t i = 0; i < t->rank; i++) {
		char *was = s;

		s = mem_printf("%s%s%zu%s", was, i ? ", " : "", t->shape[i],
			i + 1 == t->rank ? "]" : "");
		free(was);
	}
	if (t->rank)
		return s;
	free(s);
	return mem_strdup("[]");
}

char *
shape_list(const struct record *r, size_t rank, size_t most)
{
	char *all = mem_strdup("");
	size_t listed = 0;

	for (size_t i = 0; i < r->count && listed <= most; i++) {
		char *was = all, *shape;

		if (r->tensor[i].rank != rank)
			continue;
		if (listed++ == most) {
			all = mem_printf("%s, ...", was);
			free(was);
			break;
		}
		shape = shape_text(&r->tensor[i]);
		all = mem_printf("%s%s%s %s", was, *was ? ", " : "",
			r->tensor[i].name, shape);
		free(shape);
		free(was);
	}
	return all;
}
