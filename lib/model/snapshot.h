/*
 * snapshot.h - a model record made of the weights under training.
 */
#ifndef MODEL_SNAPSHOT_H
#define MODEL_SNAPSHOT_H

#include "model/net.h"
#include "model/transform.h"
#include "quant/learner.h"
#include "quant/quantizer.h"
#include "tensor/record.h"
#include "util/parallel.h"

struct snapshot {
	const struct transform *transform;
	enum net_type net;
	size_t d;
	const struct quantizer *q; /* its structure: stages, groups, order */
	const struct learner *learner;
	const struct params *ps;
	float *block;            /* ps->w or ps->avg */
	size_t encoder, decoder; /* rows of ps */
	struct pool *pool;
};

/* All tensors, and the metadata that model.h needs to use them. */
void snapshot_record(const struct snapshot *s, struct record *r);

#endif
