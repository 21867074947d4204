/*
 * train_rules.h - which options do not go with a type of quantizer, or with
 * each other.
 */
#ifndef MODEL_TRAIN_RULES_H
#define MODEL_TRAIN_RULES_H

#include "model/training.h"

/* Fails where t's do not.  The type, the basis and how codes are chosen may
 * come from a file: then once it has said so (forerunner.h). */
int train_rules_check(const struct training *t, struct err *e);

/* Whether a type has a use for an option, by its long name; true of those that
 * all types read. */
bool train_rules_reads(const struct learner_type *type, const char *option);

#endif
