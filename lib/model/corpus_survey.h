/*
 * corpus_survey.h - what the inputs of a corpus hold (corpus.h).
 */
#ifndef MODEL_CORPUS_SURVEY_H
#define MODEL_CORPUS_SURVEY_H

#include "model/corpus.h"

/* -1: an item is of another kind or width than those of the corpus. */
int corpus_survey_fits(
	struct corpus *c, const struct item_info *i, struct err *e);

#endif
