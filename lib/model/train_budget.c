#include <math.h>
#include <time.h>

#include "model/train_budget.h"
#include "util/ranks.h"

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void
train_budget_begin(struct train_budget *b, size_t steps, double seconds,
	size_t step, double spent)
{
	*b = (struct train_budget){ .steps = steps,
		.seconds = seconds,
		.step = step,
		.spent = spent,
		.before = spent,
		.zero = now() - spent };
}

bool
train_budget_is_over(const struct train_budget *b)
{
	if (b->seconds > 0)
		return b->spent >= b->seconds;
	return b->step >= b->steps;
}

void
train_budget_step(struct train_budget *b)
{
	b->step++;
	b->before = b->spent;
	b->spent = now() - b->zero;
	if (b->seconds > 0) /* one clock for all */
		ranks_copy(&b->spent, sizeof(b->spent));
}

bool
train_budget_due(const struct train_budget *b, size_t parts)
{
	size_t every = b->steps / parts ? b->steps / parts : 1;
	double part = b->seconds / (double)parts;

	if (train_budget_is_over(b))
		return true;
	if (b->seconds > 0)
		return floor(b->spent / part) > floor(b->before / part);
	return b->step % every == 0;
}

double
train_budget_cosine(const struct train_budget *b, size_t warm)
{
	const double pi = 3.14159265358979323846;
	size_t i = b->step + 1;

	if (i <= warm)
		return 1;
	if (b->seconds > 0)
		return (1 + cos(pi * fmin(b->spent / b->seconds, 1))) / 2;
	return (1 + cos(pi * (double)(i - warm) / (double)(b->steps - warm))) /
		2;
}
