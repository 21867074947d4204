/*
 * train_files.h - whether the files of a training are different ones: a log is
 * emptied before the inputs are read, and a checkpoint written over what is
 * there.  The model is written at the end, and may replace what it came from.
 */
#ifndef MODEL_TRAIN_FILES_H
#define MODEL_TRAIN_FILES_H

#include "model/moe_training.h"
#include "model/train_settings.h"

/* Of vq-train, with its inputs found. */
int train_files_apart(const struct train_settings *s, struct err *e);

/* Of moe-train; map and rules are in t. */
int train_files_apart_moe(const struct moe_training *t,
	const struct opt_common *common, struct err *e);

#endif
