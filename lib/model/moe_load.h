/*
 * moe_load.h - a model of experts out of a record (moe_file.h).
 */
#ifndef MODEL_MOE_LOAD_H
#define MODEL_MOE_LOAD_H

#include "model/moe.h"
#include "tensor/record.h"

/* What the metadata say of the model; other options stay as they were.  Sizes
 * that the tensors do not bear out are an error. */
int moe_load_opts(struct moe_opts *o, const struct record *r, struct err *e);

/* *m is written over: a model to run, its weights alone, packed.  On failure
 * it is empty. */
int moe_load_model(struct moe *m, const struct record *r, struct pool *pool,
	struct err *e);

/* The same from a file; id: its fingerprint.  The message names the file. */
int moe_load_file(struct moe *m, const char *path, char id[17], struct err *e);

/* Does the file say that it is a model of experts?  Its header alone is read;
 * -1 if that is none of a file of tensors.  The message names the file. */
int moe_load_is_model(const char *path, bool *is, struct err *e);

#endif
