/* What --fail-if is given, judged of a small report. */
#include "fuzz.h"
#include "report/condition_eval.h"

static const char report[] =
	"{\"used\": 53, \"utilization\": 0.53, \"due\": true, \"rate\": null,"
	" \"warnings\": [\"few\"], \"stages\": [{\"used\": 3, \"dead\": 1},"
	" {\"used\": 50, \"alone\": 7}], \"items\": [{\"item\": \"a/b.png\","
	" \"ssim\": 0.5}, {\"item\": \"7\", \"ssim\": null}], \"groups\": []}";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static json_t *root;
	struct condition c = { 0 };
	struct err e = { "" };
	json_t *values = NULL;
	char *text = strndup((const char *)data, size);
	int status;

	if (!root)
		root = json_loads(report, 0, NULL);
	FUZZ_HOLDS(root && text);
	status = condition_parse(&c, text, &e);
	fuzz_said(status, &e);
	if (status == 0) {
		fuzz_said(condition_eval(&c, root, &values, &e), &e);
		FUZZ_HOLDS(json_is_object(values));
	}
	json_decref(values);
	condition_free(&c);
	free(text);
	return 0;
}
