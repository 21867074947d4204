#include <string.h>

#include "model/train_settings.h"
#include "quant/basis.h"
#include "util/progress.h"

void
train_settings_init(struct train_settings *s)
{
	*s = (struct train_settings){
		.common = OPT_COMMON_INIT,
		.type = "simvq",
		.basis = "linear",
		.metric = "l2",
		.net = "linear",
		.init = "classical",
		.augment = "turn",
		.schedule = "constant",
		.estimator = "ste",
		.rate = 1e-3,
		.training = { .buffer_bytes = (size_t)1 << 30,
			.trainer = { .d = 32,
				.k = 1024,
				.stages = 1,
				.groups = 1,
				.steps = 2000,
				.batch = 4096,
				.vq_weight = 1,
				.stage_dropout = 0.5,
				.quant = { .entropy_weight = -1,
					.code_dim = LEARNER_CODE_DIM } } },
	};
}

/* Some types have codes in certain numbers only. */
static void
choose_codes(struct trainer_opts *o)
{
	size_t k = learner_type_codes(o->type, o->k);

	if (k != o->k)
		say_note("-t %s: %zu codes, the nearest number to %zu that it "
			 "can have",
			o->type->name, k, o->k);
	o->k = k;
}

/* What only some types have. */
static int
check_type(const struct train_settings *s, struct err *e)
{
	const struct trainer_opts *o = &s->training.trainer;
	const char *name = o->type->name;

	if (s->code_dim_given && o->type != &learner_fc)
		return err_set(
			e, "--code-dim is for -t fc, not for -t %s", name);
	if (o->start == START_DATA && o->type == &learner_lc)
		return err_set(e,
			"--init data: -t lc starts from a file of features, "
			"from k-means or at random");
	if (!o->type->start &&
		(s->training.init_file || o->start == START_DATA))
		return err_set(e,
			"--init %s: -t %s starts from principal components, or "
			"at random",
			s->init, name);
	return 0;
}

static void
interpret_start(struct train_settings *s)
{
	static const struct {
		const char *name;
		enum start start;
	} known[] = { { "classical", START_KMEANS }, { "kmeans", START_KMEANS },
		{ "data", START_DATA }, { "random", START_RANDOM } };
	struct training *t = &s->training;

	t->init_file = s->init;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(s->init, known[i].name) == 0) {
			t->trainer.start = known[i].start;
			t->init_file = NULL;
		}
}

static int
interpret_basis(struct train_settings *s, struct err *e)
{
	struct trainer_opts *o = &s->training.trainer;

	o->quant.basis = (enum learner_basis)basis_find(s->basis);
	if (strcmp(s->type, "simvq") == 0)
		return 0;
	if (s->basis_given)
		return err_set(e, "--basis is for --type simvq");
	if (o->quant.no_bias)
		return err_set(e, "--no-bias is for --type simvq");
	return 0;
}

/* How gradients go through the quantizer. */
static int
interpret_estimator(struct train_settings *s, struct err *e)
{
	struct trainer_opts *o = &s->training.trainer;

	o->estimator = estimator_find(s->estimator);
	if (o->estimator == ESTIMATOR_STE)
		return 0;
	if (o->type->pull)
		return err_set(e,
			"--estimator %s: --type %s has gradients of its own",
			s->estimator, s->type);
	if (!o->type->by_gradient)
		return err_set(e,
			"--estimator %s: with --type %s nothing learns by "
			"gradient",
			s->estimator, s->type);
	return 0;
}

/* How codes are chosen. */
static int
interpret_search(struct train_settings *s, struct err *e)
{
	struct trainer_opts *o = &s->training.trainer;
	bool cond = o->quant.basis == BASIS_COND;

	o->quant.unit = strcmp(s->metric, "cosine") == 0;
	/* As the model file will say it, exactly. */
	o->quant.lambda = (double)(float)s->lambda;
	if (o->quant.unit && !learner_type_plain(o->type))
		return err_set(e,
			"--type %s has a search of its own: no "
			"--metric",
			s->type);
	if (o->quant.lambda > 0 && !learner_type_plain(o->type))
		return err_set(e,
			"--type %s has a search of its own: no "
			"--lambda",
			s->type);
	if (o->quant.lambda > 0 && strcmp(s->type, "cvq") == 0)
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
interpret_entropy(struct train_settings *s, struct err *e)
{
	struct trainer_opts *o = &s->training.trainer;

	if (!s->entropy_weight_given)
		return 0;
	o->quant.entropy_weight = s->entropy_weight;
	if (o->type->entropy)
		return 0;
	if (!learner_type_plain(o->type) || !o->type->by_gradient)
		return err_set(
			e, "--entropy-weight is not for --type %s", s->type);
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
train_settings_interpret(struct train_settings *s, struct err *e)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	bool random;

	if (s->steps_given && t->epochs_given)
		return err_set(e, "-s and -e exclude each other");
	if (t->channels == 2)
		return err_set(e, "--channels is 1 or 3; --alpha adds one");
	if (s->raw && raw_format_parse(s->raw, &t->source.stream.raw, e) != 0)
		return -1;
	o->type = learner_find(s->type);
	if (interpret_basis(s, e) != 0 || interpret_estimator(s, e) != 0 ||
		interpret_search(s, e) != 0 || interpret_entropy(s, e) != 0)
		return -1;
	choose_codes(o);
	o->net = (enum net_type)net_find(s->net);
	o->seed = s->common.seed;
	interpret_start(s);
	if (o->quant.basis == BASIS_COND && o->stages == 1 && !t->init_file &&
		!t->continue_file)
		return err_set(e,
			"--basis cond goes by the code of the stage before: "
			"-r 2 or more");
	t->given.basis = s->basis_given;
	if (t->continue_file && s->init_given)
		return err_set(e, "--continue and --init exclude each other");
	if (o->anchor > 0 && !t->continue_file)
		return err_set(e, "--anchor is for --continue");
	if (check_type(s, e) != 0)
		return -1;
	random = o->start == START_RANDOM;
	if (random && !o->type->by_gradient)
		return err_set(e, "--type kmeans has a classical start only");
	o->beta = s->beta_given ? s->beta : random ? 0.25 : 1;
	o->net_rate = s->rate;
	o->quant_rate = s->code_rate_given ? s->code_rate : s->rate;
	o->schedule = strcmp(s->schedule, "cosine") == 0 ? SCHEDULE_COSINE
							 : SCHEDULE_CONSTANT;
	t->turn = strcmp(s->augment, "turn") == 0;
	t->steps_given = s->steps_given;
	t->threads = s->common.threads;
	t->max_errors = s->common.max_errors;
	t->source.drop_nan = strcmp(s->common.nan, "drop") == 0;
	return 0;
}
