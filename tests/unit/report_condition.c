/*
 * report_condition.c - what --fail-if says, against values known beforehand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/condition_eval.h"
#include "util/rng.h"

static const char tree[] =
	"{\"used\": 53, \"dead\": 47, \"utilization\": 0.53, \"due\": true,"
	" \"due_reason\": \"drift\", \"rate\": null, \"psnr_db\": null,"
	" \"psnr_db_infinite\": true, \"warnings\": [\"few\"],"
	" \"stages\": [{\"stage\": 0, \"used\": 3, \"dead\": 1},"
	"  {\"stage\": 1, \"used\": 50, \"dead\": 46, \"alone\": 7}],"
	" \"items\": [{\"item\": \"a/b.png\", \"ssim\": 0.5, \"lag\": 4},"
	"  {\"item\": \"c d\", \"ssim\": null},"
	"  {\"item\": \"7\", \"ssim\": 0.25},"
	"  {\"item\": \"a \\\"b\\\" [1].\\\\\", \"ssim\": 0.75}], \"groups\": [],"
	" \"routes\": [{\"layer\": 12, \"tokens\": 9, \"codes\": 5, \"paths\": ["
	"   {\"path\": \"one\", \"cv\": 0.25, \"load\": ["
	"    {\"expert\": 0, \"share\": 0.75}, {\"expert\": 3, \"share\": 0.25}]},"
	"   {\"path\": \"all\", \"cv\": 2}], \"code_table\": ["
	"   {\"code\": 8, \"expert\": 1}, {\"code\": 0, \"expert\": 2}]}],"
	" \"against\": {\"old\": \"x\", \"churn\": 0.125,"
	"  \"table\": [{\"row\": 1}]},"
	" \"models\": [{\"item\": \"m\", \"spectrum\": [4, 8, 6]}],"
	" \"conditions\": [{\"judged\": 1}]}";

/* 1, 0, or -1: it cannot be told; -2: it is no condition. */
static int
eval(const char *text, struct err *e)
{
	json_t *root = json_loads(tree, 0, NULL), *values;
	struct condition c;
	int holds;

	assert_non_null(root);
	*e = (struct err){ "" };
	holds = condition_parse(&c, text, e) == 0 ? 2 : -2;
	if (holds == 2) {
		holds = condition_eval(&c, root, &values, e);
		json_decref(values);
	}
	condition_free(&c);
	json_decref(root);
	return holds;
}

static void
figures_are_found_by_the_rules(void **state)
{
	static const char *const true_ones[] = { "used == 53", "used==53",
		" used\t== 53 ", "utilization == 0.53", "dead != 48",
		"used < 53.5", "used <= 53", "used >= 53", "used > -53",
		"53 == used", "used > dead", "5.3e1 == used", "used > .5",
		"used>+1", "due", "due == true", "due == 1", "!(due == false)",
		"true", "!false", "(used) == ((53))", "!(used == 1)",
		"!!(used == 53)", "used == 53 || used == 1 && dead == 1",
		"!(used == 53 && dead == 1) && due", "psnr_db > 1e300",
		"stage[1].used == 50", "stages[1].used == 50",
		"stages[ 1 ] . used == 50", "alone == 7",
		"item[a/b.png].ssim == 0.5", "items[0].ssim == 0.5",
		"item[\"c d\"].ssim < 1 || due", "item['7'].ssim == 0.25",
		"item[7].ssim == 0.25", "item[0].lag == 4",
		"item[\"a/b.png\"].lag == 4",
		"item[\"a \\\"b\\\" [1].\\\\\"].ssim == 0.75",
		"item['a \"b\" [1].\\'].ssim == 0.75", "lag == 4",
		"tokens == 9", "route[0].tokens == 9", "layer[12].tokens == 9",
		"route.tokens == 9", "layer.path[one].cv == 0.25",
		"path[all].cv == 2", "path[one].expert[3].share == 0.25",
		"load[1].share == 0.25", "codes == 5", "code[0].expert == 2",
		"code_table[0].expert == 1", "churn == 0.125",
		"against.churn == 0.125", "row == 1", "min(stages[].used) == 3",
		"max( stages[].used ) == 50", "mean(stages[].used) == 26.5",
		"count(stages[].used) == 2", "count(stage[]) == 2",
		"count(stages[].alone) == 1", "min(items[].ssim) == 0.25",
		"count(items[].ssim) == 3", "max(routes[].paths[].cv) == 2",
		"max(paths[].cv) == 2", "max(load[].share) == 0.75",
		"count(groups[]) == 0", "count(groups[].x) == 0",
		"mean(spectrum[]) == 6", "count(warnings[]) == 1",
		"rate > 1 || due", "!(rate > 1 && used == 1)", NULL };

	(void)state;
	for (const char *const *t = true_ones; *t; t++) {
		char *text, *negated;
		struct err e;
		int holds = eval(*t, &e);

		if (holds != 1)
			print_error("%s: %d %s\n", *t, holds, e.msg);
		assert_int_equal(holds, 1);
		/* And it is not that all things hold. */
		assert_true(asprintf(&negated, "!(%s)", *t) > 0);
		assert_int_equal(eval(negated, &e), 0);
		assert_true(asprintf(&text, "(%s) && dead == 1", *t) > 0);
		assert_int_equal(eval(text, &e), 0);
		free(negated);
		free(text);
	}
}

static const struct {
	const char *text;
	int want;
	const char *says;
} wrong[] = {
	{ "", -2, "column 1: expected" },
	{ "  ", -2, "column 3: expected a key, a number, ! or (, not the end" },
	{ "used <", -2, "column 7: expected a key" },
	{ "used = 3", -2, "column 6: \"=\" means nothing here: write ==" },
	{ "due & due", -2, "write &&" },
	{ "due | due", -2, "write ||" },
	{ "due and due", -2, "column 5: expected a comparison" },
	{ "(used > 3", -2, "column 10: expected an operator or )" },
	{ "used > 3)", -2, "column 9: " },
	{ "1 < used < 3", -2, "column 10: comparisons do not chain" },
	{ "!used > 3", -2, "!(a < b)" },
	{ "(due && due) == 1", -2, "is a condition" },
	{ "3", -2, "no condition" },
	{ "due || 3", -2, "column 8: \"3\" is a number" },
	{ "!3", -2, "column 2: \"3\" is a number" },
	{ "max(stages[].used)", -2, "is a number" },
	{ "used > 12abc", -2, "column 8: expected a number" },
	{ "used > 1e999", -2, "column 8: expected a number" },
	{ "used > 0x10", -2, "a number" },
	{ "used > 1.2.3", -2, "a number" },
	{ "used > 1,5", -2, "means nothing" },
	{ "used > -", -2, "means nothing" },
	{ "\xc3\xbc\xc3\xbc == 3", -2, "column 1: " },
	{ "stage['\xc3\xbc'].x = 3", -2, "column 14: \"=\"" },
	{ "used\xff == 3", -2, "UTF-8" },
	{ "min(used) > 3", -2, "[]" },
	{ "min(stages[].used > 3", -2, "expected )" },
	{ "median(stages[].used) > 3", -2, "min, max, mean or count" },
	{ "stages[].used > 3", -2, "write min(stages[].used)" },
	{ "stages[1.used > 3", -2, "]" },
	{ "stages['1].used > 3", -2, "quoted" },
	{ "stages[1]used > 3", -2, "column 10: " },
	{ "stages[1]. > 3", -2, "expected a key" },
	{ "stages. > 3", -2, "expected a key" },
	{ "utilisation < 1", -1, "nearest: \"utilization\"" },
	{ "due || utilisation < 1", -1, "utilization" },
	{ "xyzzy < 1", -1, "no \"xyzzy\" in this report" },
	{ "psnr_bd < 1", -1, "nearest: \"psnr_db\"" },
	{ "snr_db < 1", -1, "nothing that was read has it" },
	{ "group[0].x < 1", -1, "there is no group here" },
	{ "used", -1, "compare it" },
	{ "due && used", -1, "used is a number (53)" },
	{ "due_reason == 1", -1, "it is a text, \"drift\"" },
	{ "rate > 1", -1, "rate is null" },
	{ "rate != rate", -1, "rate is null" },
	{ "!rate", -1, "rate is null" },
	{ "rate > 1 && due", -1, "rate is null" },
	{ "warnings > 1", -1, "\"warnings\" is a table" },
	{ "stages > 1", -1, "\"stages\" is a table" },
	{ "judged == 1", -1, "no \"judged\"" },
	{ "stage[2].used > 1", -1, "no sign of stage[2]; there are: 0, 1" },
	{ "stages[2].used > 1", -1, "there are: 0, 1" },
	{ "stage['1'].used > 60 || stages[x].used > 1", -1, "stages[x]" },
	{ "layer[0].tokens > 1", -1, "there are: 12" },
	{ "stage.used > 1", -1, "there are 2 of stage (0, 1)" },
	{ "item[8].ssim > 1", -1,
		"there are: a/b.png, c d, 7, a \"b\" [1].\\" },
	{ "path.cv > 1", -1, "there are 2 of path (one, all)" },
	{ "cv > 1", -1,
		"in 2 places (routes[12].paths[one].cv, "
		"routes[12].paths[all].cv)" },
	{ "share > 1", -1, "in 2 places" },
	{ "used.x > 1", -1, "no \"used\"" },
	{ "stage[99999999999999999999].used > 1", -1, "no sign" },
	{ "max(groups[].x) > 1", -1, "none that is known" },
	{ "max(stages[].rate) > 1", -1, "no \"rate\"" },
	{ "max(warnings[]) > 1", -1, "a text" },
	{ "max(stages[]) > 1", -1, "a table" },
};

static void
what_is_wrong_is_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct err e;
		int holds = eval(wrong[i].text, &e);

		if (holds != wrong[i].want || !strstr(e.msg, wrong[i].says))
			print_error("%s: %d %s\n", wrong[i].text, holds, e.msg);
		assert_int_equal(holds, wrong[i].want);
		assert_non_null(strstr(e.msg, wrong[i].says));
	}
}

static void
values_are_told_as_they_are_written(void **state)
{
	json_t *root = json_loads(tree, 0, NULL), *values, *want;
	struct condition c;
	struct err e;

	(void)state;
	assert_int_equal(condition_parse(&c,
				 "used > 1 && stage[ 1 ].used > 1 || used < 1 "
				 "|| max( stages[].used ) > 60 || "
				 "utilization > 1 || psnr_db > 1 || rate > 1",
				 &e),
		0);
	assert_int_equal(condition_eval(&c, root, &values, &e), 1);
	want = json_loads("{\"used\": 53, \"stage[ 1 ].used\": 50,"
			  " \"max( stages[].used )\": 50,"
			  " \"utilization\": 0.53, \"psnr_db\": null,"
			  " \"psnr_db_infinite\": true, \"rate\": null}",
		0, NULL);
	assert_non_null(want);
	assert_true(json_equal(values, want));
	json_decref(want);
	json_decref(values);
	json_decref(root);
	condition_free(&c);
}

static void
deep_and_long_ones_are_refused(void **state)
{
	char *text = calloc(1, 100001);
	struct condition c;
	struct err e;

	(void)state;
	assert_non_null(text);
	memset(text, '(', 100000);
	assert_int_equal(condition_parse(&c, text, &e), -1);
	assert_non_null(strstr(e.msg, "column 101: more than 100"));
	memset(text, '!', 100000);
	assert_int_equal(condition_parse(&c, text, &e), -1);
	for (size_t i = 0; i < 100000; i += 4)
		memcpy(text + i, i + 4 < 100000 ? "a ||" : "a   ", 4);
	assert_int_equal(condition_parse(&c, text, &e), -1);
	assert_non_null(strstr(e.msg, "more than 1000"));
	text[4 * 500 - 3] = '\0';
	assert_int_equal(condition_parse(&c, text, &e), 0);
	condition_free(&c);
	for (size_t i = 0; i < 100000; i += 2)
		memcpy(text + i, "a.", 2);
	assert_int_equal(condition_parse(&c, text, &e), -1);
	assert_non_null(strstr(e.msg, "more than 16 steps"));
	memset(text, '9', 100000);
	assert_int_equal(condition_parse(&c, text, &e), -1);
	free(text);
}

/* A random condition, and whether it holds: 0, 1, 2 for unknown. */
struct made {
	struct rng rng;
	json_t *root;
	char text[100000];
	size_t n;
};

static void
put(struct made *m, const char *text)
{
	size_t n = strlen(text);

	assert_true(m->n + n < sizeof(m->text));
	memcpy(m->text + m->n, text, n + 1);
	m->n += n;
	if (rng_below(&m->rng, 4) == 0)
		m->text[m->n++] = ' ';
	m->text[m->n] = '\0';
}

/* A number, or a figure whose value it makes up; NAN: null. */
static double
make_number(struct made *m)
{
	double v = (double)rng_below(&m->rng, 7) - 3;
	char text[64];

	if (rng_below(&m->rng, 2)) {
		snprintf(text, sizeof(text),
			rng_below(&m->rng, 2) ? "%g" : "%.3e", v);
		put(m, text);
		return v;
	}
	snprintf(text, sizeof(text), "k%zu", json_object_size(m->root));
	put(m, text);
	if (rng_below(&m->rng, 8) == 0)
		v = NAN;
	json_object_set_new(
		m->root, text, isnan(v) ? json_null() : json_real(v));
	return v;
}

static int
make_comparison(struct made *m)
{
	static const char *const sign[] = { "<", "<=", ">", ">=", "==", "!=" };
	size_t which = rng_below(&m->rng, 6);
	double a = make_number(m), b;

	put(m, sign[which]);
	b = make_number(m);
	if (isnan(a) || isnan(b))
		return 2;
	return (a < b && (which == 0 || which == 1 || which == 5)) ||
		(a > b && (which == 2 || which == 3 || which == 5)) ||
		(a == b && (which == 1 || which == 3 || which == 4));
}

/* Three-valued, by tables; full: each part within brackets. */
static int
make(struct made *m, size_t depth, int level)
{
	static const int and[3][3] = { { 0, 0, 0 }, { 0, 1, 2 }, { 0, 2, 2 } };
	static const int or [3][3] = { { 0, 1, 2 }, { 1, 1, 1 }, { 2, 1, 2 } };
	static const int not [3] = { 1, 0, 2 };
	size_t what = depth == 0 ? 0 : rng_below(&m->rng, 4);
	/* 0 or, 1 and, 2 not: what is around asks for brackets. */
	bool wrap = rng_below(&m->rng, 3) == 0 ||
		(what < 3 && (int)what - 1 < level && what) ||
		(what == 0 && level == 2);
	int v;

	if (wrap)
		put(m, "(");
	if (what == 0) {
		v = make_comparison(m);
	} else if (what == 3) {
		put(m, "!");
		v = not [make(m, depth - 1, 2)];
	} else {
		v = make(m, depth - 1, (int)what - 1);
		put(m, what == 1 ? "||" : "&&");
		v = what == 1 ? or [v][make(m, depth - 1, 0)]
			      : and[v][make(m, depth - 1, 1)];
	}
	if (wrap)
		put(m, ")");
	return v;
}

static void
random_ones_evaluate_as_they_were_made(void **state)
{
	static struct made m;
	size_t seen[3] = { 0 };

	(void)state;
	print_message("seed 7\n");
	rng_seed(&m.rng, 7, 0);
	for (size_t i = 0; i < 3000; i++) {
		json_t *values;
		struct condition c;
		struct err e = { "" };
		int want, got;

		m.root = json_object();
		m.n = 0;
		want = make(&m, rng_below(&m.rng, 6), 0);
		seen[want]++;
		if (condition_parse(&c, m.text, &e) != 0)
			fail_msg("%s: %s", m.text, e.msg);
		got = condition_eval(&c, m.root, &values, &e);
		if ((got < 0 ? 2 : got) != want)
			fail_msg("%s: %d, not %d", m.text, got, want);
		json_decref(values);
		json_decref(m.root);
		condition_free(&c);
	}
	assert_true(seen[0] > 100 && seen[1] > 100 && seen[2] > 100);
}

/* Pieces of conditions and any bytes, in any order. */
static void
no_text_does_harm(void **state)
{
	static const char *const piece[] = { "used", "stages", "[", "]", "[]",
		"[1]", "(", ")", "!", "&&", "||", "<", "<=", "==", "!=", ".",
		"1", "-2.5e3", "min(", "max", "'", "\"", " ", "items[].ssim",
		"rate", "due", "[a/b.png]", "\xc3\xbc", "=", "e" };
	size_t pieces = sizeof(piece) / sizeof(*piece), parsed = 0;
	struct rng rng;

	(void)state;
	print_message("seed 8\n");
	rng_seed(&rng, 8, 0);
	for (size_t i = 0; i < 20000; i++) {
		char text[256] = "";
		size_t n = rng_below(&rng, 12), at = 0;
		struct err e;

		for (size_t j = 0; j < n; j++) {
			if (rng_below(&rng, 20) == 0) {
				text[at++] = (char)(1 + rng_below(&rng, 255));
				text[at] = '\0';
				continue;
			}
			strcpy(text + at, piece[rng_below(&rng, pieces)]);
			at += strlen(text + at);
		}
		e = (struct err){ "" };
		if (eval(text, &e) >= 0)
			parsed++;
		else
			assert_true(*e.msg != '\0');
	}
	assert_true(parsed > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_are_found_by_the_rules),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(values_are_told_as_they_are_written),
		cmocka_unit_test(deep_and_long_ones_are_refused),
		cmocka_unit_test(random_ones_evaluate_as_they_were_made),
		cmocka_unit_test(no_text_does_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
