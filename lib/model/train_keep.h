/*
 * train_keep.h - a training that is kept in a file while it runs: where, how
 * often, and what is there already.
 */
#ifndef MODEL_TRAIN_KEEP_H
#define MODEL_TRAIN_KEEP_H

#include <stdbool.h>
#include <stdint.h>

#include "tensor/record.h"
#include "util/err.h"

/* All-zero: not kept. */
struct train_keep {
	const char *path;   /* borrowed; NULL: nowhere */
	size_t every_steps; /* 0: by seconds */
	double every_seconds;
	bool resume, force;
	char *words;       /* name=value of the options, a line each; owned */
	char *usual;       /* the same where none is given; owned */
	struct record was; /* the checkpoint that is gone on from; empty */
};

/* The checkpoint at path, if there is one and k says so, into k->was.  -1: it
 * is none, damaged, or of other options; or it is there and k says neither
 * resume nor force, or force and it is something else.  An option that is not
 * in it is younger than it, and had its usual value. */
int train_keep_open(struct train_keep *k, struct err *e);
void train_keep_free(struct train_keep *k);

/* What the first rank opened, for all (util/ranks.h). */
void train_keep_share(struct train_keep *k);

/* Behind all that goes into the checkpoint r: a crc32 of its header, too. */
void train_keep_seal(struct record *r);

/* What the open one says: steps; seconds; bytes of the log, if there was one. */
bool train_keep_log(const struct train_keep *k, uint64_t *bytes);
double train_keep_seconds(const struct train_keep *k);

/* -1 if the record is such a checkpoint where a model is wanted, else 0. */
int train_keep_refuse(const struct record *r, struct err *e);

#endif
