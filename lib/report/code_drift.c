#include <math.h>
#include <stdlib.h>

#include "report/code_drift.h"
#include "report/figures.h"
#include "stats/usage_drift.h"
#include "util/mem.h"

/* From here on an index would be taken for a drift. */
#define PSI_STABLE 0.1

static size_t
larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

/* Above every code that came, too. */
static size_t
size_of(const struct code_drift_side *s, size_t column)
{
	const struct counts *c = &s->tally->col[column];

	return larger(s->k[column], c->used ? (size_t)c->max + 1 : 0);
}

static void
warn(json_t *warnings, char *text)
{
	json_array_append_new(warnings, json_string(text));
	free(text);
}

static void
warn_sizes(json_t *warnings, size_t column, size_t old, size_t now)
{
	if (old && now && old != now)
		warn(warnings,
			mem_printf("stage %zu has %zu codes, but OLD has %zu: "
				   "only codes of one codebook can be held "
				   "against each other",
				column, now, old));
}

static void
warn_noise(json_t *warnings, const struct counts *old, const struct counts *now,
	size_t k, double noise)
{
	if (noise >= PSI_STABLE)
		warn(warnings,
			mem_printf("%llu and %llu tokens are few to judge the "
				   "drift of %zu codes: two samples of one "
				   "usage would have a population stability "
				   "index of about %.2g",
				(unsigned long long)old->tokens,
				(unsigned long long)now->tokens, k, noise));
}

static void
set(json_t *o, const struct usage_drift *d)
{
	figures_real(o, "js_distance", d->js_distance);
	figures_real(o, "population_stability_index", d->psi);
	figures_real(o, "expected_population_stability_index", d->psi_noise);
	figures_count(o, "new_codes", d->new_codes);
	figures_count(o, "vanished_codes", d->vanished_codes);
}

static void
add_worst(struct usage_drift *worst, const struct usage_drift *d)
{
	worst->js_distance = fmax(worst->js_distance, d->js_distance);
	worst->psi = fmax(worst->psi, d->psi);
	worst->psi_noise = fmax(worst->psi_noise, d->psi_noise);
	worst->new_codes += d->new_codes;
	worst->vanished_codes += d->vanished_codes;
}

json_t *
code_drift_stages(json_t *o, const struct code_drift_side *old,
	const struct code_drift_side *now, json_t *warnings)
{
	struct usage_drift worst = { NAN, NAN, NAN, 0, 0 };
	json_t *stages = json_array();
	size_t noisy = 0, noisy_k = 0;

	for (size_t i = 0; i < now->tally->cols; i++) {
		const struct counts *a = &old->tally->col[i];
		const struct counts *b = &now->tally->col[i];
		size_t k = larger(size_of(old, i), size_of(now, i));
		struct usage_drift d = usage_drift_of(a, b, k);
		json_t *stage = json_object();

		figures_count(stage, "stage", i);
		figures_count(stage, "old_tokens", a->tokens);
		figures_count(stage, "tokens", b->tokens);
		set(stage, &d);
		json_array_append_new(stages, stage);
		warn_sizes(warnings, i, old->k[i], now->k[i]);
		if (d.psi_noise > worst.psi_noise || i == 0) {
			noisy = i;
			noisy_k = k;
		}
		add_worst(&worst, &d);
	}
	set(o, &worst);
	warn_noise(warnings, &old->tally->col[noisy], &now->tally->col[noisy],
		noisy_k, worst.psi_noise);
	return stages;
}
