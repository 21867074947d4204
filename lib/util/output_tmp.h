/*
 * output_tmp.h - files that get their name when they are complete.
 *
 * Until then a file has no name at all (O_TMPFILE), and nothing is left however
 * the process dies, by SIGKILL too.  Where the file system has no such files or
 * cannot name them, it has a temporary name: SIGINT, SIGTERM, SIGHUP, SIGPIPE
 * (where not ignored) and exit() remove those that this process, not its
 * parent, made.  For output.c only.
 */
#ifndef UTIL_OUTPUT_TMP_H
#define UTIL_OUTPUT_TMP_H

#include <sys/types.h>

#include "util/err.h"

struct output_tmp;

/*
 * Make a new file in path's directory, open for writing, with this mode less
 * the umask.  Returns the descriptor, or -1.
 */
int output_tmp_create(
	const char *path, mode_t mode, struct output_tmp **tmp, struct err *e);

/* Where there is a file of that name. */
enum output_tmp_over {
	OUTPUT_TMP_NEW,  /* it is an error */
	OUTPUT_TMP_SAME, /* one of the same bytes is taken for this one */
	OUTPUT_TMP_REPLACE
};

/*
 * Close the file and give it its name.  Frees tmp, and removes the file on
 * failure.
 */
int output_tmp_publish(struct output_tmp *tmp, int fd, const char *path,
	enum output_tmp_over over, struct err *e);

/* Remove the file; frees tmp. */
void output_tmp_drop(struct output_tmp *tmp);

#endif
