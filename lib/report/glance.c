#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/cell.h"
#include "report/conditions.h"
#include "report/figures.h"
#include "report/glance.h"
#include "util/mem.h"

/* Text gets a tail; takes both, which came from malloc. */
static void
append(char **text, char *tail)
{
	char *whole = mem_printf("%s%s", *text, tail);

	free(*text);
	free(tail);
	*text = whole;
}

static void
append_count(char **text, const json_t *o, const char *key)
{
	append(text, cell_grouped(o, key));
}

/* Takes text, which came from malloc. */
static void
say(json_t *lines, char *text)
{
	json_array_append_new(lines, json_string(text));
	free(text);
}

/* The least and the most of what the stages say. */
struct range {
	double low, high, low_share, high_share;
};

static struct range
perplexities(const json_t *stages)
{
	struct range r = { INFINITY, 0, INFINITY, 0 };

	for (size_t i = 0; i < json_array_size(stages); i++) {
		const json_t *s = json_array_get(stages, i);
		double p = figures_get(s, "perplexity");
		double share = 100 * p / figures_get(s, "codes");

		if (isnan(share))
			return (struct range){ NAN, NAN, NAN, NAN };
		r.low = fmin(r.low, p);
		r.high = fmax(r.high, p);
		r.low_share = fmin(r.low_share, share);
		r.high_share = fmax(r.high_share, share);
	}
	return r;
}

/* How even the codes are used. */
static char *
evenness(const json_t *stages)
{
	struct range r = perplexities(stages);

	if (isnan(r.low))
		return mem_strdup("");
	if (json_array_size(stages) == 1)
		return mem_printf("; perplexity %.*f = %.3g %% of k",
			r.low < 100, r.low, r.low_share);
	return mem_printf("; perplexity of a stage %.*f to %.*f = %.3g to "
			  "%.3g %% of k",
		r.low < 100, r.low, r.high < 100, r.high, r.low_share,
		r.high_share);
}

static void
of_codes(json_t *lines, const json_t *root)
{
	const json_t *stages = json_object_get(root, "stages");
	size_t n = json_array_size(stages);
	double expected = figures_get(root, "expected_utilization");
	char *text;

	if (n == 0 || isnan(figures_get(root, "used")))
		return;
	text = n > 1 ? mem_printf("%zu stages: ", n) : mem_strdup("");
	append_count(&text, root, "used");
	if (!isnan(figures_get(root, "codes"))) {
		append(&text, mem_strdup(" of "));
		append_count(&text, root, "codes");
	}
	append(&text, mem_strdup(" codes in use at N = "));
	append_count(&text, root, "tokens");
	if (!isnan(expected))
		append(&text,
			mem_printf(" (even use would show %.3g %%)",
				100 * expected));
	append(&text, evenness(stages));
	say(lines, text);
}

static void
of_decoded(json_t *lines, const json_t *root)
{
	static const struct {
		const char *key, *name, *unit;
	} figure[] = {
		{ "psnr_db", "PSNR", " dB" },
		{ "ssim", "SSIM", "" },
		{ "snr_db", "SNR", " dB" },
		{ "log_spectral_distance_db", "log-spectral distance", " dB" },
	};
	double compared = figures_get(root, "compared");
	char *text;

	if (!(compared >= 1))
		return;
	text = cell_grouped(root, "compared");
	append(&text,
		mem_strdup(
			compared > 1 ? " items compared" : " item compared"));
	for (size_t i = 0; i < sizeof(figure) / sizeof(figure[0]); i++) {
		char *value = cell_short(root, figure[i].key);

		if (strcmp(value, "-") != 0)
			append(&text,
				mem_printf(", %s %s%s", figure[i].name, value,
					figure[i].unit));
		free(value);
	}
	say(lines, text);
}

static void
of_vectors(json_t *lines, const json_t *root)
{
	char *text;

	if (isnan(figures_get(root, "vectors")))
		return;
	text = cell_grouped(root, "vectors");
	append(&text,
		mem_printf(" vectors of %.0f number%s",
			figures_get(root, "dim"),
			figures_get(root, "dim") == 1 ? "" : "s"));
	if (figures_get(root, "dropped") >= 1) {
		append(&text, mem_strdup(", "));
		append_count(&text, root, "dropped");
		append(&text, mem_strdup(" more left out"));
	}
	say(lines, text);
}

/* Where there are figures of whole models or streams. */
static void
of_against(json_t *lines, const json_t *root)
{
	const json_t *a = json_object_get(root, "against");
	double distance = figures_get(a, "js_distance");
	double churn = figures_get(a, "churn");
	char *old, *text;

	if (isnan(distance))
		return;
	old = cell_exact(a, "old");
	text = mem_printf("against %s: Jensen-Shannon distance of usage %.3g",
		old, distance);
	free(old);
	append(&text, mem_strdup(", "));
	append_count(&text, a, "new_codes");
	append(&text, mem_strdup(" codes new, "));
	append_count(&text, a, "vanished_codes");
	append(&text, mem_strdup(" vanished"));
	if (!isnan(churn)) {
		append(&text, mem_printf("; %.3g %% of ", 100 * churn));
		append_count(&text, a, "compared");
		append(&text, mem_strdup(" tokens changed their code"));
	}
	say(lines, text);
}

/* How far the codes of models moved, at most; in spreads of the old ones. */
static void
of_model_tables(json_t *lines, const json_t *old, const json_t *model)
{
	const json_t *tables = json_object_get(model, "tables");
	double far = -1, mutual = 1;
	char *item = cell_exact(model, "item"), *name = cell_exact(old, "old");

	for (size_t i = 0; i < json_array_size(tables); i++) {
		const json_t *t = json_array_get(tables, i);

		far = fmax(far, figures_get(t, "matched_distance"));
		mutual = fmin(mutual, figures_get(t, "mutual"));
	}
	if (far >= 0)
		say(lines,
			mem_printf("against %s: codes of %s lie %.3g spreads "
				   "from the nearest old ones%s; %.3g %% are "
				   "each other's nearest; %s encoder",
				name, item, far,
				json_array_size(tables) > 1 ? " at most" : "",
				100 * mutual,
				json_is_true(
					json_object_get(model, "encoder_same"))
					? "the same"
					: "another"));
	free(item);
	free(name);
}

static void
of_models_against(json_t *lines, const json_t *root)
{
	const json_t *a = json_object_get(root, "against");
	const json_t *models = json_object_get(a, "models");

	for (size_t i = 0; i < json_array_size(models); i++)
		of_model_tables(lines, a, json_array_get(models, i));
}

/* The path of all columns of a layer. */
static const json_t *
whole_path(const json_t *layer)
{
	const json_t *paths = json_object_get(layer, "paths");

	return json_array_get(paths, json_array_size(paths) - 1);
}

static void
of_layer(json_t *lines, const json_t *layer)
{
	const json_t *path = whole_path(layer);
	double dead = figures_get(path, "dead_experts");
	double over = figures_get(path, "max_violation");
	char *text = cell_grouped(layer, "experts");

	append(&text, mem_strdup(" experts at N = "));
	append_count(&text, layer, "tokens");
	append(&text,
		dead > 0 ? mem_printf(", %.0f dead", dead)
			 : mem_strdup(", none dead"));
	if (!isnan(over))
		append(&text,
			mem_printf("; the fullest has %.2f times its even "
				   "share",
				1 + over));
	say(lines, text);
}

static void
of_routes(json_t *lines, const json_t *root)
{
	const json_t *routes = json_object_get(root, "routes");
	size_t n = json_array_size(routes), sick = 0;
	double most = NAN;

	if (n == 1)
		of_layer(lines, json_array_get(routes, 0));
	if (n < 2)
		return;
	for (size_t i = 0; i < n; i++) {
		const json_t *path = whole_path(json_array_get(routes, i));

		sick += figures_get(path, "dead_experts") > 0;
		most = fmax(most, figures_get(path, "max_violation"));
	}
	say(lines,
		mem_printf("%zu layers of routes, %zu with dead experts; the "
			   "fullest expert has %.2f times its even share",
			n, sick, 1 + most));
}

/* Of the path of all columns of the last layer. */
static void
of_trace(json_t *lines, const json_t *root)
{
	const json_t *trace = json_object_get(root, "trace");
	const json_t *t = json_array_get(trace, json_array_size(trace) - 1);
	double settled = figures_get(t, "last_fluctuation");
	char *text;

	if (isnan(settled))
		return;
	text = cell_grouped(t, "probes");
	append(&text,
		mem_printf(" probe tokens, steps %.0f to %.0f: half of them "
			   "kept their experts from step %.0f on",
			figures_get(t, "first_step"),
			figures_get(t, "last_step"), settled));
	if (json_is_true(json_object_get(t, "retrain_due")))
		append(&text, mem_strdup("; it is time to train again"));
	say(lines, text);
}

static void
of_conditions(json_t *lines, const json_t *root)
{
	const json_t *all = json_object_get(root, "conditions");

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *c = json_array_get(all, i);
		char *expression = cell_exact(c, "expression");
		char *said = conditions_text(c);

		say(lines, mem_printf("--fail-if '%s': %s", expression, said));
		free(expression);
		free(said);
	}
}

json_t *
glance_figures(const json_t *root)
{
	json_t *lines = json_array();

	of_codes(lines, root);
	of_decoded(lines, root);
	of_vectors(lines, root);
	of_against(lines, root);
	of_models_against(lines, root);
	of_routes(lines, root);
	of_trace(lines, root);
	return lines;
}

json_t *
glance(const json_t *root)
{
	json_t *lines = glance_figures(root);

	of_conditions(lines, root);
	return lines;
}
