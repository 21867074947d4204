#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "report/figures.h"
#include "report/page_order.h"
#include "util/mem.h"

struct place {
	double good; /* NAN: not known */
	size_t i;
};

static int
by_good(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (isnan(x->good) != isnan(y->good))
		return isnan(x->good) ? 1 : -1;
	if (x->good != y->good && !isnan(x->good))
		return x->good < y->good ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

static double
good(const json_t *row, const char *key)
{
	double v = figures_get(row, key);

	if (key[0] == 'm')
		return -v;
	if (key[0] == 'u')
		return v / figures_get(row, "expected_utilization");
	return v;
}

/* The first key that some row knows. */
static const char *
measure(const json_t *rows)
{
	static const char *const keys[] = { "psnr_db", "snr_db", "mse",
		"utilization" };

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t i = 0; i < json_array_size(rows); i++)
			if (!isnan(good(json_array_get(rows, i), keys[k])))
				return keys[k];
	return NULL;
}

json_t *
page_order_worst(const json_t *rows, const char **by)
{
	size_t n = json_array_size(rows);
	struct place *place = mem_alloc(n, sizeof(*place));
	json_t *sorted = json_array();

	*by = measure(rows);
	for (size_t i = 0; i < n; i++)
		place[i] = (struct place){
			*by ? good(json_array_get(rows, i), *by) : NAN, i
		};
	qsort(place, n, sizeof(*place), by_good);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, json_array_get(rows, place[i].i));
	free(place);
	return sorted;
}
