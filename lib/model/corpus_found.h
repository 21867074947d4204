/*
 * corpus_found.h - what each rank (util/ranks.h) found in the inputs that it
 * surveyed (corpus_ranks_reads), as what one would have found in all.
 */
#ifndef MODEL_CORPUS_FOUND_H
#define MODEL_CORPUS_FOUND_H

#include "model/corpus.h"

/* status: of this rank's survey.  -1: one failed, or they found different
 * kinds or widths; the same words on all. */
int corpus_found_share(struct corpus *c, int status, struct err *e);

#endif
