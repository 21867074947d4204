/*
 * tail.h - names of files compared from the end: the last component first,
 * without its extension, then the folder it is in, then the folder of that.
 */
#ifndef REPORT_TAIL_H
#define REPORT_TAIL_H

#include <stdbool.h>
#include <stddef.h>

/* The last component. */
const char *tail_base(const char *path);

/* Components that two paths share from the end, the last without its extension;
 * *whole: one of them has no further ones. */
size_t tail_shared(const char *a, const char *b, bool *whole);

/* True if all components of tail are the last ones of path. */
bool tail_of(const char *path, const char *tail);

/* An order of paths by their components from the end: < 0, 0, > 0.  The more a
 * path shares with another the nearer they are. */
int tail_order(const char *a, const char *b);

#endif
