#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/weight.h"
#include "tensor/le.h"
#include "util/mem.h"

/* The companion of this name; -1 if there is none. */
static ptrdiff_t
find(const struct source *s, const char *name, const struct column **c)
{
	size_t n = source_companions(s, c);

	for (size_t i = 0; i < n; i++)
		if (strcmp((*c)[i].name, name) == 0) {
			*c += i;
			return (ptrdiff_t)i;
		}
	return -1;
}

/* Row i of those read, as the item counts them. */
static size_t
row_number(const struct source *s, size_t row, size_t i)
{
	const struct column *c;
	ptrdiff_t kept = find(s, "kept", &c);

	if (kept < 0 || c->dtype != DT_U64)
		return row + i;
	return (size_t)le_get64(
		(const unsigned char *)source_companion(s, (size_t)kept) +
		8 * i);
}

static bool
all_one(const float *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (w[i] != 1)
			return false;
	return true;
}

/* Without weights, but none must be there that fit no rows. */
static int
check_loose(const struct source *s, struct err *e)
{
	size_t n = source_loose(s, "w");

	if (n == SOURCE_UNKNOWN)
		return 0;
	return err_set(e,
		"tensor \"w\": %zu weights, not one for each row "
		"(--no-weights: leave it)",
		n);
}

int
weight_read(
	const struct source *s, size_t n, size_t row, float **w, struct err *e)
{
	const struct column *c;
	ptrdiff_t at = find(s, "w", &c);
	size_t width = 1;

	*w = NULL;
	if (at < 0)
		return check_loose(s, e);
	for (size_t i = 1; i < c->rank; i++)
		width *= c->shape[i];
	if (width != 1)
		return err_set(e,
			"tensor \"w\" has %zu numbers a row, not one weight "
			"(--no-weights: leave it)",
			width);
	*w = mem_floats(n);
	dtype_to_f32(*w, source_companion(s, (size_t)at), n, c->dtype);
	for (size_t i = 0; i < n; i++)
		if (!isfinite((*w)[i]) || (*w)[i] < 0) {
			err_set(e,
				"tensor \"w\": row %zu has weight %g, not a "
				"finite number of at least 0",
				row_number(s, row, i), (double)(*w)[i]);
			free(*w);
			*w = NULL;
			return -1;
		}
	if (all_one(*w, n)) {
		free(*w);
		*w = NULL;
	}
	return 0;
}

double *
weight_sums(const float *w, size_t n)
{
	double *sum = mem_alloc(n, sizeof(*sum)), total = 0;

	for (size_t i = 0; i < n; i++)
		sum[i] = total += (double)w[i];
	return sum;
}

size_t
weight_find(const double *sum, size_t n, double u)
{
	size_t low = 0, high = n - 1;

	if (!(u < sum[high]))
		u = nextafter(sum[high], 0);
	while (low < high) {
		size_t mid = (low + high) / 2;

		if (u < sum[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

size_t
weight_draw(const double *sum, size_t n, struct rng *r)
{
	return weight_find(sum, n, rng_unit(r) * sum[n - 1]);
}

float *
weight_rows(const float *x, const float *w, size_t n, size_t d)
{
	double sum = 0;
	float *y;

	if (!w)
		return NULL;
	y = mem_floats(n * d);
	for (size_t v = 0; v < n; v++)
		sum += (double)w[v];
	for (size_t v = 0; v < n; v++) {
		double factor = sqrt((double)w[v] * (double)n / sum);

		for (size_t i = 0; i < d; i++)
			y[v * d + i] = (float)(factor * (double)x[v * d + i]);
	}
	return y;
}

float *
weight_redraw(const float *x, const float *w, size_t n, size_t d, struct rng *r)
{
	double *sum = weight_sums(w, n);
	float *y = mem_floats(n * d);

	for (size_t v = 0; v < n; v++)
		memcpy(y + v * d, x + weight_draw(sum, n, r) * d,
			d * sizeof(*y));
	free(sum);
	return y;
}

struct lot {
	double key;
	size_t row;
};

static int
largest_first(const void *a, const void *b)
{
	const struct lot *x = a, *y = b;

	if (x->key != y->key)
		return x->key > y->key ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

void
weight_choose(const float *w, size_t n, size_t k, struct rng *r, size_t *row)
{
	struct lot *lot = mem_alloc(n, sizeof(*lot));

	for (size_t v = 0; v < n; v++) /* the order of u^(1/w) */
		lot[v] = (struct lot){ log(1 - rng_unit(r)) / (double)w[v], v };
	qsort(lot, n, sizeof(*lot), largest_first);
	for (size_t j = 0; j < k; j++)
		row[j] = lot[j].row;
	free(lot);
}
