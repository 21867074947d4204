#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "util/mem.h"

static bool
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

bool
cell_shown(const char *key, const json_t *v)
{
	return v && !json_is_array(v) && !json_is_object(v) &&
		!ends_with(key, "_infinite");
}

static bool
is_infinite(const json_t *o, const char *key)
{
	char *flag = mem_printf("%s_infinite", key);
	bool yes = json_is_true(json_object_get(o, flag));

	free(flag);
	return yes;
}

static char *
word(const json_t *o, const char *key, const char *none)
{
	const json_t *v = json_object_get(o, key);

	if (is_infinite(o, key))
		return mem_strdup("inf");
	if (json_is_string(v))
		return mem_strdup(json_string_value(v));
	if (json_is_integer(v))
		return mem_printf("%lld", (long long)json_integer_value(v));
	if (json_is_boolean(v))
		return mem_strdup(json_is_true(v) ? "true" : "false");
	return mem_strdup(none);
}

/* The fewest digits that give the number back: of what came from a decimal
 * text, that text. */
static char *
shortest(double v)
{
	char text[32];
	int digits = 9;

	do {
		snprintf(text, sizeof(text), "%.*g", digits, v);
	} while (strtod(text, NULL) != v && ++digits <= 17);
	return mem_strdup(text);
}

char *
cell_exact(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_real(v) ? shortest(json_real_value(v))
			       : word(o, key, "");
}

/* Digits behind the point that a figure of this unit deserves. */
static int
digits(const char *key)
{
	if (ends_with(key, "_db") || ends_with(key, "tokens_per_code") ||
		ends_with(key, "effective_rank") ||
		ends_with(key, "projection_rank"))
		return 2;
	if (ends_with(key, "perplexity") || ends_with(key, "_per_second") ||
		ends_with(key, "lifetime") || strstr(key, "last_fluctuation"))
		return 1;
	return 4;
}

static bool
is_small(const char *key)
{
	return ends_with(key, "mse") || ends_with(key, "mean_square") ||
		ends_with(key, "square_error") || ends_with(key, "variance") ||
		ends_with(key, "margin");
}

char *
cell_short(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_real(v))
		return word(o, key, "-");
	if (ends_with(key, "utilization") || ends_with(key, "top_share"))
		return mem_printf("%.2f%%", 100 * json_real_value(v));
	if (ends_with(key, "perplexity") && json_real_value(v) >= 1e7)
		return mem_printf("2^%.1f", log2(json_real_value(v)));
	if (is_small(key))
		return mem_printf("%.4g", json_real_value(v));
	return mem_printf("%.*f", digits(key), json_real_value(v));
}

char *
cell_grouped(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	char *plain = cell_short(o, key), *text, *to;
	size_t n = strlen(plain);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return plain;
	text = to = mem_alloc(n + n / 3 + 1, 1);
	for (size_t i = 0; i < n; i++) {
		if (i && (n - i) % 3 == 0)
			*to++ = ',';
		*to++ = plain[i];
	}
	*to = '\0';
	free(plain);
	return text;
}

bool
cell_in_text(const json_t *o, const char *key)
{
	bool known =
		!json_is_null(json_object_get(o, key)) || is_infinite(o, key);

	/* A trace, a model and a log are no items. */
	if ((json_object_get(o, "trace") || json_object_get(o, "models") ||
		    json_object_get(o, "training")) &&
		(strcmp(key, "item_count") == 0 ||
			strcmp(key, "failed_items") == 0))
		known = json_integer_value(json_object_get(o, key)) > 0;
	if (strncmp(key, "entropy_given", 13) == 0)
		known = json_is_true(json_object_get(o, "enough_neighbours"));
	return known && strcmp(key, "format") != 0 &&
		strcmp(key, "enough_neighbours") != 0 &&
		!strstr(key, "bias_bits");
}

const char *
cell_heading(const char *key)
{
	static const char *const heading[][2] = {
		{ "utilization", "used%" },
		{ "expected_utilization", "expected%" },
		{ "tokens_per_code", "N/k" },
		{ "entropy_bits", "entropy" },
		{ "entropy_bias_bits", "bias" },
		{ "near_dead", "near" },
		{ "top_share", "top%" },
		{ "entropy_given_left_bits", "given_left" },
		{ "entropy_given_upper_bits", "given_upper" },
		{ "joint_used", "joint" },
		{ "joint_entropy_bits", "joint_entropy" },
		{ "joint_perplexity", "joint_perp" },
		{ "bits_per_token", "bits/token" },
		{ "bits_per_pixel", "bits/pixel" },
		{ "bits_per_second", "bits/s" },
		{ "log_spectral_distance_db", "lsd_db" },
		{ "lag_samples", "lag" },
		{ "saturation_chance", "chance" },
		{ "population_stability_index", "psi" },
		{ "expected_population_stability_index", "by chance" },
		{ "against_path", "against" },
		{ "added_codes", "added" },
		{ "matched_distance", "matched" },
		{ "moved_distance", "moved" },
		{ "since_step", "since" },
		{ "retrain_from_step", "from_step" },
		{ "fluctuation_to_last", "to_last" },
		{ "saturation_to_last", "sat_to_last" },
		{ "last_fluctuation_q1", "q1" },
		{ "last_fluctuation_q3", "q3" },
		{ "expert_similarity", "similarity" },
		{ "adjusted_rand_index", "rand" },
		{ "effective_rank", "rank" },
		{ "projection_rank", "rank_of_W" },
		{ "nearest_distance", "nearest" },
		{ "median_distance", "median" },
		{ "experts_without_codes", "without" },
		{ "adjusted_mutual_information", "mutual" },
	};

	for (size_t i = 0; i < sizeof(heading) / sizeof(*heading); i++)
		if (strcmp(key, heading[i][0]) == 0)
			return heading[i][1];
	return key;
}
