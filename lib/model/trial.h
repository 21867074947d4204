/*
 * trial.h - one training of a comparison: what a table says of it.
 */
#ifndef MODEL_TRIAL_H
#define MODEL_TRIAL_H

#include "model/train_settings.h"

/* Of the saved model on a sample of vectors.  Sums over columns of codes where
 * there are several. */
struct trial_figures {
	size_t tokens;     /* N; 0: there is no such sample */
	size_t used;       /* codes hit at least once */
	double expected;   /* share that uniform use would show at this N */
	double share;      /* used, of all codes */
	double perplexity; /* mean over columns */
	double error;      /* share of the variance */
	double quality;    /* judge_quality */
};

struct trial {
	size_t k;    /* codes of a codebook */
	double bits; /* of a token: sum over columns of log2 k */
	size_t saved_step;
	struct trial_figures held, train;
	double seconds; /* reading, training and judging */
	char *failed;   /* why there is none of this; NULL */
};

/* The same as training_run on s->training, but on inputs that are shared; name
 * is for the progress line. */
void trial_run(struct trial *t, struct train_settings *s, struct supply *in,
	const char *name);
void trial_free(struct trial *t);

#endif
