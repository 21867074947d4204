#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/figures.h"
#include "report/plot_make.h"
#include "util/mem.h"

/* The rates and the qualities that belong together. */
static const struct way {
	const char *rate, *quality, *judged; /* judged: of a model */
	const char *x, *y;
	double scale; /* of the rate */
} ways[] = {
	{ "bits_per_pixel", "psnr_db", "held_psnr_db", "rate, bits a pixel",
		"PSNR, dB", 1 },
	{ "bits_per_second", "snr_db", "held_snr_db", "rate, kbit/s", "SNR, dB",
		1e-3 },
};

/* Figures of items of one name, in the order of the items. */
struct found {
	json_t *rates, *qualities; /* name: [number, ...] */
};

/* coffee of out/photos/coffee.png; the caller frees it. */
static char *
stem(const json_t *item)
{
	const char *name = json_string_value(json_object_get(item, "item"));
	const char *slash = name ? strrchr(name, '/') : NULL;
	char *own = mem_strdup(slash ? slash + 1 : name ? name : "");
	char *dot = strrchr(own, '.');

	if (dot && dot != own)
		*dot = '\0';
	return own;
}

static void
keep(json_t *lists, const char *name, const json_t *item, const char *key)
{
	double v = figures_get(item, key);
	json_t *list = json_object_get(lists, name);

	if (isnan(v))
		return;
	if (!list) {
		list = json_array();
		json_object_set_new(lists, name, list);
	}
	json_array_append_new(list, json_real(v));
}

static struct found
collect(const json_t *items, const struct way *w)
{
	struct found f = { json_object(), json_object() };

	for (size_t i = 0; i < json_array_size(items); i++) {
		const json_t *item = json_array_get(items, i);
		char *name = stem(item);

		keep(f.rates, name, item, w->rate);
		keep(f.qualities, name, item, w->quality);
		free(name);
	}
	return f;
}

static double
nth(const json_t *list, size_t n)
{
	const json_t *v = json_array_get(list, n);

	return v ? json_real_value(v) : NAN;
}

/* The nth pair of each name: how many there are, into x and y if these are not
 * NULL. */
static size_t
pairs(const struct found *f, size_t nth_pair, double scale, double *x,
	double *y)
{
	const char *name;
	json_t *rates;
	size_t n = 0;

	json_object_foreach(f->rates, name, rates)
	{
		double rate = nth(rates, nth_pair);
		double quality =
			nth(json_object_get(f->qualities, name), nth_pair);

		if (isnan(rate) || isnan(quality))
			continue;
		if (x && y) {
			x[n] = scale * rate;
			y[n] = quality;
		}
		n++;
	}
	return n;
}

static double
mean(const double *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return sum / (double)n;
}

/* A series of dots for each set of items, named by its means. */
static void
add_sets(struct chart *c, const struct found *f, const struct way *w)
{
	size_t n;

	for (size_t i = 0; (n = pairs(f, i, 1, NULL, NULL)) != 0; i++) {
		struct chart_series *s = chart_add(c, NULL, CHART_DOTS, n);

		if (!s)
			continue;
		pairs(f, i, w->scale, s->x, s->y);
		s->name = mem_printf("mean of %zu: %.4g, %.2f dB", n,
			mean(s->x, n), mean(s->y, n));
	}
}

/* One model is no comparison. */
#define MODELS_MIN 2

/* A dot for each model that was judged, by the figures of its training. */
static void
add_models(struct chart *c, const json_t *models, const struct way *w)
{
	size_t n = json_array_size(models);

	for (size_t i = 0; n >= MODELS_MIN && i < n; i++) {
		const json_t *m = json_array_get(models, i);
		double x = w->scale * figures_get(m, w->rate);
		double y = figures_get(m, w->judged);
		struct chart_series *s;
		char *name;

		if (isnan(x) || isnan(y))
			continue;
		name = stem(m);
		s = chart_add(c, NULL, CHART_DOTS, 1);
		if (s) {
			s->name = mem_printf("%s: %.4g, %.2f dB", name, x, y);
			s->x[0] = x;
			s->y[0] = y;
		}
		free(name);
	}
	if (chart_any(c))
		c->subtitle = mem_strdup("models by what their training held "
					 "back");
}

size_t
plot_rate(const json_t *root, struct chart to[PLOT_MAKE_MAX])
{
	const json_t *items = json_object_get(root, "items");
	size_t charts = 0;

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct chart *c = &to[charts];
		struct found f = collect(items, &ways[i]);

		*c = (struct chart){ .x = { .label = ways[i].x, .zero = true },
			.y.label = ways[i].y };
		add_sets(c, &f, &ways[i]);
		if (c->count == 0)
			add_models(
				c, json_object_get(root, "models"), &ways[i]);
		json_decref(f.rates);
		json_decref(f.qualities);
		if (!chart_any(c)) {
			chart_free(c);
			continue;
		}
		c->title = mem_strdup("What the bits give");
		chart_fit(c);
		charts++;
	}
	return charts;
}
