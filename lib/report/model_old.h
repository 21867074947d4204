/*
 * model_old.h - a model of --against, and models held against it: how far the
 * codes of their tables lie apart, and whether latents mean the same.
 */
#ifndef REPORT_MODEL_OLD_H
#define REPORT_MODEL_OLD_H

#include <jansson.h>

#include "model/model.h"
#include "tensor/record.h"
#include "util/err.h"
#include "util/input.h"
#include "util/pool.h"

struct model_old {
	struct record record; /* its tensors, as they are in the file */
	struct model model;
	const char *path; /* for messages; borrowed */
	json_t *models;   /* of those that were held against it */
};

/* A tokenizer, or a codebook from elsewhere, in what is left of in.  NULL: it
 * cannot be used. */
struct model_old *model_old_open(
	struct input *in, const char *path, struct err *e);
void model_old_close(struct model_old *o); /* NULL: nothing to do */

/*
 * Holds m, whose record is r, against it and appends an object to models: item,
 * model (its fingerprint), transform_same, encoder_same, decoder_same; tables,
 * an object each with stage, group, variant (where there are several), dim,
 * old_codes, codes, added_codes (k above that of the old one), matched_distance,
 * mutual, moved_distance, moved_most and same (pairing.h), null where one has no
 * table of codes.  What is to be known about it goes to warnings.  -1: the two
 * have no tables in common, for e says which reason.
 */
int model_old_compare(struct model_old *o, const struct model *m,
	const struct record *r, const char *item, struct pool *pool,
	json_t *warnings, struct err *e);

#endif
