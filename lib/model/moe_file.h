/*
 * moe_file.h - a model of experts as a safetensors record.
 *
 * Metadata: kind = moe and moe_opts.h's names of what the model is.  Tensors
 * are the rows of params by their names (experts.fc1.weight [E, H, D],
 * experts.fc2.weight [E, D, H]), with input.mean, input.scale, target.mean,
 * target.scale; router.e_score_correction_bias [E] of a biased router;
 * quantize.codebook [K, D] as searched and what it was made from; and
 * code_to_expert [K].  What the model does not use is left out.
 */
#ifndef MODEL_MOE_FILE_H
#define MODEL_MOE_FILE_H

#include "model/moe.h"
#include "tensor/record.h"

/* True if the record is a model of experts. */
bool moe_file_is(const struct record *r);

/* Append to an empty r. */
void moe_file_record(const struct moe *m, struct record *r);

/* True of a row of params that no route or output hangs on now: not written. */
bool moe_file_is_idle(const struct moe *m, const char *name);

/* The name of a layer's tensor. */
#define MOE_FILE_NAME 96
void moe_file_name(const struct moe *m, size_t layer, const char *name,
	char to[MOE_FILE_NAME]);

#define MOE_FILE_CHOICE "router.e_score_correction_bias"
#define MOE_FILE_MAP "code_to_expert"

#endif
