/*
 * trials.h - what a comparison trains: all combinations of the values of some
 * options, the first option varying slowest.
 *
 * A combination that train_settings_interpret refuses is left out.  Where it
 * refuses all values of an option (one that the type does not have), there is
 * one trial without the option (a flag has one value, yes: off it is as if it
 * were not there); an option that no trial has is an error.
 */
#ifndef MODEL_TRIALS_H
#define MODEL_TRIALS_H

#include "model/trial_axis.h"

#define TRIALS_MOST 10000
#define TRIALS_AXES 8

struct trials {
	const struct train_settings *base; /* borrowed: what all share */
	struct trial_axis axis[TRIALS_AXES];
	size_t axes;
	struct trials_one {
		const char *type;
		size_t value[TRIALS_AXES]; /* TRIALS_NONE: without it */
	} * one;                           /* [count] */
	size_t count, room;
	struct strlist left_out; /* "name: why" */
};
#define TRIALS_NONE ((size_t)-1)

/* Append the options of a comparison to a table that has the room. */
void trials_rows(struct train_settings *s, struct opt *table);

/*
 * From base->compare, and base->codes_list (-k with several sizes) behind it.
 * What is left out is said by say_warning; nothing left is an error, as are an
 * unknown option, a bad value, an option twice.
 */
int trials_plan(
	struct trials *p, const struct train_settings *base, struct err *e);

/* Without --compare: fails for what is of a comparison alone. */
int trials_none(const struct train_settings *s, struct err *e);

void trials_free(struct trials *p);

/* The settings of trial i as the command line would have given them, and as
 * they are interpreted; inputs are still base's.  They live as long as p. */
void trials_settings(
	const struct trials *p, size_t i, struct train_settings *s);

/* Trial i's value of an axis as it is shown; NULL without it. */
const char *trials_value(const struct trials *p, size_t i, size_t axis);

/* Trial i's type: compared, on the line, or of the file gone on with. */
const char *trials_type(const struct trials *p, size_t i);

/* The axis of that option, or NULL. */
const struct trial_axis *trials_axis(const struct trials *p, const char *name);

/* "simvq codes=8192 beta=1".  malloc'd. */
char *trials_name(const struct trials *p, size_t i);

#endif
