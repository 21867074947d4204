/*
 * opt_near.h - the option that somebody who mistyped may have meant.
 */
#ifndef UTIL_OPT_NEAR_H
#define UTIL_OPT_NEAR_H

#include "util/opt.h"

/* The long form nearest to the n bytes of name; NULL if all are too far off for
 * a typing error (near.h). */
const char *opt_near(const struct opt *rows, const char *name, size_t n);

/* The long form of what other programs call the n bytes of name ("lr" is
 * learning-rate), if it is in the table; else NULL. */
const char *opt_near_alias(const struct opt *rows, const char *name, size_t n);

#endif
