/*
 * forerunner.h - what a training starts from, where that is a file: a model of
 * ours or a codebook from elsewhere (--init FILE), or a model of ours that is
 * gone on with (--continue), whose learned tensors are kept beside it.
 */
#ifndef MODEL_FORERUNNER_H
#define MODEL_FORERUNNER_H

#include "model/training.h"

/* All-zero: there is none, and all of this does nothing. */
struct forerunner {
	const char *path; /* borrowed from the training */
	struct model model;
	struct record record; /* where it is gone on with */
};

/*
 * The file that t names, if any.  It decides the net, d, k, stages, groups and
 * what a token is, all set in t; an option that says otherwise is an error.
 * Of --init FILE, type lc takes the features, which decide k, and no more.
 * Until _free, t->trainer points into f.
 */
int forerunner_load(struct forerunner *f, struct training *t, struct err *e);

/* What it decides is set in t->trainer, and no more is kept: so that a plan can tell
 * types and sizes, and what the file does not go with.  One that cannot be read
 * decides nothing: that is for the training to say. */
int forerunner_consult(struct training *t, struct err *e);

void forerunner_free(struct forerunner *f);

/* It knows how the data are to be centred and scaled. */
bool forerunner_ours(const struct forerunner *f);

/* Centre and scale as it does, if its tokens are as large. */
void forerunner_lend(const struct forerunner *f, struct transform *t);

/* An error unless its tokens are those that t makes of the inputs. */
int forerunner_fits(
	const struct forerunner *f, const struct transform *t, struct err *e);

/* A foreign codebook lies in the space of the data: bring it to that of the
 * normalized vectors.  Later stages hold remainders: only their scale. */
void forerunner_normalize(struct forerunner *f, const struct transform *t);

#endif
