#include <stdbool.h>
#include <stdlib.h>

#include "model/need.h"
#include "tensor/shape.h"

/* A vector of so many numbers, a matrix, or one for each of several experts. */
static bool
fits(const struct tensor *t, size_t rows, size_t cols)
{
	if (tensor_elements(t) != rows * cols || t->rank > 3)
		return false;
	return t->rank < 2 || t->shape[t->rank - 1] == cols;
}

static float *
unfit(const struct tensor *t, size_t rows, size_t cols, struct err *e)
{
	char *shape = shape_text(t);

	if (rows == 1 && t->rank < 2)
		err_set(e, "tensor \"%s\": is %s, must be [%zu]", t->name,
			shape, cols);
	else
		err_set(e, "tensor \"%s\": is %s, must be [%zu, %zu]", t->name,
			shape, rows, cols);
	free(shape);
	return NULL;
}

float *
need_floats(const struct record *r, const char *name, size_t rows, size_t cols,
	struct err *e)
{
	const struct tensor *t = record_find(r, name);
	size_t bad;
	float *x;

	if (!t) {
		err_set(e, "no tensor \"%s\"", name);
		return NULL;
	}
	if (!fits(t, rows, cols))
		return unfit(t, rows, cols, e);
	x = tensor_floats(t);
	if ((bad = dtype_find_nonfinite(x, rows * cols)) < rows * cols) {
		err_set(e, "tensor \"%s\" holds %s", name,
			dtype_nonfinite_words(t->data, bad, t->dtype));
		free(x);
		return NULL;
	}
	return x;
}

int
need_size(const struct meta *m, const char *key, size_t min, size_t max,
	size_t *out, struct err *e)
{
	int got = meta_size(m, key, out);

	if (got == 0)
		return err_set(e, "no metadata key \"%s\"", key);
	if (got < 0 || *out < min || *out > max)
		return err_set(e,
			"metadata key \"%s\": not a number from %zu to %zu",
			key, min, max);
	return 0;
}

int
need_name(const struct meta *m, const char *key, int (*find)(const char *),
	int *out, struct err *e)
{
	const char *v = meta_get(m, key);

	if (!v)
		return err_set(e, "no metadata key \"%s\"", key);
	*out = find(v);
	if (*out < 0)
		return err_set(
			e, "metadata key \"%s\": unknown value \"%s\"", key, v);
	return 0;
}
