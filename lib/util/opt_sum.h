/*
 * opt_sum.h - one number for all options that decide what is made.
 */
#ifndef UTIL_OPT_SUM_H
#define UTIL_OPT_SUM_H

#include <stdint.h>

#include "util/opt.h"

/*
 * Of what the rows hold, and of the bytes of each file that one of them names;
 * of the program and its version.  Left out is what changes no output file: how
 * many threads, where to, what is said, and the like; and the model, which has
 * a fingerprint.  Other versions may sum up otherwise.  *text is what was summed
 * up: the program's line, then one an option; malloc'd.  -1: an option names
 * something that cannot be read twice.
 */
int opt_sum(const struct opt *table, const char *program, uint64_t *sum,
	char **text, struct err *e);

/* What was otherwise by two such texts: "--stages, --nan", or the program of the
 * first if it was another.  malloc'd; NULL: nothing. */
char *opt_sum_differ(const char *was, const char *is);

#endif
