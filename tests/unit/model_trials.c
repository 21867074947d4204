/* What a comparison trains: combinations, their order, what is refused. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/trials.h"
#include "util/opt_set.h"
#include "util/progress.h"

static struct train_settings base;

/* Words of a line: NAME=VALUE of an option, or "compare SPEC" as +SPEC. */
static int
plan(struct trials *p, const char *line, struct err *e)
{
	static char words[400];
	static struct opt rows[TRAIN_SETTINGS_ROOM];

	strlist_free(&base.compare);
	train_settings_init(&base);
	rows[0] = (struct opt){ 0 };
	train_settings_rows(&base, rows);
	trials_rows(&base, rows);
	strcpy(words, line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " ")) {
		char *value = strchr(w, '=');

		if (*w == '+') {
			strlist_add(&base.compare, w + 1);
			continue;
		}
		*value++ = '\0';
		assert_int_equal(opt_set(rows, w, value, e), 0);
	}
	return trials_plan(p, &base, e);
}

static void
names_are(const char *line, const char *const *want, size_t n)
{
	struct trials p;
	struct err e;

	if (plan(&p, line, &e) != 0)
		fail_msg("%s: %s", line, e.msg);
	assert_int_equal(p.count, n);
	for (size_t i = 0; i < n; i++) {
		char *name = trials_name(&p, i);

		assert_string_equal(name, want[i]);
		free(name);
	}
	trials_free(&p);
}
#define NAMES(line, ...) \
	names_are(line, (const char *const[]){ __VA_ARGS__ }, \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void
all_combinations_come_in_order(void **state)
{
	(void)state;
	NAMES("+vq", "vq");
	NAMES("+vq,ema codes=1k,8k", "vq codes=1024", "vq codes=8192",
		"ema codes=1024", "ema codes=8192");
	NAMES("+beta=0.25,1 +t=simvq,vq", "simvq beta=0.25", "vq beta=0.25",
		"simvq beta=1", "vq beta=1");
	NAMES("type=ema +s=1,2k", "ema steps=1", "ema steps=2000");
	NAMES("+init=random,a,b=c", "simvq init=random", "simvq init=a",
		"simvq init=b=c");
	NAMES("+init=a,b;c", "simvq init=a,b", "simvq init=c");
	NAMES("+freeze-table=0,yes", "simvq freeze-table=no",
		"simvq freeze-table=yes");
	NAMES("+vq +seed=1,2", "vq seed=1", "vq seed=2");
}

/* As if they had been on the line. */
static void
settings_are_those_of_the_line(void **state)
{
	struct train_settings s;
	struct trials p;
	struct err e;

	(void)state;
	assert_int_equal(plan(&p,
				 "init=random batch=77 +vq,simvq +beta=0.5,2 "
				 "+seed=9 codes=1k,3",
				 &e),
		0);
	assert_int_equal(p.count, 8);
	trials_settings(&p, 3, &s);
	assert_string_equal(s.training.trainer.type->name, "vq");
	assert_true(s.training.trainer.beta == 2);
	assert_int_equal(s.training.trainer.k, 3);
	assert_true(s.training.given.k);
	assert_int_equal(s.training.trainer.seed, 9);
	assert_int_equal(s.training.trainer.batch, 77);
	assert_int_equal(s.training.trainer.start, START_RANDOM);
	trials_settings(&p, 4, &s);
	assert_string_equal(s.training.trainer.type->name, "simvq");
	assert_int_equal(s.training.trainer.k, 1024);
	assert_true(s.training.trainer.beta == 0.5);
	trials_free(&p);
	/* Not on the line: the default of the start. */
	assert_int_equal(plan(&p, "+init=random,kmeans", &e), 0);
	trials_settings(&p, 0, &s);
	assert_true(s.training.trainer.beta == 0.25);
	trials_settings(&p, 1, &s);
	assert_true(s.training.trainer.beta == 1);
	assert_false(s.training.given.k || s.training.given.beta);
	trials_free(&p);
}

static void
what_a_type_lacks_is_left_out(void **state)
{
	(void)state;
	/* One value contradicts: without that combination. */
	NAMES("+kmeans,vq +init=random,kmeans", "kmeans init=kmeans",
		"vq init=random", "vq init=kmeans");
	/* All do: once without the option. */
	NAMES("+vq,simvq +basis=linear,mlp", "vq", "simvq basis=linear",
		"simvq basis=mlp");
	NAMES("+kmeans,vq +beta=1,2", "kmeans", "vq beta=1", "vq beta=2");
	NAMES("+fc,vq +metric=l2,cosine", "fc", "vq metric=l2",
		"vq metric=cosine");
	NAMES("+kmeans,simvq +estimator=ste +freeze-table=yes,no", "kmeans",
		"simvq estimator=ste freeze-table=yes",
		"simvq estimator=ste freeze-table=no");
	NAMES("+lambda=0,0.1 +cvq,vq", "cvq", "vq lambda=0", "vq lambda=0.1");
	/* A flag that is off is none that the type has. */
	NAMES("+kmeans,vq,simvq +no-bias=yes,no", "kmeans", "vq",
		"simvq no-bias=yes", "simvq no-bias=no");
	NAMES("+vq,simvq +no-bias=0,1 +beta=1,2", "vq beta=1", "vq beta=2",
		"simvq no-bias=no beta=1", "simvq no-bias=no beta=2",
		"simvq no-bias=yes beta=1", "simvq no-bias=yes beta=2");
	NAMES("+vq,simvq +basis=linear,mlp +beta=1,2", "vq beta=1", "vq beta=2",
		"simvq basis=linear beta=1", "simvq basis=linear beta=2",
		"simvq basis=mlp beta=1", "simvq basis=mlp beta=2");
}

static void
mistakes_are_said_before_any_training(void **state)
{
	static const struct {
		const char *line, *says;
	} t[] = {
		{ "+vq,foo", "--compare vq,foo: type foo: must be one of" },
		{ "+vq,", "an empty value" },
		{ "+beta=", "an empty value" },
		{ "+=1", "unknown option" },
		{ "+vq,ema,vq", "--compare vq,ema,vq: vq is compared twice" },
		{ "+beta=.5,1,0.50", "0.50 is compared twice" },
		{ "+no-bias=1,yes", "yes is compared twice" },
		{ "codes=1k,1024 +vq", "-k 1k,1024: 1024 is compared twice" },
		{ "codes=32 +k=64,128", "codes is compared, and given" },
		{ "type=vq +simvq,ema", "type is compared, and given" },
		{ "batch=7 +batch=8,9", "batch is compared, and given" },
		{ "init=random +init=data,kmeans", "init is compared, and" },
		{ "no-bias=1 +no-bias=1,0", "no-bias is compared, and given" },
		{ "+foo=1", "--compare foo=1: unknown option foo" },
		{ "+data/images", "OPTION=VALUES come here, inputs behind" },
		{ "+bta=1", "unknown option bta (did you mean beta?)" },
		{ "+beta=1,x", "beta x: not a number" },
		{ "+d=0", "dim 0: must be 1 to" },
		{ "+freeze-table=2", "must be yes, no, 1 or 0" },
		{ "+codes=4;5,6", "5,6 is no number" },
		{ "codes=4,x +vq", "-k 4,x: codes x: not a number" },
		{ "codes=4,5 +k=1", "codes is compared twice" },
		{ "+vq +ema", "type is compared twice" },
		{ "+output=a,b", "output is no option to compare" },
		{ "+valid=a,b", "valid is no option to compare" },
		{ "+compare=a", "unknown option compare" },
		{ "+nan=drop,error", "nan is no option to compare" },
		{ "+context=0,4", "context is no option to compare" },
		{ "+relabel=a,b", "relabel is no option to compare" },
		{ "init=random +kmeans", "classical start only" },
		{ "epochs=2 +steps=1,2", "exclude each other" },
		{ "epochs=2 steps=1 +vq,ema", "exclude each other" },
		{ "log=x +vq", "--log" },
		{ "tsv=1 json=1 +vq", "only one of them" },
		{ "+seed=1,2,3,4,5,6,7,8,9,0 +k=1,2,3,4,5,6,7,8,9,10 "
		  "+s=1,2,3,4,5,6,7,8,9,0 +b=1,2,3,4,5,6,7,8,9,10 +d=1,2",
			"more than 10000 trainings" },
		{ "+seed=1 +k=1 +s=1 +b=1 +d=1 +r=1 +g=1 +beta=1 +l=1",
			"more than 8 options" },
	};
	struct trials p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (plan(&p, t[i].line, &e) == 0)
			fail_msg("no error: %s", t[i].line);
		if (!strstr(e.msg, t[i].says))
			fail_msg("%s says: %s", t[i].line, e.msg);
		trials_free(&p);
	}
}

static int
quiet(void **state)
{
	(void)state;
	say_init("model_trials", true, false);
	return 0;
}

static int
tidy(void **state)
{
	(void)state;
	strlist_free(&base.compare);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_combinations_come_in_order),
		cmocka_unit_test(settings_are_those_of_the_line),
		cmocka_unit_test(what_a_type_lacks_is_left_out),
		cmocka_unit_test(mistakes_are_said_before_any_training),
	};

	return cmocka_run_group_tests(tests, quiet, tidy);
}
