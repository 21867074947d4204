/*
 * packed.h - records of packed codes in a stream: how they begin, and who reads
 * them.
 *
 * They cannot be read without the model that they were packed with, so a reader
 * of streams (stream.h) is given one that can.
 */
#ifndef TENSOR_PACKED_H
#define TENSOR_PACKED_H

#include <stdbool.h>
#include <stddef.h>

#include "tensor/record.h"
#include "util/err.h"
#include "util/input.h"

#define PACKED_MAGIC "\211VQP"
#define PACKED_MAGIC_SIZE ((size_t)4)

/* arg lives as long as the streams. */
struct packed_reader {
	const void *arg;
	void *(*open)(const void *arg); /* of one stream */
	void (*close)(void *state);
	/* The next record, of one tensor with its data, and its metadata; r is
	 * all-zero before, and after an error. */
	int (*read)(
		void *state, struct input *in, struct record *r, struct err *e);
};

/* Does such a record come next?  False also where nothing can be read. */
bool packed_next(struct input *in);

#endif
