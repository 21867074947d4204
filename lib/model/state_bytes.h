/*
 * state_bytes.h - memory as it is on this machine, in tensors of a checkpoint.
 *
 * A tensor is U8 and named NAME.I, so that what there are several of has a
 * place each.
 */
#ifndef MODEL_STATE_BYTES_H
#define MODEL_STATE_BYTES_H

#include "tensor/record.h"
#include "util/err.h"

void state_bytes_put(struct record *r, const char *name, size_t i,
	const void *data, size_t n);

/* NULL, and why, where there is no such tensor. */
const struct tensor *state_bytes_find(
	const struct record *r, const char *name, size_t i, struct err *e);

/* Exactly n bytes. */
int state_bytes_take(const struct record *r, const char *name, size_t i,
	void *to, size_t n, struct err *e);

#endif
