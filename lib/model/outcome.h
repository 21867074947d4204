/*
 * outcome.h - what came out of a training: in the model's metadata, and in
 * lines for people.
 */
#ifndef MODEL_OUTCOME_H
#define MODEL_OUTCOME_H

#include "model/training.h"

/* Settings and figures into the record's metadata: nothing that differs
 * between equal runs. */
void outcome_describe(const struct training *t, struct training_result *r);

/* By say_note: sizes, start and result side by side. */
void outcome_tell(const struct training_result *r);

#endif
