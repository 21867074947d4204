#include "model/train_rules.h"

/* What only one type has. */
static int
check_type(const struct training *t, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;

	if (t->given.code_dim && o->type != &learner_fc)
		return err_set(e, "--code-dim is for -t fc, not for -t %s",
			o->type->name);
	if (o->type == &learner_simvq)
		return 0;
	if (t->given.basis)
		return err_set(e, "--basis is for --type simvq");
	if (o->quant.no_bias)
		return err_set(e, "--no-bias is for --type simvq");
	return 0;
}

/* How gradients go through the quantizer. */
static int
check_estimator(const struct trainer_opts *o, struct err *e)
{
	const char *how = estimator_name(o->estimator);

	if (o->estimator == ESTIMATOR_STE)
		return 0;
	if (o->type->pull)
		return err_set(e,
			"--estimator %s: --type %s has gradients of its own",
			how, o->type->name);
	if (!o->type->by_gradient)
		return err_set(e,
			"--estimator %s: with --type %s nothing learns by "
			"gradient",
			how, o->type->name);
	return 0;
}

/* How codes are chosen. */
static int
check_search(const struct trainer_opts *o, struct err *e)
{
	bool cond = o->quant.basis == BASIS_COND;

	if (o->quant.unit && !learner_type_plain(o->type))
		return err_set(e, "--metric cosine is not for --type %s",
			o->type->name);
	if (o->quant.lambda > 0 && !learner_type_plain(o->type))
		return err_set(
			e, "--lambda is not for --type %s", o->type->name);
	if (o->quant.lambda > 0 && o->type == &learner_cvq)
		return err_set(e,
			"--lambda makes codes rare, --type cvq "
			"brings rare ones back");
	if (o->quant.lambda > 0 && cond)
		return err_set(e, "--lambda is not for --basis cond");
	if (o->shared && cond)
		return err_set(e, "--shared is not for --basis cond");
	return 0;
}

/* The loss of step_entropy.h, or one that the type has itself. */
static int
check_entropy(const struct trainer_opts *o, struct err *e)
{
	if (o->quant.entropy_weight < 0 || o->type->entropy)
		return 0;
	if (!learner_type_plain(o->type) || !o->type->by_gradient)
		return err_set(e, "--entropy-weight is not for --type %s",
			o->type->name);
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

int
train_rules_check(const struct training *t, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;

	if (check_type(t, e) != 0 || check_estimator(o, e) != 0 ||
		check_search(o, e) != 0 || check_entropy(o, e) != 0)
		return -1;
	return 0;
}
