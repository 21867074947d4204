/*
 * stream.h - reading tensors from a pipe or file, part by part.
 *
 * Takes, one after another and in any mix: safetensors records, .npy arrays,
 * records of packed codes (where options say who reads them); or headerless rows
 * (--raw).  Every record is given out in parts whose main
 * tensor holds at most 16 MiB (1 MiB if it is alone and has no checksum), cut
 * on whole rows (first axis) at places that depend only on its header; tensors with the same first axis are cut
 * along.  Memory stays bounded: a large record is read in passing where its
 * layout allows it, else from the file or from a spooled copy.  Nothing is
 * allocated because a header asks for it: only what was read is held.
 */
#ifndef TENSOR_STREAM_H
#define TENSOR_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/cut.h"
#include "tensor/packed.h"
#include "tensor/raw.h"
#include "tensor/record.h"
#include "util/err.h"
#include "util/input.h"

struct stream_opts {
	struct raw_format raw;
	const char
		*tensor; /* name of the main tensor; NULL: by the rule below */
	const struct packed_reader *packed; /* borrowed; NULL: refused */
};

/*
 * One part.  The main tensor is that named in the options, else the first of
 * `codes`, `x`, `image`, `audio`, `experts` that is there, else the only
 * tensor, else the error lists the names.  rec holds it and its companions (a
 * tensor with another first axis comes whole with the first part).
 */
struct part {
	struct record rec; /* owned by the stream until the next call */
	struct tensor *main;
	const char *item; /* name of the item, escaped as in metadata */
	bool first, last; /* of its item */
	bool failed;      /* last, but the item is incomplete: `last` was
	                     "failed" or missing; main may be NULL */
	bool packed;      /* its codes came packed */
	size_t rows;      /* first axis of main */
	size_t row0;      /* rows of this item given out before */
};

struct stream;
struct stream *stream_open(struct input *in, struct stream_opts o);
void stream_close(struct stream *s);

/* 1: *p is filled, 0: end, -1: error (the stream cannot go on; a crc32 that
 * does not match may show only at the last part of a record).  An input of no
 * bytes is an error. */
int stream_next(struct stream *s, struct part *p, struct err *e);

/* The record of the part given out last is the caller's from now on
 * (record_free); its item still is not. */
void stream_keep(struct stream *s, struct part *p);

#endif
