/*
 * output.h - bytes to a file that appears whole or not at all.
 *
 * A regular file is written without a name in the same directory, synced and
 * named by output_commit; without it nothing is left behind, also after a
 * signal (output_tmp.h).  A symbolic link's target is replaced.  Devices and FIFOs are written directly.  EPIPE ends the process
 * by SIGPIPE, silently.
 */
#ifndef UTIL_OUTPUT_H
#define UTIL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

struct output;

struct output_opts {
	bool force;   /* replace an existing file; binary to a terminal */
	bool same;    /* without force: an existing file of the same bytes is
	                 as good, and stays */
	bool text;    /* may go to a terminal without force */
	bool parents; /* make missing directories */
	bool nosync;  /* no fsync in commit: the caller syncs a group */
	const char *root; /* path begins with it, no symbolic link may lead
	                     out of it, and what is there must be a regular
	                     file; NULL: the caller's user named it */
};

/* path NULL or "-" is stdout. */
struct output *output_open(
	const char *path, struct output_opts o, struct err *e);

/*
 * Go on with a file: its first keep bytes stay, those behind them go, and what
 * is written follows, at its place at once: after a kill there is what was
 * flushed.  A file that is not there is made; one that has bytes, and none to
 * keep, is refused without force; one that has fewer is an error.  Devices and
 * FIFOs are written as they are; path "-" is stderr.
 */
struct output *output_append(
	const char *path, uint64_t keep, struct output_opts o, struct err *e);

/* What an output is called in messages: "stdout" for NULL and "-". */
const char *output_label(const char *path);
int output_write(struct output *o, const void *buf, size_t n, struct err *e);

/* Bytes written so far. */
uint64_t output_offset(const struct output *o);

/* Let others see what was written so far. */
int output_flush(struct output *o, struct err *e);

/* True if a write failed: nothing more can be written. */
bool output_broken(const struct output *o);

/* True if output_pwrite works: a regular file (also behind stdout). */
bool output_seekable(const struct output *o);

/* Replace bytes already written, counted from this output's first byte. */
int output_pwrite(struct output *o, uint64_t at, const void *buf, size_t n,
	struct err *e);

/*
 * Flush, sync, close, rename; for stdout flush and check.  Frees o, also on
 * failure (nothing is left behind then).
 */
int output_commit(struct output *o, struct err *e);

/* Drop what was written; frees o; NULL is allowed. */
void output_abort(struct output *o);

/*
 * Sync files that were committed with nosync since the last call, and their
 * directories.
 */
int output_sync_group(struct err *e);

#endif
