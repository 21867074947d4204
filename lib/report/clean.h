/*
 * clean.h - a report without what steers a terminal.
 *
 * Names in it come from strangers' files.  JSON escapes them by itself, text
 * and tables do not.
 */
#ifndef REPORT_CLEAN_H
#define REPORT_CLEAN_H

#include <jansson.h>

/* The tree itself where all its texts are printable, or else a copy with them
 * as names_printable has them.  A new reference. */
json_t *clean_tree(const json_t *root);

#endif
