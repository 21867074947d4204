/*
 * snapshot.h - a model record made of the weights under training.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "model/trainee.h"
#include "tensor/record.h"

/* What block (t->ps.w or t->ps.avg) holds: all tensors, and the metadata that
 * model.h needs to use them. */
void snapshot_record(const struct trainee *t, float *block, struct record *r);

#endif
