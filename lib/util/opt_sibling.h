/*
 * opt_sibling.h - an option that is not here, but one of a command beside this.
 */
#ifndef UTIL_OPT_SIBLING_H
#define UTIL_OPT_SIBLING_H

#include <stddef.h>

/* " (it is an option of vq-encode and vq-stats)", of the n bytes of a long form
 * without dashes; NULL: no command has it.  malloc'd. */
char *opt_sibling_long(const char *name, size_t n);

/* " (it is --top of moe-route, --type of vq-train)", of a letter; NULL the same
 * way.  malloc'd. */
char *opt_sibling_letter(int letter);

#endif
