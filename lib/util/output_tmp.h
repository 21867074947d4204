/*
 * output_tmp.h - files under a temporary name, gone when the process dies.
 *
 * SIGINT, SIGTERM, SIGHUP, SIGPIPE (where not ignored) and exit() remove the
 * live ones that this process, not its parent, made.  For output.c only.
 */
#ifndef UTIL_OUTPUT_TMP_H
#define UTIL_OUTPUT_TMP_H

#include <stdbool.h>
#include <sys/types.h>

#include "util/err.h"

struct output_tmp;

/*
 * Make a new file beside path, open for writing, with this mode less the
 * umask.  Returns the descriptor, or -1.
 */
int output_tmp_create(
	const char *path, mode_t mode, struct output_tmp **tmp, struct err *e);

/*
 * Give it its name: over an existing file only with replace.  Frees tmp, and
 * removes the file on failure.
 */
int output_tmp_publish(
	struct output_tmp *tmp, const char *path, bool replace, struct err *e);

/* Remove the file; frees tmp. */
void output_tmp_drop(struct output_tmp *tmp);

#endif
