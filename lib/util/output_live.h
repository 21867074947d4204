/*
 * output_live.h - names that are removed when the process dies: by SIGINT,
 * SIGTERM, SIGHUP, SIGPIPE (where not ignored) and exit(), those that this
 * process, not its parent, began.  For output_tmp.c, and farewell.c.
 */
#ifndef UTIL_OUTPUT_LIVE_H
#define UTIL_OUTPUT_LIVE_H

struct output_live;

/* From now on the signals are handled; at the latest from the first begin on. */
void output_live_ready(void);

/* From now on, before the file is there; takes path, which is malloc'd. */
struct output_live *output_live_begin(char *path);

/*
 * make(path, arg), which makes the file: never while another thread sweeps, so
 * that none stays.  Gives what make gives, with its errno.
 */
int output_live_make(const struct output_live *t,
	int (*make)(const char *path, int arg), int arg);

/* By errno of what failed: does not return where the file was swept away. */
void output_live_swept(void);

/* Borrowed until its end. */
const char *output_live_path(const struct output_live *t);

/* The file is gone, or stays.  Frees t. */
void output_live_end(struct output_live *t);

#endif
