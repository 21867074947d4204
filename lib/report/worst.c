#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/worst.h"
#include "util/mem.h"

struct place {
	double value;     /* least first; NAN: not known */
	const char *name; /* before values; NULL: no text */
	size_t i;
};

static int
by_value(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int names = x->name && y->name ? strcmp(x->name, y->name) : 0;

	if (!x->name != !y->name)
		return x->name ? -1 : 1;
	if (names)
		return names;
	if (isnan(x->value) != isnan(y->value))
		return isnan(x->value) ? 1 : -1;
	if (x->value != y->value && !isnan(x->value))
		return x->value < y->value ? -1 : 1;
	return x->i < y->i ? -1 : x->i > y->i;
}

bool
worst_is_most(const char *key)
{
	static const char *const most[] = { "mse", "log_spectral_distance_db",
		"lag_samples", "dead", "near_dead", "gini", "top_share",
		"dropped", "drop_rate", "load_cv", "max_violation",
		"dead_experts", "error", "mean_square_error", "error_share",
		"loss", "flip_rate", "label_experts" };

	for (size_t i = 0; i < sizeof(most) / sizeof(*most); i++)
		if (strcmp(key, most[i]) == 0)
			return true;
	return false;
}

/* The first key that some row knows. */
static const char *
measure(const json_t *rows)
{
	static const char *const keys[] = { "psnr_db",
		"log_spectral_distance_db", "snr_db", "mse", "error_share",
		"perplexity", "max_violation" };

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
		for (size_t i = 0; i < json_array_size(rows); i++)
			if (!isnan(figures_get(
				    json_array_get(rows, i), keys[k])))
				return keys[k];
	return NULL;
}

static struct place
place_of(const json_t *row, const char *key, size_t i)
{
	const json_t *v = key ? json_object_get(row, key) : NULL;
	double value = key ? figures_get(row, key) : NAN;

	return (struct place){ key && worst_is_most(key) ? -value : value,
		json_string_value(v), i };
}

json_t *
worst_first(const json_t *rows, const char **key)
{
	size_t n = json_array_size(rows);
	struct place *place = mem_alloc(n, sizeof(*place));
	json_t *sorted = json_array();

	if (!*key)
		*key = measure(rows);
	for (size_t i = 0; i < n; i++)
		place[i] = place_of(json_array_get(rows, i), *key, i);
	qsort(place, n, sizeof(*place), by_value);
	for (size_t i = 0; i < n; i++)
		json_array_append(sorted, json_array_get(rows, place[i].i));
	free(place);
	return sorted;
}
