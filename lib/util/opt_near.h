/*
 * opt_near.h - the option that somebody who mistyped may have meant.
 */
#ifndef UTIL_OPT_NEAR_H
#define UTIL_OPT_NEAR_H

#include "util/opt.h"

/* The long form nearest to the n bytes of name; NULL if all are too far off for
 * a typing error (near.h). */
const char *opt_near(const struct opt *rows, const char *name, size_t n);

#endif
