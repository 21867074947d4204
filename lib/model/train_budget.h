/*
 * train_budget.h - how long a training goes on: so many steps, or so much time.
 *
 * A step's share is what part of the budget was spent before it; by time it is
 * read once a step, so that all that goes by it agrees.
 */
#ifndef MODEL_TRAIN_BUDGET_H
#define MODEL_TRAIN_BUDGET_H

#include <stdbool.h>
#include <stddef.h>

struct train_budget {
	size_t steps;         /* in all; not read where there are seconds */
	double seconds;       /* 0: by steps */
	size_t step;          /* done or skipped so far */
	double spent, before; /* seconds, and those before the last step */
	double zero;          /* of the clock */
};

/* spent: seconds of earlier runs. */
void train_budget_begin(struct train_budget *b, size_t steps, double seconds,
	size_t step, double spent);

bool train_budget_is_over(const struct train_budget *b);

/* One more step was done. */
void train_budget_step(struct train_budget *b);

/* One of so many equal parts of the budget ended with the last step, or all. */
bool train_budget_due(const struct train_budget *b, size_t parts);

/* Half a cosine from 1 down to 0 over what is behind the first `warm` steps:
 * of the next step. */
double train_budget_cosine(const struct train_budget *b, size_t warm);

#endif
