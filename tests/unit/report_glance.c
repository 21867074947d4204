/*
 * report_glance.c - the sentences that stand before a report.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/glance.h"

/* want: the only sentence; NULL: there is none. */
static void
says(const char *json, const char *want)
{
	json_t *root = json_loads(json, 0, NULL), *lines;

	assert_non_null(root);
	lines = glance(root);
	assert_int_equal(json_array_size(lines), want ? 1 : 0);
	if (want)
		assert_string_equal(
			json_string_value(json_array_get(lines, 0)), want);
	json_decref(lines);
	json_decref(root);
}

static void
codes_in_use_and_how_evenly(void **state)
{
	(void)state;
	says("{\"tokens\": 16384, \"codes\": 1024, \"used\": 480,"
	     " \"expected_utilization\": 0.99999, \"stages\": ["
	     "  {\"codes\": 1024, \"perplexity\": 212.4}]}",
		"480 of 1,024 codes in use at N = 16,384 (even use would show "
		"100 %); perplexity 212 = 20.7 % of k");
	says("{\"tokens\": 1000000, \"codes\": 768, \"used\": 500,"
	     " \"expected_utilization\": 0.702, \"stages\": ["
	     "  {\"codes\": 256, \"perplexity\": 12.8},"
	     "  {\"codes\": 512, \"perplexity\": 256.0}]}",
		"2 stages: 500 of 768 codes in use at N = 1,000,000 (even use "
		"would show 70.2 %); perplexity of a stage 12.8 to 256 = 5 to "
		"50 % of k");
}

static void
without_tokens_or_k_it_says_less(void **state)
{
	(void)state;
	says("{\"tokens\": 0, \"codes\": 4, \"used\": 0,"
	     " \"expected_utilization\": null, \"stages\": ["
	     "  {\"codes\": 4, \"perplexity\": null}]}",
		"0 of 4 codes in use at N = 0");
	says("{\"tokens\": 9, \"codes\": null, \"used\": 3, \"stages\": ["
	     "  {\"codes\": null, \"perplexity\": 2.5}]}",
		"3 codes in use at N = 9");
	says("{\"stages\": [], \"routes\": [], \"items\": []}", NULL);
	says("{}", NULL);
}

static void
decoded_items_and_vectors(void **state)
{
	(void)state;
	says("{\"compared\": 28, \"mse\": 0.001, \"psnr_db\": 27.3,"
	     " \"ssim\": 0.81}",
		"28 items compared, PSNR 27.30 dB, SSIM 0.8100");
	says("{\"compared\": 1, \"snr_db\": null, \"snr_db_infinite\": true}",
		"1 item compared, SNR inf dB");
	says("{\"vectors\": 13981, \"dim\": 32, \"dropped\": 2}",
		"13,981 vectors of 32 numbers, 2 more left out");
}

static void
what_changed(void **state)
{
	(void)state;
	says("{\"against\": {\"old\": \"a\", \"js_distance\": 0.41146,"
	     " \"new_codes\": 0, \"vanished_codes\": 1286,"
	     " \"compared\": 13981, \"churn\": 0.125}}",
		"against a: Jensen-Shannon distance of usage 0.411, 0 codes "
		"new, 1,286 vanished; 12.5 % of 13,981 tokens changed their "
		"code");
	says("{\"against\": {\"old\": \"a\", \"js_distance\": 1.0,"
	     " \"new_codes\": 2, \"vanished_codes\": 3,"
	     " \"compared\": 0, \"churn\": null}}",
		"against a: Jensen-Shannon distance of usage 1, 2 codes new, "
		"3 vanished");
}

static void
experts_of_one_layer_and_of_many(void **state)
{
	(void)state;
	says("{\"routes\": [{\"experts\": 8, \"tokens\": 9001, \"paths\": ["
	     "  {\"dead_experts\": 0, \"max_violation\": 9},"
	     "  {\"dead_experts\": 2, \"max_violation\": 0.25}]}]}",
		"8 experts at N = 9,001, 2 dead; the fullest has 1.25 times "
		"its even share");
	says("{\"routes\": [{\"paths\": [{\"dead_experts\": 3,"
	     "  \"max_violation\": 0.5}]}, {\"paths\": [{\"dead_experts\": 0,"
	     "  \"max_violation\": 0.75}]}]}",
		"2 layers of routes, 1 with dead experts; the fullest expert "
		"has 1.75 times its even share");
}

static void
when_routes_settled(void **state)
{
	(void)state;
	says("{\"trace\": [{\"last_fluctuation\": 9}, {\"probes\": 1797,"
	     " \"first_step\": 0, \"last_step\": 60,"
	     " \"last_fluctuation\": 4.0, \"retrain_due\": true}]}",
		"1,797 probe tokens, steps 0 to 60: half of them kept their "
		"experts from step 4 on; it is time to train again");
}

static void
conditions_that_hold_are_said(void **state)
{
	(void)state;
	says("{\"conditions\": [{\"expression\": \"dead > 9\","
	     " \"holds\": true, \"values\": {\"dead\": 12}}]}",
		"--fail-if 'dead > 9': holds: dead 12");
	says("{\"conditions\": [{\"expression\": \"deed > 9\","
	     " \"holds\": null, \"error\": \"no key\", \"values\": {}}]}",
		"--fail-if 'deed > 9': no key");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_in_use_and_how_evenly),
		cmocka_unit_test(without_tokens_or_k_it_says_less),
		cmocka_unit_test(decoded_items_and_vectors),
		cmocka_unit_test(what_changed),
		cmocka_unit_test(experts_of_one_layer_and_of_many),
		cmocka_unit_test(when_routes_settled),
		cmocka_unit_test(conditions_that_hold_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
