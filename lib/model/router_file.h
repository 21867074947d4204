/*
 * router_file.h - tensors of a router out of a file of any size.
 *
 * A safetensors file (a record, a shard of a checkpoint) or one npy array.
 * Only the header is held, and what is asked for; a crc32 is checked if there
 * is one.
 */
#ifndef MODEL_ROUTER_FILE_H
#define MODEL_ROUTER_FILE_H

#include <stdbool.h>

#include "tensor/record.h"
#include "util/err.h"

struct router_file {
	struct record head; /* tensors: data NULL until loaded */
	bool npy;           /* one array, called `x` */
	struct input *in;   /* at the data; NULL when it has been read */
};

int router_file_open(struct router_file *f, const char *path, struct err *e);
void router_file_close(struct router_file *f);

/*
 * The gate of a layer: the matrix that is named so, or the one whose name is
 * or ends with `.` and router.weight, router.classifier.weight, gate.weight or
 * gate.wg.weight (the first of these of which there is any), or the only
 * matrix.  layer: that with this number in its name; NULL: any.  None and
 * several are errors that list what there is.
 */
const struct tensor *router_file_gate(const struct router_file *f,
	const char *name, const size_t *layer, struct err *e);

/* True if the name is that of a gate. */
bool router_file_is_gate(const char *name);

/* The first number among the parts of a tensor's name: 1 if there is one. */
bool router_file_layer(const char *name, size_t *layer);

/* Load these (NULL among them are passed over), once, of tensors in f->head. */
int router_file_load(struct router_file *f, const char *const *name, size_t n,
	struct err *e);

#endif
