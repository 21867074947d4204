/*
 * trainer.h - training a tokenizer (DESIGN section 4).
 *
 * Classical start: principal components, k-means of the latents; a joint
 * phase; then the encoder is frozen, two Lloyd steps on the final latents, and
 * the least-squares decoder for the final codes.  Random start: the papers'
 * maps and tables and one joint phase.  The record that wins has the least
 * decoded error on held-back vectors (where bits cost, the error and what they
 * cost); step 0 takes part.  Options leave out the phases behind the joint one,
 * or the choice.
 *
 *     loss = recon + vq_weight (sum_s |q_s - sg r_s|^2 + beta |sg q - z|^2)
 *
 * each a sum over dimensions, averaged over tokens, divided by the variance of
 * what it compares: on data of unit variance a number that is the papers'
 * mean; step_entropy.h has a loss that may be added.  The decoder sees q, and
 * gradients get past the choice of it by estimator.h.
 */
#ifndef MODEL_TRAINER_H
#define MODEL_TRAINER_H

#include <stdint.h>
#include <stdio.h>

#include "model/dataset.h"
#include "model/judge.h"
#include "model/trainee.h"
#include "stats/drift.h"

/* What a step gave, averaged over the steps since the last report. */
struct trainer_report {
	size_t step;
	double loss, recon, vq;
	double entropy; /* step_entropy.h, where has_entropy; else 0 */
	bool has_entropy;
	double rate; /* of the codebook, in this step */
	size_t window_tokens, used,
		codes; /* of the window; sums over columns */
	double utilization, perplexity;
	size_t skipped, halved; /* guard.h, so far */
	double held_error;   /* at the last checkpoint, on what is held back */
	bool continued;      /* with o->learned: */
	double churn, drift; /* there, against the model gone on with */
};

struct trainer_hooks {
	void *arg;
	/* At every step; report is NULL but about 100 times a training. */
	void (*step)(void *arg, size_t step, const struct trainer_report *r);
	/* A model was judged; may be NULL. */
	void (*judged)(void *arg, size_t step, const struct model *m);
	/* Whether there is a log, and its length in bytes; may be NULL. */
	bool (*logged)(void *arg, uint64_t *bytes);
};

struct trainer_result {
	struct record record;   /* the model, without the caller's metadata */
	size_t steps;           /* done or skipped, in all */
	size_t saved_step;      /* 0: the start */
	size_t skipped, halved; /* guard.h */
	bool settled;           /* after the Lloyd steps and the decoder */
	int stopped;            /* the signal, where it can be gone on with */
	bool unwritten;         /* a checkpoint could not be written */
	bool held_back;         /* judged on held-back vectors */
	bool last;              /* not the best, as was asked for */
	struct judgement start, held, train;
	bool continued;                       /* with o->learned: */
	struct drift held_drift, train_drift; /* of the saved model */
};

/* With o->keep a signal ends it behind a step: no record then, and
 * result->stopped.  Without, between stop_begin and stop_end (util/stop.h), that
 * is a failure. */
int trainer_run(const struct trainer_opts *o, struct dataset *data,
	struct pool *pool, const struct trainer_hooks *hooks,
	struct trainer_result *result, struct err *e);

#endif
