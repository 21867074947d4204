#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/err.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/opt.h"
#include "util/opt_help.h"
#include "util/opt_near.h"
#include "util/opt_set.h"
#include "util/opt_sibling.h"
#include "util/ranks.h"

#define LONG_BASE 256 /* above every letter: getopt_long's value of row 0 */

struct parser {
	const struct opt_cmd *c;
	size_t count;
	struct opt *rows; /* the command's, then --help and --version */
	char **defaults;
	struct option *longs;
	char *shorts;
	bool help, version;
};

int
opt_status(enum opt_result r)
{
	return r == OPT_USAGE ? 2 : r == OPT_FAILED;
}

static void
add_getopt_forms(struct parser *p)
{
	char *s = p->shorts = mem_alloc(2 * p->count + 2, 1);

	p->longs = mem_zalloc(p->count + 1, sizeof(*p->longs));
	*s++ = ':'; /* tells a missing value from an unknown option */
	for (size_t i = 0; i < p->count; i++) {
		const struct opt *o = &p->rows[i];

		p->longs[i] = (struct option){ o->name,
			o->arg ? required_argument : no_argument, NULL,
			LONG_BASE + (int)i };
		if (!o->letter)
			continue;
		*s++ = (char)o->letter;
		if (o->arg)
			*s++ = ':';
	}
	*s = '\0';
}

static void
parser_init(struct parser *p, const struct opt_cmd *c)
{
	size_t n = 0;
	bool grouped = false;

	while (c->opts[n].name)
		grouped |= c->opts[n++].group != NULL;
	*p = (struct parser){ .c = c, .count = n + 2 };
	p->rows = mem_zalloc(n + 3, sizeof(*p->rows));
	memcpy(p->rows, c->opts, n * sizeof(*p->rows));
	p->rows[n] = (struct opt){ 'h', "help", NULL, "show this help",
		.flag = &p->help, .group = grouped ? "Help" : NULL };
	p->rows[n + 1] = (struct opt){ 'V', "version", NULL, "show the version",
		.flag = &p->version };
	p->defaults = mem_alloc(p->count, sizeof(*p->defaults));
	for (size_t i = 0; i < p->count; i++)
		p->defaults[i] = opt_help_default(&p->rows[i]);
	add_getopt_forms(p);
}

static void
parser_free(struct parser *p)
{
	for (size_t i = 0; i < p->count; i++)
		free(p->defaults[i]);
	free(p->defaults);
	free(p->shorts);
	free(p->longs);
	free(p->rows);
}

/* The row for getopt_long's value, and the form that was used ("-k"). */
static const struct opt *
row_of(const struct parser *p, int value, char used[64])
{
	if (value >= LONG_BASE) {
		const struct opt *o = &p->rows[value - LONG_BASE];

		snprintf(used, 64, "--%s", o->name);
		return o;
	}
	snprintf(used, 64, "-%c", value);
	for (size_t i = 0; i < p->count; i++)
		if (p->rows[i].letter == value)
			return &p->rows[i];
	return NULL;
}

/* word is "--name" or "--name=value": a beginning of several, or of none. */
static void
explain_long(const struct parser *p, const char *word, struct err *e)
{
	size_t n = strcspn(word + 2, "="), matches = 0;
	const char *near, *match[2];
	char *hint;

	if (n > 64) /* no name; and distance() is quadratic */
		n = 64;
	for (size_t i = 0; i < p->count && matches < 2; i++)
		if (strncmp(p->rows[i].name, word + 2, n) == 0)
			match[matches++] = p->rows[i].name;
	if (matches == 2) {
		err_set(e, "--%.*s may mean --%s or --%s", (int)n, word + 2,
			match[0], match[1]);
		return;
	}
	near = opt_near_alias(p->rows, word + 2, n);
	hint = near ? NULL : opt_sibling_long(word + 2, n);
	if (!near && !hint)
		near = opt_near(p->rows, word + 2, n);
	if (near)
		hint = mem_printf(" (did you mean --%s?)", near);
	err_set(e, "unknown option --%.*s%s", (int)n, word + 2,
		hint ? hint : "");
	free(hint);
}

static void
explain_letter(const char *used, struct err *e)
{
	char *hint = opt_sibling_letter(used[1]);

	err_set(e, "unknown option %s%s", used, hint ? hint : "");
	free(hint);
}

/* "-output x" would be -o utput: refused, as --output that lacks a dash. */
static bool
lacks_dash(const struct parser *p, const char *word, struct err *e)
{
	size_t n = word[0] == '-' ? strcspn(word + 1, "=") : 0;

	for (size_t i = 0; i < p->count && n > 2; i++)
		if (strncmp(p->rows[i].name, word + 1, n) == 0 &&
			!p->rows[i].name[n]) {
			err_set(e, "unknown option -%s (did you mean --%s?)",
				p->rows[i].name, p->rows[i].name);
			return true;
		}
	return false;
}

/* getopt_long answered '?' or ':'. */
static void
explain(const struct parser *p, int answer, const char *word, struct err *e)
{
	char used[64];
	const struct opt *o;

	if (optopt == 0) {
		explain_long(p, word, e);
		return;
	}
	o = row_of(p, optopt, used);
	if (!o)
		explain_letter(used, e);
	else if (answer == ':')
		err_set(e, "%s needs a value (%s)", used, o->arg);
	else
		err_set(e, "%s takes no value", used);
}

static int
parse_rows(struct parser *p, int argc, char *argv[], struct err *e)
{
	char used[64];
	const char *word;
	int c;

	optind = 0; /* glibc: start afresh */
	opterr = 0;
	while (!p->help) {
		c = getopt_long(argc, argv, p->shorts, p->longs, NULL);
		if (c == -1)
			break;
		word = argv[optind - 1];
		if (c == '?' || c == ':') {
			/* In the midst of its letters a word is not behind. */
			const char *behind = optind < argc ? argv[optind] : "";

			if (!lacks_dash(p, word, e) &&
				!lacks_dash(p, behind, e))
				explain(p, c, word, e);
			return -1;
		}
		if (optarg && optarg != word && lacks_dash(p, word, e))
			return -1;
		if (opt_set_value(row_of(p, c, used), optarg, e) != 0)
			return err_wrap(e, "%s %s", used, optarg);
	}
	return 0;
}

/* One of the names, with | between them, was given. */
static bool
has_one(const struct parser *p, const char *names)
{
	for (size_t n; *names; names += n + (names[n] == '|')) {
		n = strcspn(names, "|");
		for (size_t i = 0; i < p->count; i++)
			if (strncmp(p->rows[i].name, names, n) == 0 &&
				!p->rows[i].name[n] && *p->rows[i].str)
				return true;
	}
	return false;
}

static int
check_with(const struct parser *p, struct err *e)
{
	for (size_t i = 0; i < p->count; i++) {
		const struct opt *o = &p->rows[i];

		if (o->with && *o->flag && !has_one(p, o->with))
			return err_set(e, "--%s goes with --%.*s", o->name,
				(int)strcspn(o->with, "|"), o->with);
	}
	return 0;
}

static void
print_version(const struct parser *p)
{
	printf("%s (vqtools) %s\n", p->c->name, VQ_VERSION);
	if (!p->c->version_more)
		return;
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->rows[i].name, "verbose") == 0 && *p->rows[i].flag)
			p->c->version_more();
}

static enum opt_result
usage(const char *program, const struct err *e)
{
	char *reason = names_printable(e->msg);

	if (ranks_first())
		fprintf(stderr, "%s: %s\nTry '%s --help'.\n", program, reason,
			program);
	free(reason);
	return OPT_USAGE;
}

/* All is printed: a full disk, a closed stdout count as failure. */
static enum opt_result
finish_stdout(const char *program)
{
	int failed = ferror(stdout);

	if (fflush(stdout) == 0 && !failed)
		return OPT_DONE;
	fprintf(stderr, "%s: stdout: %s\n", program, strerror(errno));
	return OPT_FAILED;
}

enum opt_result
opt_parse(const struct opt_cmd *c, int argc, char *argv[], int *first)
{
	enum opt_result r = OPT_RUN;
	struct parser p;
	struct err e;

	mem_for_libraries(); /* before anything asks them for something */
	parser_init(&p, c);
	if (argc == 2 && strcmp(argv[1], "--help-table") == 0) {
		opt_help_table(p.rows, p.defaults);
		r = finish_stdout(c->name);
	} else if (parse_rows(&p, argc, argv, &e) != 0) {
		r = usage(c->name, &e);
	} else if (p.help) {
		opt_help_print(c, p.rows, p.defaults);
		r = finish_stdout(c->name);
	} else if (p.version) {
		print_version(&p);
		r = finish_stdout(c->name);
	} else if (check_with(&p, &e) != 0) {
		r = usage(c->name, &e);
	}
	*first = optind;
	parser_free(&p);
	return r;
}

void
opt_append(struct opt *table, const struct opt *rows)
{
	while (table->name)
		table++;
	while (rows->name)
		*table++ = *rows++;
	*table = *rows;
}
