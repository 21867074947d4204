/*
 * supply.h - the inputs of a training, or of several that share them: found
 * once, spooled once where they cannot be read twice, surveyed once.
 */
#ifndef MODEL_SUPPLY_H
#define MODEL_SUPPLY_H

#include "model/corpus.h"

struct supply {
	struct corpus corpus; /* to train on */
	struct corpus judges; /* --valid */
	bool judged;          /* there are such */

	struct supply_survey {
		struct strlist paths; /* until it is done */
		bool done;
		int status;
		struct err why;
	} train, valid;
	struct source_opts source;
	size_t max_errors;
};

/* inputs and valid are taken; valid may be empty. */
void supply_init(struct supply *s, struct strlist *inputs,
	struct strlist *valid, const struct source_opts *o, size_t max_errors);
void supply_free(struct supply *s);

/* Survey corpus; another call gives the same again. */
int supply_survey(struct supply *s, struct err *e);

/* Survey judges: items for the same transform as corpus has now, which are of
 * its kind. */
int supply_survey_judges(struct supply *s, struct err *e);

/* Items that failed so far. */
size_t supply_errors(const struct supply *s);

#endif
