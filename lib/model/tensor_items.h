/*
 * tensor_items.h - the items of a stream of tensors, as source.h gives them,
 * before any conversion of channels or rate.
 */
#ifndef MODEL_TENSOR_ITEMS_H
#define MODEL_TENSOR_ITEMS_H

#include "model/source.h"

struct tensor_items;

/* in is borrowed until the close. */
struct tensor_items *tensor_items_open(
	struct input *in, const struct source_opts *o);
void tensor_items_close(struct tensor_items *t);

/* As source_next and source_read.  *name, info->fault and info->meta are valid
 * until the next item. */
int tensor_items_next(
	struct tensor_items *t, struct item_info *info, struct err *e);
ptrdiff_t tensor_items_read(
	struct tensor_items *t, float *out, size_t n, struct err *e);

size_t tensor_items_companions(
	const struct tensor_items *t, const struct column **c);
const void *tensor_items_companion(const struct tensor_items *t, size_t i);
size_t tensor_items_loose(const struct tensor_items *t, const char *name);

#endif
