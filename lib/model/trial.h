/*
 * trial.h - one training of a comparison: what a table says of it.
 */
#ifndef MODEL_TRIAL_H
#define MODEL_TRIAL_H

#include "model/train_settings.h"

/* Of the saved model on a sample of vectors.  Sums over columns of codes where
 * there are several. */
struct trial_figures {
	size_t tokens;       /* N; 0: there is no such sample */
	size_t used;         /* codes hit at least once */
	double expected;     /* share that uniform use would show at this N */
	double share;        /* used, of all codes */
	double entropy;      /* bits of a token, from how often codes came */
	double perplexity;   /* mean over columns */
	double error;        /* share of the variance */
	double quality;      /* judge_quality */
	struct drift change; /* against the model that was gone on with */
};

struct trial {
	size_t k;       /* codes of a codebook */
	size_t columns; /* codebooks of a token */
	double bits;    /* of a token: sum over columns of log2 k */
	double rate;    /* the same, a pixel or a second of one channel; NaN of
	                   rows */
	size_t saved_step;
	bool settled;   /* with the k-means steps at the end */
	bool last;      /* saved for being the last, not the best */
	bool continued; /* figures have a change */
	bool weighted;  /* errors are weighted means */
	struct trial_figures held, train;
	size_t items, held_items; /* whole ones held back, of all */
	double held_share;        /* of the tokens, held back */
	double seconds;           /* reading, training and judging */
	char *failed;             /* why there is none of this; NULL */
};

/* The same as training_run on s->training, but on inputs that are shared; name
 * is for the progress line. */
void trial_run(struct trial *t, struct train_settings *s, struct supply *in,
	const char *name);
void trial_free(struct trial *t);

#endif
