#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "model/half.h"
#include "util/mem.h"

static bool
starts(const char *name, const char *begin)
{
	return strncmp(name, begin, strlen(begin)) == 0;
}

static bool
is_beside(const struct record *r, const char *prefix, int n, const char *last)
{
	char *name = mem_printf("%.*s%s", n, prefix, last);
	bool found = record_find(r, name) != NULL;

	free(name);
	return found;
}

/* What the codebook beside it was made from, and can be made from again: not
 * where codes are looked for in fewer numbers (fc, fsq, lfq). */
static bool
is_source(const struct record *r, const struct tensor *t)
{
	const char *last = strstr(t->name, "embedding");
	int n = last ? (int)(last - t->name) : 0;

	if (!last || !starts(t->name, "quantize."))
		return false;
	if (strcmp(last, "embedding.weight") != 0 &&
		!starts(last, "embedding_proj."))
		return false;
	return is_beside(r, t->name, n, "codebook") &&
		!is_beside(r, t->name, n, "project_out.weight");
}

static bool
is_weight(const char *name)
{
	static const char *const begin[] = { "encoder.", "decoder.",
		"quantize." };

	for (size_t i = 0; i < sizeof(begin) / sizeof(*begin); i++)
		if (starts(name, begin[i]))
			return true;
	return false;
}

static int
round_tensor(struct tensor *t, struct err *e)
{
	size_t n = tensor_elements(t), bad;
	unsigned char *half = mem_alloc(n, dtype_size(DT_F16));
	float *x = tensor_floats(t), *back = mem_floats(n);

	dtype_from_f32(half, x, n, DT_F16);
	dtype_to_f32(back, half, n, DT_F16);
	bad = dtype_find_nonfinite(back, n);
	if (bad < n)
		err_set(e,
			"tensor \"%s\": %g is more than F16 holds (65504): "
			"--weights f32",
			t->name, (double)x[bad]);
	free(x);
	free(back);
	if (bad < n) {
		free(half);
		return -1;
	}
	free(t->data);
	t->data = half;
	t->dtype = DT_F16;
	t->bytes = n * dtype_size(DT_F16);
	return 0;
}

int
half_round(struct record *r, struct err *e)
{
	for (size_t i = 0; i < r->count; i++) {
		struct tensor *t = &r->tensor[i];

		if (t->dtype == DT_F32 && is_weight(t->name) &&
			!is_source(r, t) && round_tensor(t, e) != 0)
			return -1;
	}
	return 0;
}

void
half_trim(struct record *r)
{
	size_t i = 0;

	while (i < r->count) {
		struct tensor *t = &r->tensor[i];

		if (!is_source(r, t)) {
			i++;
			continue;
		}
		free(t->name);
		free(t->data);
		memmove(t, t + 1, (--r->count - i) * sizeof(*t));
	}
}
