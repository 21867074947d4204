#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <cmocka.h>

#include "util/mem.h"
#include "util/opt.h"
#include "util/opt_set.h"

struct settings {
	size_t codes, buffer;
	double beta;
	const char *type, *many, *which;
	struct strlist valid;
	bool tall, codes_given, tall_given;
	struct opt_common common;
};

/* What the last run() did. */
static struct settings got;
static enum opt_result result;
static int first, args;
static char *arg[33], program[] = "vq-test";
static char out[8192], err[2048];

static void
more_version(void)
{
	puts("codecs: many");
}

static const struct opt *
table_of(void)
{
	static struct opt table[32];
	const struct opt rows[] = {
		{ 'k', "codes", "N", "codes in the book", .num = &got.codes,
			.min = 1, .max = 1 << 24, .unit = NUM_BINARY,
			.given = &got.codes_given, .many = &got.many },
		{ 0, "beta", "X", "weight of the commitment", .real = &got.beta,
			.min = -1, .max = 1 },
		{ 't', "type", "TYPE", "kind of quantizer", .str = &got.type,
			.choices = "vq|ema|simvq" },
		{ 0, "valid", "FILE",
			"hold this file back to judge the model by, however "
			"long this phrase may be",
			.list = &got.valid },
		{ 0, "buffer", "BYTES", "memory", .num = &got.buffer,
			.unit = NUM_BINARY },
		{ 0, "table", "WHICH", "the table", .str = &got.which,
			.words = "small|FILE" },
		{ 0, "tall", NULL, "a flag", .flag = &got.tall,
			.given = &got.tall_given },
		OPT_COMMON_ROWS(&got.common), { 0 }
	};

	table[0] = (struct opt){ 0 };
	opt_append(table, rows);
	return table;
}

static enum opt_result
parse(int argc, char *argv[])
{
	const struct opt_cmd c = { "vq-test", "[FILE ...]",
		"Test the table of options.", table_of(),
		"Example:\n  vq-test a\n", more_version };

	return opt_parse(&c, argc, argv, &first);
}

static void
slurp(int fd, char *buf, size_t room)
{
	ssize_t n = pread(fd, buf, room - 1, 0);

	assert_true(n >= 0);
	buf[n] = '\0';
}

/* Parse "a b c" with stdout (or the file `to`) and stderr caught. */
static void
run_to(const char *line, const char *to)
{
	static struct strlist kept; /* arg and values point into it */
	char *copy = mem_strdup(line);
	char n1[] = "/tmp/optXXXXXX", n2[] = "/tmp/optXXXXXX";
	int keep1 = dup(1), keep2 = dup(2);
	int fd1 = mkstemp(n1), fd2 = mkstemp(n2);
	int target = to ? open(to, O_WRONLY) : dup(fd1);

	unlink(n1);
	unlink(n2);
	strlist_free(&got.valid);
	got = (struct settings){ .codes = 1024,
		.buffer = 1 << 30,
		.beta = 0.25,
		.type = "simvq",
		.common = OPT_COMMON_INIT };
	args = 0;
	arg[args++] = program;
	strlist_take(&kept, copy);
	for (char *w = strtok(copy, " "); w; w = strtok(NULL, " "))
		arg[args++] = w;
	fflush(stdout);
	dup2(target, 1);
	dup2(fd2, 2);
	result = parse(args, arg);
	fflush(stdout);
	clearerr(stdout);
	dup2(keep1, 1);
	dup2(keep2, 2);
	slurp(fd1, out, sizeof(out));
	slurp(fd2, err, sizeof(err));
	close(fd1);
	close(fd2);
	close(keep1);
	close(keep2);
	close(target);
}

static void
run(const char *line)
{
	run_to(line, NULL);
}

static void
values_reach_their_variables(void **state)
{
	(void)state;
	run("-k 64k --beta=-0.5 a -t ema --valid x --valid=y -qf -j2 b -- -k");
	assert_int_equal(result, OPT_RUN);
	assert_int_equal(got.codes, 65536);
	assert_true(got.codes_given);
	assert_true(got.beta == -0.5);
	assert_string_equal(got.type, "ema");
	assert_int_equal(got.valid.count, 2);
	assert_string_equal(got.valid.item[1], "y");
	assert_true(got.common.quiet && got.common.force);
	assert_false(got.common.verbose || got.tall);
	assert_int_equal(got.common.threads, 2);
	assert_int_equal(args - first, 3);
	assert_string_equal(arg[first], "a");
	assert_string_equal(arg[first + 1], "b");
	assert_string_equal(arg[first + 2], "-k");
	assert_string_equal(err, "");
}

static void
without_options_the_defaults_stay(void **state)
{
	(void)state;
	run("a b");
	assert_int_equal(result, OPT_RUN);
	assert_int_equal(got.codes, 1024);
	assert_false(got.codes_given);
	assert_int_equal(first, 1);
	assert_int_equal(got.common.seed, 1);
	assert_string_equal(got.common.nan, "error");
}

static void
the_last_of_a_repeated_option_holds(void **state)
{
	(void)state;
	run("-k 2 -k 3 --codes 4 -t vq -t ema");
	assert_int_equal(got.codes, 4);
	assert_string_equal(got.type, "ema");
}

static void
a_list_of_numbers_is_kept_for_the_caller(void **state)
{
	(void)state;
	run("-k 1k,8k");
	assert_int_equal(result, OPT_RUN);
	assert_string_equal(got.many, "1k,8k");
	assert_int_equal(got.codes, 1024);
	run("-k 1k,8k --codes 7");
	assert_null(got.many);
	assert_int_equal(got.codes, 7);
}

static void
a_row_is_set_by_its_name(void **state)
{
	static const struct {
		const char *name, *text, *says;
	} bad[] = {
		{ "codes", "12abc", "codes 12abc: not a number" },
		{ "k", "0", "codes 0: must be 1 to 16777216" },
		{ "beta", "2", "beta 2: must be -1 to 1" },
		{ "beta", "", "beta : not a number" },
		{ "type", "v", "type v: must be one of: vq, ema, simvq" },
		{ "tall", "maybe", "tall maybe: must be yes, no, 1 or 0" },
		{ "typ", "vq", "unknown option typ (did you mean type?)" },
		{ "kk", "1", "unknown option kk" },
		{ "", "1", "unknown option " },
	};
	struct err e;

	(void)state;
	got = (struct settings){ .codes = 1 };
	assert_int_equal(opt_set(table_of(), "codes", "64k", &e), 0);
	assert_int_equal(got.codes, 65536);
	assert_true(got.codes_given);
	assert_int_equal(opt_set(table_of(), "k", "5", &e), 0);
	assert_int_equal(got.codes, 5);
	assert_int_equal(opt_set(table_of(), "beta", "-0.5", &e), 0);
	assert_true(got.beta == -0.5);
	assert_int_equal(opt_set(table_of(), "t", "ema", &e), 0);
	assert_string_equal(got.type, "ema");
	assert_int_equal(opt_set(table_of(), "tall", "yes", &e), 0);
	assert_true(got.tall && got.tall_given);
	assert_int_equal(opt_set(table_of(), "tall", "0", &e), 0);
	assert_false(got.tall || got.tall_given);
	assert_int_equal(opt_set(table_of(), "tall", "1", &e), 0);
	assert_true(got.tall);
	assert_int_equal(opt_set(table_of(), "tall", "no", &e), 0);
	assert_false(got.tall);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
			opt_set(table_of(), bad[i].name, bad[i].text, &e), -1);
		if (strncmp(e.msg, bad[i].says, strlen(bad[i].says)) != 0)
			fail_msg("'%s' says: %s", bad[i].name, e.msg);
	}
	assert_int_equal(got.codes, 5);
}

static void
wrong_usage_says_what_and_why(void **state)
{
	static const struct {
		const char *line, *says;
	} t[] = {
		{ "-k 12abc", "-k 12abc: not a number (a whole number" },
		{ "--codes 12abc", "--codes 12abc: not a number" },
		{ "-k -5", "-k -5: not a number" },
		{ "-k 0", "-k 0: must be 1 to 16777216" },
		{ "-k 17M", "-k 17M: must be 1 to 16777216" },
		{ "-k 99999999999999999999999", "too large" },
		{ "--beta nan", "--beta nan: not a number" },
		{ "--beta 1.5", "--beta 1.5: must be -1 to 1" },
		{ "-t kmeens", "-t kmeens: must be one of: vq, ema, simvq\n" },
		{ "-t simqv", "simvq (did you mean simvq?)\n" },
		{ "-t v", "must be one of" },
		{ "--nan=keep", "must be one of: error, drop" },
		{ "--tipe vq", "unknown option --tipe (did you mean --type?)" },
		{ "--forse=1", "did you mean --force?" },
		{ "--zzzzzzzz", "unknown option --zzzzzzzz\n" },
		{ "--ve", "--ve may mean --verbose or --version" },
		{ "-x", "unknown option -x" },
		{ "-qx", "unknown option -x\n" },
		{ "-type vq", "unknown option -type (did you mean --type?)" },
		{ "-quiet", "unknown option -quiet (did you mean --quiet?)" },
		{ "a -codes=8", "unknown option -codes (did you mean" },
		{ "-codess", "-c" },
		{ "-k", "-k needs a value (N)" },
		{ "--type", "--type needs a value (TYPE)" },
		{ "--quiet=yes", "--quiet takes no value" },
		{ "-k \033[2J", "-k %1B[2J: not a number" },
		{ "--version -k x", "-k x: not a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		run(t[i].line);
		assert_int_equal(result, OPT_USAGE);
		assert_int_equal(opt_status(result), 2);
		if (!strstr(err, t[i].says))
			fail_msg("'%s' says: %s", t[i].line, err);
		assert_non_null(strstr(err, "vq-test: "));
		assert_non_null(strstr(err, "Try 'vq-test --help'."));
		assert_string_equal(out, "");
	}
}

static void
help_is_whole_aligned_and_narrow(void **state)
{
	(void)state;
	run("-k 5 --help");
	assert_int_equal(result, OPT_DONE);
	assert_int_equal(opt_status(result), 0);
	assert_string_equal(err, "");
	assert_ptr_equal(strstr(out,
				 "Usage: vq-test [OPTION ...] [FILE ...]\n"
				 "Test the table of options.\n"),
		out);
	assert_non_null(strstr(
		out, "\n  -k, --codes N           codes in the book (1024)\n"));
	assert_non_null(strstr(out,
		"\n      --beta X            weight of the commitment (0.25)\n"));
	assert_non_null(strstr(out, "vq, ema, simvq (simvq)\n"));
	assert_non_null(strstr(out, "  memory (1G)\n"));
	assert_non_null(strstr(out, "worker threads (all cores)\n"));
	assert_non_null(strstr(out, "  -h, --help "));
	assert_non_null(strstr(out, "  -V, --version "));
	assert_non_null(strstr(out, "\nExample:\n  vq-test a\n"));
	assert_null(strstr(out, "help-table"));
	for (char *l = strtok(out, "\n"); l; l = strtok(NULL, "\n"))
		assert_true(strlen(l) < 80);
}

static void
version_says_more_with_verbose(void **state)
{
	(void)state;
	run("-V");
	assert_int_equal(result, OPT_DONE);
	assert_string_equal(out, "vq-test (vqtools) " VQ_VERSION "\n");
	run("--version -v");
	assert_string_equal(
		out, "vq-test (vqtools) " VQ_VERSION "\ncodecs: many\n");
}

static void
the_lint_reads_a_table(void **state)
{
	(void)state;
	run("--help-table");
	assert_int_equal(result, OPT_DONE);
	assert_non_null(
		strstr(out, "k\tcodes\tN\t1024\tcodes in the book\t-\n"));
	assert_non_null(strstr(out, "-\ttall\t-\t-\ta flag\t-\n"));
	assert_non_null(strstr(out, "V\tversion\t-\t-\tshow the version\t-\n"));
	assert_non_null(strstr(out, "vq, ema, simvq\tvq|ema|simvq\n"));
	assert_non_null(strstr(out, "\tthe table\tsmall|FILE\n"));
}

static void
a_full_disk_fails(void **state)
{
	(void)state;
	run_to("--help", "/dev/full");
	assert_int_equal(result, OPT_FAILED);
	assert_int_equal(opt_status(result), 1);
	assert_non_null(strstr(err, "vq-test: stdout: No space left"));
	run_to("--version", "/dev/full");
	assert_int_equal(result, OPT_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_reach_their_variables),
		cmocka_unit_test(without_options_the_defaults_stay),
		cmocka_unit_test(the_last_of_a_repeated_option_holds),
		cmocka_unit_test(a_list_of_numbers_is_kept_for_the_caller),
		cmocka_unit_test(a_row_is_set_by_its_name),
		cmocka_unit_test(wrong_usage_says_what_and_why),
		cmocka_unit_test(help_is_whole_aligned_and_narrow),
		cmocka_unit_test(version_says_more_with_verbose),
		cmocka_unit_test(the_lint_reads_a_table),
		cmocka_unit_test(a_full_disk_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
