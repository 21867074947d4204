/*
 * context.h - which codes of a trained model are probable beside which, learned
 * from whole items of its training data (code_fit.h), as tensors of the model.
 */
#ifndef MODEL_CONTEXT_H
#define MODEL_CONTEXT_H

#include "model/dataset.h"
#include "tensor/record.h"
#include "util/pool.h"

struct context_opts {
	size_t rank; /* 1 to CODE_MAP_RANK_MOST */
	uint64_t seed;
	struct corpus *corpus;
	const struct dataset *data; /* says what is held back: left out */
	struct pool *pool;
};

/*
 * Add them, and metadata `context` (the rank), to the record of a model.  Of
 * more than 4 Mi codes every so-manyeth item is taken.  -1: no item could be
 * read again.
 */
int context_learn(
	struct record *r, const struct context_opts *o, struct err *e);

#endif
