/* From the report's tree to charts, and to bytes of pictures. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/plot.h"
#include "report/plot_make.h"

static const char *const full =
	"{'stages': [{'stage': 0, 'tokens': 12000, 'codes': 4, 'used': 3,"
	"  'gini': 0.5, 'curve': ["
	"  {'rank': 1, 'count': 9000, 'share': 0.75},"
	"  {'rank': 2, 'count': 2000, 'share': 0.9167},"
	"  {'rank': 3, 'count': 1000, 'share': 1},"
	"  {'rank': 4, 'count': 0, 'share': 1}]}],"
	" 'training': [{'item': 'a.log', 'points': ["
	"  {'step': 0, 'recon': null, 'held_error': 0.5, 'utilization': null},"
	"  {'step': 10, 'recon': 0.4, 'held_error': null, 'utilization': 0.25},"
	"  {'step': 20, 'recon': 0.3, 'held_error': 0.4, 'utilization': 1}]}],"
	" 'routes': [{'layer': 2, 'experts': 2, 'tokens': 10, 'paths': ["
	"  {'path': 'discrete', 'load': [{'expert': 0, 'share': 0.75},"
	"   {'expert': 1, 'share': 0.25}]},"
	"  {'path': 'union', 'load': [{'expert': 0, 'share': 0.5}]}]}],"
	" 'trace': [{'layer': 0, 'path': 'all', 'probes': 9, 'steps': ["
	"  {'step': 0, 'fluctuation': null, 'fluctuation_to_last': 0.5},"
	"  {'step': 4, 'fluctuation': 0.25, 'fluctuation_to_last': 0}]}],"
	" 'items': [{'item': 'x/cat.png', 'bits_per_pixel': 0.5},"
	"  {'item': 'x/dog.png', 'bits_per_pixel': 0.25},"
	"  {'item': 'out/dog.jpg', 'psnr_db': 20},"
	"  {'item': 'x/dog.png', 'bits_per_pixel': 1},"
	"  {'item': 'out/cat.png', 'psnr_db': 30},"
	"  {'item': 'out/dog.png', 'psnr_db': 25}]}";

/* ' for ", which C wants escaped. */
static json_t *
tree(const char *text)
{
	char *json = strdup(text);
	json_error_t e;
	json_t *root;

	for (char *p = json; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	root = json_loads(json, 0, &e);
	if (!root)
		fail_msg("%s", e.text);
	free(json);
	return root;
}

static void
usage_is_on_logarithmic_axes_beside_even_use(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree(full);

	(void)state;
	assert_int_equal(plot_codes_usage(root, c), 1);
	assert_int_equal(c->count, 2);
	assert_true(c->x.log && c->y.log);
	assert_true(c->series[0].x[1] == 2 && c->series[0].y[1] == 2000);
	assert_string_equal(c->series[0].name, "these codes (Gini 0.50)");
	assert_true(c->series[1].guide);
	assert_true(c->series[1].x[1] == 4 && c->series[1].y[1] == 3000);
	assert_string_equal(
		c->subtitle, "N = 12,000 tokens, k = 4, 3 of them used");
	chart_free(c);
	json_decref(root);
}

static void
the_line_of_usage_ends_at_the_last_code_used(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree("{'stages': [{'tokens': 100, 'codes': 64,"
			    " 'used': 20, 'curve': ["
			    "  {'rank': 1, 'count': 60, 'share': 0.6},"
			    "  {'rank': 10, 'count': 4, 'share': 0.8},"
			    "  {'rank': 30, 'count': 0, 'share': 1},"
			    "  {'rank': 64, 'count': 0, 'share': 1}]}]}");

	(void)state;
	assert_int_equal(plot_codes_usage(root, c), 1);
	assert_int_equal(c->series[0].n, 3);
	assert_true(c->series[0].x[2] == 20);
	assert_true(fabs(c->series[0].y[2] - 2) < 1e-9);
	chart_free(c);
	json_decref(root);
}

static void
the_curve_begins_at_nothing(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree(full);

	(void)state;
	assert_int_equal(plot_codes_curve(root, c), 1);
	assert_int_equal(c->series[0].n, 5);
	assert_true(c->series[0].x[0] == 0 && c->series[0].y[0] == 0);
	assert_true(c->series[0].x[1] == 25 && c->series[0].y[1] == 75);
	assert_true(c->series[0].x[4] == 100 && c->series[0].y[4] == 100);
	chart_free(c);
	json_decref(root);
}

static void
a_log_gives_errors_and_utilization(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree(full);

	(void)state;
	assert_int_equal(plot_training(root, c), 2);
	assert_int_equal(c[0].count, 2);
	/* What was not measured at a step makes no gap. */
	assert_int_equal(c[0].series[1].n, 2);
	assert_true(c[0].series[1].x[1] == 20 && c[0].series[1].y[1] == 0.4);
	assert_true(c[0].series[1].paired);
	assert_true(c[1].series[0].y[0] == 25 && c[1].series[0].y[1] == 100);
	chart_free(&c[0]);
	assert_true(c[1].x.low == 0);
	chart_free(&c[1]);
	json_decref(root);
}

static void
loads_are_bars_without_the_union(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree(full);

	(void)state;
	assert_int_equal(plot_routes_load(root, c), 1);
	assert_int_equal(c->count, 2);
	assert_int_equal(c->series[0].mark, CHART_BARS);
	assert_string_equal(c->series[0].name, "layer 2, discrete");
	assert_true(c->series[0].y[0] == 75 && c->series[1].y[0] == 50);
	chart_free(c);
	assert_int_equal(plot_routes_fluctuation(root, c), 1);
	assert_true(c->series[0].x[1] == 4 && c->series[0].y[1] == 25);
	chart_free(c);
	json_decref(root);
}

static void
rates_meet_qualities_by_name_and_order(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *root = tree(full);

	(void)state;
	assert_int_equal(plot_rate(root, c), 1);
	assert_int_equal(c->count, 2);
	assert_int_equal(c->series[0].n, 2);
	assert_true(c->series[0].x[0] == 0.5 && c->series[0].y[0] == 30);
	assert_true(c->series[0].x[1] == 0.25 && c->series[0].y[1] == 20);
	assert_int_equal(c->series[1].n, 1);
	assert_true(c->series[1].x[0] == 1 && c->series[1].y[0] == 25);
	chart_free(c);
	json_decref(root);
}

static void
several_models_are_compared_by_what_they_held_back(void **state)
{
	struct chart c[PLOT_MAKE_MAX];
	json_t *one = tree("{'models': [{'item': 'a.vq', 'held_psnr_db': 20,"
			   " 'bits_per_pixel': 0.5}]}");
	json_t *root = tree("{'models': [{'item': 'm/a.vq', 'held_psnr_db': 20,"
			    " 'bits_per_pixel': 0.5}, {'item': 'x.vq',"
			    " 'held_psnr_db': null, 'bits_per_pixel': 1},"
			    " {'item': 'b.vq', 'held_psnr_db': 25.5,"
			    " 'bits_per_pixel': 0.75}, {'item': 's.vq',"
			    " 'held_snr_db': 5, 'bits_per_second': 3200}]}");

	(void)state;
	assert_int_equal(plot_rate(one, c), 0);
	assert_int_equal(plot_rate(root, c), 2);
	assert_int_equal(c[0].count, 2);
	assert_string_equal(c[0].series[0].name, "a: 0.5, 20.00 dB");
	assert_true(c[0].series[1].x[0] == 0.75);
	assert_true(c[0].series[1].y[0] == 25.5);
	assert_true(fabs(c[1].series[0].x[0] - 3.2) < 1e-12);
	chart_free(&c[0]);
	chart_free(&c[1]);
	json_decref(one);
	json_decref(root);
}

/* All that is there or may be missing draws, or says that it cannot. */
static void
draw_all(const char *text)
{
	json_t *root = tree(text);

	for (int k = 0; k < PLOT_KINDS; k++)
		for (int theme = 0; theme < 2; theme++) {
			struct err e = { "" };
			char *svg = NULL;
			size_t size = 0;
			int got = plot_svg(root, (enum plot_kind)k,
				(enum plot_theme)theme, &svg, &size, &e);

			assert_int_equal(
				got == 0, plot_has(root, (enum plot_kind)k));
			if (got == 0) {
				assert_int_equal(strlen(svg), size);
				assert_memory_equal(svg, "<?xml", 5);
				assert_null(strstr(svg, "nan"));
			} else {
				assert_non_null(strstr(e.msg, "no data"));
			}
			free(svg);
		}
	json_decref(root);
}

static void
odd_trees_draw_or_say_why_not(void **state)
{
	(void)state;
	if (!plot_available()) {
		print_message("built without cairo\n");
		skip();
	}
	draw_all(full);
	draw_all("{}");
	draw_all("{'stages': [], 'routes': [], 'trace': [], 'items': [],"
		 " 'training': []}");
	draw_all("{'stages': 3, 'routes': {}, 'trace': [1], 'items': [null],"
		 " 'training': [{'points': 'x'}]}");
	draw_all("{'stages': [{'codes': null, 'curve': []}, {'codes': 1,"
		 " 'tokens': 0, 'curve': [{'rank': 1, 'count': 0,"
		 " 'share': null}]}]}");
	draw_all("{'stages': [{'codes': 1, 'tokens': 1, 'curve':"
		 " [{'rank': 1, 'count': 1, 'share': 1}]}]}");
	draw_all("{'training': [{'item': 'a', 'points': [{'step': 0,"
		 " 'loss': 1}]}, {'item': 'b', 'points': [{'step': 1e300,"
		 " 'loss': 1e-300, 'layers': [{'load_cv': 0}]}]}]}");
	draw_all("{'routes': [{'layer': 'a long name, \u4e00\u4e8c\u4e09"
		 " ..........................................................',"
		 " 'experts': 1, 'paths': [{'load': [{'share': 1}]}]}]}");
}

static void
more_stages_than_colours_draw(void **state)
{
	json_t *root = json_object(), *stages = json_array();
	struct chart c[PLOT_MAKE_MAX];

	(void)state;
	for (int i = 0; i < 40; i++)
		json_array_append_new(stages,
			json_pack("{s:i,s:i,s:i,s:[{s:i,s:i,s:f}]}", "stage", i,
				"codes", 8, "tokens", 9, "curve", "rank", 1,
				"count", 2, "share", 0.5));
	json_object_set_new(root, "stages", stages);
	assert_int_equal(plot_codes_usage(root, c), 1);
	assert_int_equal(c->count, CHART_SERIES_MAX + 1);
	assert_int_equal(c->more, 40 - CHART_SERIES_MAX);
	chart_free(c);
	json_decref(root);
}

static void
the_same_tree_gives_the_same_bytes(void **state)
{
	json_t *root = tree(full);
	char *a, *b;
	size_t n, m;
	struct err e;

	(void)state;
	if (!plot_available())
		skip();
	assert_int_equal(plot_svg(root, PLOT_USAGE, PLOT_LIGHT, &a, &n, &e), 0);
	assert_int_equal(plot_svg(root, PLOT_USAGE, PLOT_LIGHT, &b, &m, &e), 0);
	assert_int_equal(n, m);
	assert_memory_equal(a, b, n);
	free(b);
	assert_int_equal(plot_svg(root, PLOT_USAGE, PLOT_DARK, &b, &m, &e), 0);
	assert_string_not_equal(a, b);
	free(a);
	free(b);
	json_decref(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_is_on_logarithmic_axes_beside_even_use),
		cmocka_unit_test(the_line_of_usage_ends_at_the_last_code_used),
		cmocka_unit_test(the_curve_begins_at_nothing),
		cmocka_unit_test(a_log_gives_errors_and_utilization),
		cmocka_unit_test(loads_are_bars_without_the_union),
		cmocka_unit_test(rates_meet_qualities_by_name_and_order),
		cmocka_unit_test(
			several_models_are_compared_by_what_they_held_back),
		cmocka_unit_test(odd_trees_draw_or_say_why_not),
		cmocka_unit_test(more_stages_than_colours_draw),
		cmocka_unit_test(the_same_tree_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
