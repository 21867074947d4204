/*
 * ledger.h - what of a folder's files is done, and how it was made.
 *
 * DIR/.vq-done is text, a line for each time that a file was made, the last one
 * of a name counts; between tabs:
 *
 *     name      below DIR, escaped as in names.h
 *     model     16 hex digits: what it was made with; or "-"
 *     options   16 hex digits: how
 *     input     bytes, and the times of its last change, of its bytes (mtime)
 *               and of whatever is known of it (ctime): in seconds, to the
 *               nanosecond
 *     size      of the file, in bytes
 *     crc32     of the file, 8 hex digits
 *     check     crc32 of the line up to here, 8 hex digits
 *
 * and "%options:" with the 16 hex digits, what they stand for (escaped), and the
 * check.  Lines are only ever added, each by one write under flock(2), so any
 * number of processes may share it; what a kill left of one is ignored.  What is
 * there in its place, a symbolic link, a FIFO, is refused.
 */
#ifndef UTIL_LEDGER_H
#define UTIL_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "util/err.h"
#include "util/input.h"

#define LEDGER_NAME ".vq-done"
#define LEDGER_STAMP 96

/* What is so for all that a process makes. */
struct ledger_key {
	char model[17];
	uint64_t options;
	char *how; /* what options is the sum of, or NULL; the caller's */
};

enum ledger_state {
	LEDGER_NEW,     /* it is not in the ledger: if there is a file, it is
	                   somebody else's */
	LEDGER_DONE,    /* as it was made, of all that is the same now */
	LEDGER_MISSING, /* it was made, and is gone */
	LEDGER_DAMAGED, /* other bytes than were made */
	LEDGER_INPUT,   /* its input was another one */
	LEDGER_OPTIONS,
	LEDGER_MODEL,
	LEDGER_STATES
};

struct ledger;

/* Read what there is; dir need not be there yet, and is borrowed. */
struct ledger *ledger_open(
	const char *dir, const struct ledger_key *key, struct err *e);
void ledger_close(struct ledger *l);

/* What tells whether an input is still the same: its size and times, as they are
 * now.  Waits until the clock has passed them, so that a later change has other
 * ones.  False of what is no regular file and has a byte. */
bool ledger_stamp(struct input *in, char stamp[LEDGER_STAMP]);

/* Of the file at path (below dir), whose input has this stamp now.  Reads it
 * whole where only that can tell.  In any thread. */
enum ledger_state ledger_check(
	const struct ledger *l, const char *path, const char *stamp);

/* How the file at path, which is in it, was made: as key.how was then.
 * malloc'd; NULL: it is not known. */
char *ledger_how(const struct ledger *l, const char *path);

/* The file at path is made.  One thread at a time. */
int ledger_add(
	struct ledger *l, const char *path, const char *stamp, struct err *e);

/* What was added outlasts a power failure. */
int ledger_sync(struct ledger *l, struct err *e);

#endif
