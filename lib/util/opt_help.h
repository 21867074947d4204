/*
 * opt_help.h - what opt.c prints about a table of options.
 *
 * rows is the command's table with --help and --version behind it; defaults
 * are the texts that opt_help_default gave before parsing.
 */
#ifndef UTIL_OPT_HELP_H
#define UTIL_OPT_HELP_H

#include "util/opt.h"

/* The default of a row as --help shows it, NULL for none.  malloc'd. */
char *opt_help_default(const struct opt *o);

/* "a|b|c" as "a, b, c".  malloc'd. */
char *opt_help_choices(const char *choices);

/* The whole text of --help, on stdout. */
void opt_help_print(
	const struct opt_cmd *c, const struct opt *rows, char *const *defaults);

/* The table of --help-table, on stdout. */
void opt_help_table(const struct opt *rows, char *const *defaults);

#endif
