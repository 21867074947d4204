/*
 * train_settings.h - the options of a training of a tokenizer: rows, defaults,
 * and what they mean.
 */
#ifndef MODEL_TRAIN_SETTINGS_H
#define MODEL_TRAIN_SETTINGS_H

#include "model/training.h"
#include "util/opt.h"

struct train_settings {
	struct opt_common common;
	struct training training;
	const char *type, *net, *depth, *init, *raw, *valid_from, *log,
		*augment;
	const char *basis;
	const char *schedule, *estimator, *time, *reduce;
	const char *checkpoint, *checkpoint_every;
	const char *metric, *weights, *loss;
	double rate, code_rate, entropy_weight, beta;
	double lambda, clip, average;
	size_t warm_up;
	bool steps_given, init_given;
	bool list_types;
	const char *relabel;    /* no training: this model, described anew */
	struct strlist compare; /* --compare: what is compared (trials.h) */
	const char *codes_list; /* -k with several sizes; NULL: it has one */
	bool tsv, json;
};

/* The starts that have a name, as words of a row (util/opt.h). */
#define START_NAMES "classical|data|random"

/* Rows there may be, with the end mark. */
#define TRAIN_SETTINGS_ROOM 96

/* The defaults. */
void train_settings_init(struct train_settings *s);

/* Append all rows, which point into s, to a table that has the room. */
void train_settings_rows(struct train_settings *s, struct opt *table);

/* Texts into what they mean in s->training; fails where options contradict
 * each other. */
int train_settings_interpret(struct train_settings *s, struct err *e);

/* name=value of the options that decide what is trained, a line each: not of
 * inputs and outputs, nor of how long it goes on.  To be freed. */
char *train_settings_words(struct train_settings *s);

#endif
