#include <math.h>
#include <string.h>

#include "model/moe_item_check.h"

int
moe_item_check_input(
	const struct moe *m, const struct item_info *i, struct err *e)
{
	const struct moe_opts *o = &m->o;

	if (i->fault)
		return err_set(e, "%s", i->fault);
	if (i->kind != ITEM_ROWS)
		return err_set(e,
			"%s, but the model takes rows: vq-encode "
			"--latents makes them",
			i->kind == ITEM_IMAGE ? "an image" : "a sound");
	if (i->cols == o->columns)
		return 0;
	return err_set(e,
		"rows of %zu numbers, but the model takes rows of %zu", i->cols,
		o->columns);
}

/* The first of n rows of a column that does not hold, or n. */
static size_t
first_bad(const struct column *c, const float *x, size_t n)
{
	size_t width = c->rank > 1 ? c->shape[1] : 1, v = 0;

	if (strcmp(c->name, "margin") != 0)
		return dtype_find_nonfinite(x, n * width) / width;
	while (v < n && !isnan(x[v]))
		v++;
	return v;
}

size_t
moe_item_check_rows(const struct column *col, const void *const *data,
	size_t cols, size_t n)
{
	for (size_t c = 0; c < cols; c++)
		if (col[c].dtype == DT_F32)
			n = first_bad(&col[c], data[c], n);
	return n;
}
