/*
 * pack_in.h - packed records of a stream back to records of codes.
 */
#ifndef MODEL_PACK_IN_H
#define MODEL_PACK_IN_H

#include <pthread.h>

#include "model/model.h"
#include "quant/code_model.h"
#include "tensor/packed.h"

/* The model, and what is made of it when a first packed record comes: for all
 * streams, in any thread. */
struct pack_in {
	const struct model *model; /* borrowed */
	pthread_mutex_t lock;
	bool ready;
	struct code_model codes;
};

void pack_in_init(struct pack_in *p, const struct model *m);
void pack_in_free(struct pack_in *p);

/* How probable the model's codes are. */
const struct code_model *pack_in_codes(struct pack_in *p);

/* For stream_opts; p outlives the streams. */
struct packed_reader pack_in_reader(struct pack_in *p);

/* Read past a packed record: what it holds, as a record of a tensor without
 * data, for lists.  A part that is not the first does not tell its shape but for
 * the rows. */
int pack_in_skip(struct input *in, struct record *r, struct err *e);

#endif
