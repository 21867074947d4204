/*
 * input.h - bytes from a file, a pipe or stdin, with a look ahead.
 *
 * Reads are whole: short only at the end of the input, whatever the pipe
 * delivers at a time; EINTR is retried.
 */
#ifndef UTIL_INPUT_H
#define UTIL_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/err.h"

#define INPUT_PEEK_MAX ((size_t)65536)

struct input;

/*
 * path "-" is stdin; a terminal there is refused with a hint.  A directory,
 * a missing or unreadable file: NULL and the reason (without the path: the
 * caller names the item).
 */
struct input *input_open(const char *path, struct err *e);
void input_close(struct input *in);

/* What an operand is called in messages: "stdin" for "-". */
const char *input_label(const char *path);

/* What the input is called in messages and in `item`: the path, or "stdin". */
const char *input_name(const struct input *in);

/*
 * Look at up to n (<= INPUT_PEEK_MAX) of the next bytes without consuming.
 * *p is valid until the next call.  Returns how many there are (fewer than n
 * only at the end of the input), or -1.
 */
ptrdiff_t input_peek(
	struct input *in, size_t n, const unsigned char **p, struct err *e);

/* Read up to n bytes: fewer only at the end.  -1 on a read error. */
ptrdiff_t input_read(struct input *in, void *buf, size_t n, struct err *e);

/* From now on what is read, from its first byte to its last, is waited for as
 * watch.h says; before anything was read.  w lives as long as the input. */
struct watch;
void input_watch(struct input *in, struct watch *w);

/* Bytes consumed so far. */
uint64_t input_offset(const struct input *in);

/*
 * Make the rest of the input seekable: the file itself if it is regular, else
 * a copy in an unlinked temporary file (in TMPDIR or /tmp).  Gives a
 * descriptor that stays the input's, the offset in it of the next unconsumed
 * byte, and the number of bytes from there to the end.  Afterwards the input
 * continues to work.
 */
struct input_region {
	int fd;
	uint64_t start, size;
};
int input_spool(struct input *in, struct input_region *r, struct err *e);

/*
 * A second input over what is left of one that is regular or was spooled: it
 * begins where in stands now, has the same name, and lives by itself.
 */
struct input *input_again(const struct input *in, struct err *e);

/* True if the input is a regular file: input_spool then copies nothing. */
bool input_is_regular(const struct input *in);

/* Bytes that are left of a regular file, as it is now; false of others. */
bool input_left(const struct input *in, uint64_t *left);

/* Continue n bytes further on: by seeking where possible.  An early end is an
 * error that says where. */
int input_skip(struct input *in, uint64_t n, struct err *e);

#endif
