/*
 * training.h - from a list of inputs to a model record: corpus, dataset,
 * trainer, and what a person is told about it.
 */
#ifndef MODEL_TRAINING_H
#define MODEL_TRAINING_H

#include "model/supply.h"
#include "model/trainer.h"
#include "model/trainlog.h"
#include "util/strlist.h"

/* Zeros mean: the default for the medium (DESIGN section 4). */
struct training {
	struct trainer_opts trainer; /* type, k, stages, groups, ... */
	struct source_opts source;
	size_t patch, channels, sample_rate, buffer_bytes;
	bool alpha, turn, level;
	bool no_weights;       /* rows count 1 whatever is beside them */
	const char *init_file; /* start from this model; it decides net, d, k,
	                          stages, groups, patch */
	const char *continue_file; /* the same, and go on with all it learned */
	bool steps_given, epochs_given;
	/* On the command line: a file may not contradict.  common: for several
	 * types, of which some may have no use for it. */
	struct training_given {
		bool k, net, d, stages, groups, type, shared;
		bool basis, no_bias, code_dim, metric, lambda;
		bool beta, vq_weight, code_rate, schedule, estimator;
		bool freeze_table, entropy_weight, reduce;
		bool warm_up, clip, average;
		bool width, depth, kernel, crop, spectrum, gain, blend;
	} given, common;
	double epochs;         /* instead of steps, if given */
	struct strlist inputs; /* taken */
	struct strlist valid;  /* taken; empty: hold back a tenth */
	const char *preview;   /* a folder for preview.h; NULL: none */
	struct trainlog *log;  /* borrowed; may be NULL */
	struct strlist about;  /* taken; KEY=VALUE for the metadata (about.h) */
	const char *name;      /* on the progress line; NULL: "training" */
	size_t context; /* rank of what is learned of codes around codes; 0: none */
	size_t threads;
	size_t max_errors; /* of items, before training; 0: any number */
};

struct training_result {
	struct trainer_result trainer; /* record has all metadata */
	enum item_kind kind;
	size_t items, train_tokens, held_tokens;
	size_t held_items; /* whole ones; 0: pieces, or none */
	bool valid;        /* held_tokens are those of training.valid */
	bool weighted;     /* not every vector counted 1 */
	size_t errors;     /* items that could not be read */
	double seconds;
};

/* The inputs' items that fail are reported with say_error and counted. */
int training_run(struct training *t, struct training_result *r, struct err *e);

/* The same on inputs that others are trained on too: those of t are not looked
 * at, and the draws and the result are as if it were alone. */
int training_run_on(struct training *t, struct supply *in,
	struct training_result *r, struct err *e);

#endif
