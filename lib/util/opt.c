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

	while (c->opts[n].name)
		n++;
	*p = (struct parser){ .c = c, .count = n + 2 };
	p->rows = mem_zalloc(n + 3, sizeof(*p->rows));
	memcpy(p->rows, c->opts, n * sizeof(*p->rows));
	p->rows[n] = (struct opt){ 'h', "help", NULL, "show this help",
		.flag = &p->help };
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

/* max 0 is no limit (opt.h). */
static int
check_range(const struct opt *o, double v, struct err *e)
{
	if (v >= o->min && (o->max == 0 || v <= o->max))
		return 0;
	if (o->max == 0)
		return err_set(e, "must be at least %.15g", o->min);
	return err_set(e, "must be %.15g to %.15g", o->min, o->max);
}

static int
set_num(const struct opt *o, const char *text, struct err *e)
{
	size_t v, digits = strspn(text, "0123456789");

	if (num_size(text, o->unit, &v) != 0) {
		if (digits && !text[digits + strspn(text + digits, "kKMG")])
			return err_set(e, "too large a number");
		return err_set(
			e, "not a number (a whole number, k and M allowed)");
	}
	if (check_range(o, (double)v, e) != 0)
		return -1;
	*o->num = v;
	return 0;
}

static int
set_real(const struct opt *o, const char *text, struct err *e)
{
	double v;

	if (num_real(text, &v) != 0)
		return err_set(e, "not a number");
	if (check_range(o, v, e) != 0)
		return -1;
	*o->real = v;
	return 0;
}

static int
check_choice(const char *choices, const char *text, struct err *e)
{
	size_t len = strlen(text), n;
	char *list;

	for (const char *c = choices;; c += n + 1) {
		n = strcspn(c, "|");
		if (n == len && memcmp(c, text, n) == 0)
			return 0;
		if (!c[n])
			break;
	}
	list = opt_help_choices(choices);
	err_set(e, "must be one of: %s", list);
	free(list);
	return -1;
}

static int
set_value(const struct opt *o, const char *text, struct err *e)
{
	if (o->given)
		*o->given = true;
	if (o->flag)
		*o->flag = true;
	if (o->num)
		return set_num(o, text, e);
	if (o->real)
		return set_real(o, text, e);
	if ((o->list || o->str) && !*text) /* an unset variable, most likely */
		return err_set(e, "an empty name");
	if (o->list)
		strlist_add(o->list, text);
	if (!o->str)
		return 0;
	if (o->choices && check_choice(o->choices, text, e) != 0)
		return -1;
	*o->str = text;
	return 0;
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

/* Levenshtein's edit distance, one row of the matrix at a time. */
static size_t
distance(const char *a, size_t na, const char *b)
{
	size_t nb = strlen(b), d;
	size_t *row = mem_alloc(nb + 1, sizeof(*row));

	for (size_t j = 0; j <= nb; j++)
		row[j] = j;
	for (size_t i = 0; i < na; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < nb; j++) {
			d = diagonal + (a[i] != b[j]);
			diagonal = row[j + 1];
			if (d > diagonal + 1)
				d = diagonal + 1;
			if (d > row[j] + 1)
				d = row[j] + 1;
			row[j + 1] = d;
		}
	}
	d = row[nb];
	free(row);
	return d;
}

static const char *
nearest(const struct parser *p, const char *name, size_t n)
{
	size_t best = 2 + n / 3, d; /* further off is no typing error */
	const char *found = NULL;

	for (size_t i = 0; i < p->count; i++) {
		d = distance(name, n, p->rows[i].name);
		if (d < best) {
			best = d;
			found = p->rows[i].name;
		}
	}
	return found;
}

/* word is "--name" or "--name=value": a beginning of several, or of none. */
static void
explain_long(const struct parser *p, const char *word, struct err *e)
{
	size_t n = strcspn(word + 2, "="), matches = 0;
	const char *near, *match[2];

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
	err_set(e, "unknown option --%.*s", (int)n, word + 2);
	near = nearest(p, word + 2, n);
	if (near)
		err_set(e, "unknown option --%.*s (did you mean --%s?)", (int)n,
			word + 2, near);
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
		err_set(e, "unknown option %s", used);
	else if (answer == ':')
		err_set(e, "%s needs a value (%s)", used, o->arg);
	else
		err_set(e, "%s takes no value", used);
}

static int
parse_rows(struct parser *p, int argc, char *argv[], struct err *e)
{
	char used[64];
	int c;

	optind = 0; /* glibc: start afresh */
	opterr = 0;
	while (!p->help) {
		c = getopt_long(argc, argv, p->shorts, p->longs, NULL);
		if (c == -1)
			break;
		if (c == '?' || c == ':') {
			explain(p, c, argv[optind - 1], e);
			return -1;
		}
		if (set_value(row_of(p, c, used), optarg, e) != 0)
			return err_wrap(e, "%s %s", used, optarg);
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

	fprintf(stderr, "%s: %s\nTry '%s --help'.\n", program, reason, program);
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
