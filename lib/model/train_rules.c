#include <string.h>

#include "model/train_rules.h"

static bool
is_simvq(const struct learner_type *t)
{
	return t == &learner_simvq;
}

static bool
is_fc(const struct learner_type *t)
{
	return t == &learner_fc;
}

/* With rates of Adam, and losses of its own or of its latents. */
static bool
by_gradient(const struct learner_type *t)
{
	return t->by_gradient;
}

static bool
has_loss(const struct learner_type *t)
{
	return t->by_gradient && t != &learner_fsq;
}

static bool
goes_straight_through(const struct learner_type *t)
{
	return t->by_gradient && !t->pull;
}

static bool
sums_up(const struct learner_type *t)
{
	return t->backward && !t->pull && !t->moved;
}

static bool
has_book_rate(const struct learner_type *t)
{
	return t->backward || t->pull;
}

static bool
has_costs(const struct learner_type *t)
{
	return learner_type_plain(t) && t != &learner_cvq;
}

/* The loss of step_entropy.h, or one of its own. */
static bool
has_entropy(const struct learner_type *t)
{
	return t->entropy || (learner_type_plain(t) && t->by_gradient);
}

/* Options that only some types read, by the long name. */
static const struct use {
	const char *option;
	size_t given; /* in training_given */
	bool (*by)(const struct learner_type *t);
	const char *alone; /* the only type; NULL: there are several */
	bool idle;         /* where it is not read, its value is no matter */
} uses[] = {
#define GIVEN(field) offsetof(struct training_given, field)
	{ "basis", GIVEN(basis), is_simvq, "simvq", false },
	{ "no-bias", GIVEN(no_bias), is_simvq, "simvq", false },
	{ "freeze-table", GIVEN(freeze_table), is_simvq, "simvq", true },
	{ "code-dim", GIVEN(code_dim), is_fc, "fc", false },
	{ "metric", GIVEN(metric), learner_type_plain, NULL, true },
	{ "lambda", GIVEN(lambda), has_costs, NULL, true },
	{ "estimator", GIVEN(estimator), goes_straight_through, NULL, true },
	{ "schedule", GIVEN(schedule), by_gradient, NULL, true },
	{ "warm-up", GIVEN(warm_up), by_gradient, NULL, true },
	{ "clip", GIVEN(clip), by_gradient, NULL, true },
	{ "average", GIVEN(average), by_gradient, NULL, true },
	{ "code-rate", GIVEN(code_rate), has_book_rate, NULL, true },
	{ "beta", GIVEN(beta), has_loss, NULL, true },
	{ "vq-weight", GIVEN(vq_weight), has_loss, NULL, true },
	{ "entropy-weight", GIVEN(entropy_weight), has_entropy, NULL, false },
	{ "reduce", GIVEN(reduce), sums_up, NULL, true },
#undef GIVEN
};

bool
train_rules_reads(const struct learner_type *type, const char *option)
{
	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++)
		if (strcmp(uses[i].option, option) == 0)
			return uses[i].by(type);
	return true;
}

static bool
is_given(const struct training_given *g, const struct use *u)
{
	bool given;

	memcpy(&given, (const char *)g + u->given, sizeof(given));
	return given;
}

static int
check_uses(const struct training *t, struct err *e)
{
	const struct learner_type *type = t->trainer.type;

	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		const struct use *u = &uses[i];

		if (!is_given(&t->given, u) || u->by(type) ||
			(u->idle && is_given(&t->common, u)))
			continue;
		if (u->alone)
			return err_set(e, "--%s is for --type %s, not for %s",
				u->option, u->alone, type->name);
		return err_set(
			e, "--%s is not for --type %s", u->option, type->name);
	}
	return 0;
}

/* How codes are chosen. */
static int
check_search(const struct trainer_opts *o, struct err *e)
{
	bool cond = o->quant.basis == BASIS_COND;

	/* On the line, or with a model whose type has it. */
	if (o->quant.unit && !train_rules_reads(o->type, "metric"))
		return err_set(e, "--metric cosine is not for --type %s",
			o->type->name);
	if (o->quant.lambda > 0 && !train_rules_reads(o->type, "lambda"))
		return err_set(
			e, "--lambda is not for --type %s", o->type->name);
	if (o->estimator != ESTIMATOR_STE &&
		!train_rules_reads(o->type, "estimator"))
		return err_set(e, "--estimator %s is not for --type %s",
			estimator_name(o->estimator), o->type->name);
	if (o->quant.lambda > 0 && cond)
		return err_set(e, "--lambda is not for --basis cond");
	if (o->shared && cond)
		return err_set(e, "--shared is not for --basis cond");
	return 0;
}

static int
check_entropy(const struct trainer_opts *o, struct err *e)
{
	if (o->quant.entropy_weight < 0 || o->type->entropy)
		return 0;
	if (o->quant.unit)
		return err_set(e,
			"--entropy-weight goes by distances, not by "
			"--metric cosine");
	if (o->quant.lambda > 0)
		return err_set(
			e, "--lambda makes codes rare, --entropy-weight even");
	if (o->quant.basis == BASIS_COND)
		return err_set(e,
			"--entropy-weight wants one table a "
			"codebook, not --basis cond");
	return 0;
}

/* What ranks add up are gradients of rows, each by itself. */
static int
check_reduce(const struct trainer_opts *o, struct err *e)
{
	if (!o->sums)
		return 0;
	if (!train_rules_reads(o->type, "reduce"))
		return err_set(
			e, "--reduce sums is not for --type %s", o->type->name);
	if (o->quant.entropy_weight > 0)
		return err_set(e,
			"--entropy-weight is of a whole batch: not "
			"with --reduce sums");
	return 0;
}

int
train_rules_check(const struct training *t, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;

	if (check_uses(t, e) != 0 || check_search(o, e) != 0 ||
		check_entropy(o, e) != 0 || check_reduce(o, e) != 0)
		return -1;
	return 0;
}
