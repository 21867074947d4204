/*
 * pack_head.h - the head of a record of packed codes (vq-stream(5)).
 *
 * A record is a part of an item.  Behind the magic and the version its numbers
 * are varints: 7 bits a byte, the lowest first, the upper bit set but in the
 * last byte.
 */
#ifndef MODEL_PACK_HEAD_H
#define MODEL_PACK_HEAD_H

#include <stdbool.h>

#include "tensor/record.h"
#include "util/input.h"

#define PACK_VERSION 1

/* Codes in a row of tokens, at most, and bytes of a part. */
#define PACK_ROW_MOST ((size_t)1 << 24)

struct pack_head {
	size_t part;             /* from 0 */
	bool last, failed, even; /* even: codes of even probabilities */
	size_t rows;             /* of tokens, in this part */
	size_t bytes;            /* of the packed codes that follow */

	/* Of the item, in its first part: */
	size_t tokens, columns; /* in a row, in a token */
	struct meta meta;       /* all but part, last, crc32; owned */
};

void pack_head_free(struct pack_head *h);

/* The bytes of a head; malloc'd, *n of them.  A number of the metadata that
 * pack_head_read would not give back the same goes as text. */
unsigned char *pack_head_bytes(const struct pack_head *h, size_t *n);

/*
 * Read it; the magic comes next.  *crc is that of the bytes read.  The parts
 * behind the first have the shape and metadata of none: tokens and columns 0.
 * -1: it is cut short, has what no head has, or another version.
 */
int pack_head_read(
	struct pack_head *h, struct input *in, uint32_t *crc, struct err *e);

#endif
