#include <stdlib.h>
#include <string.h>

#include "model/about.h"
#include "model/model_find.h"
#include "model/net_rules.h"
#include "model/train_rules.h"
#include "model/train_settings.h"
#include "quant/basis.h"
#include "util/near.h"
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
		.depth = "2+6",
		.init = "classical",
		.augment = "turn",
		.schedule = "constant",
		.reduce = "rows",
		.estimator = "ste",
		.weights = "f32",
		.rate = 1e-3,
		.checkpoint_every = "5m",
		.warm_up = 200,
		.clip = 1,
		.average = 0.999,
		.training = { .source.limit = LIMIT_INIT,
			.buffer_bytes = (size_t)1 << 30,
			.trainer = { .d = 32,
				.k = 1024,
				.stages = 1,
				.groups = 1,
				.steps = 2000,
				.batch = 4096,
				.conv = { .width = 128, .kernel = 7 },
				.vq_weight = 1,
				.stage_dropout = 0.5,
				.loss = LOSS_WEIGHTS_INIT,
				.quant = { .entropy_weight = -1,
					.code_dim = LEARNER_CODE_DIM } } },
	};
}

/* Some types have codes in certain numbers only; where there is a file, it
 * knows how many. */
static void
choose_codes(const struct training *t, struct trainer_opts *o)
{
	size_t k = learner_type_codes(o->type, o->k);

	if (t->continue_file || t->init_file)
		return;
	if (k != o->k)
		say_note("-t %s: %zu codes, the nearest number to %zu that it "
			 "can have",
			o->type->name, k, o->k);
	o->k = k;
}

/* What types start from. */
static int
check_start(const struct train_settings *s, struct err *e)
{
	const struct trainer_opts *o = &s->training.trainer;
	bool lattice = o->type == &learner_fsq || o->type == &learner_lfq;
	const char *name = o->type->name;

	if ((!o->type->start && s->training.init_file) ||
		(lattice && o->start == START_DATA))
		return err_set(e,
			"--init %s: -t %s starts from principal components, or "
			"at random",
			s->init, name);
	return 0;
}

/* Type lc takes no more than a table from a file. */
static bool
begins_with_model(const struct training *t)
{
	return t->continue_file ||
		(t->init_file && t->trainer.type != &learner_lc);
}

/* What is between stages; where there is a model, it says how many. */
static int
check_stages(const struct training *t, struct err *e)
{
	const struct trainer_opts *o = &t->trainer;

	if (o->stages > 1 || begins_with_model(t))
		return 0;
	if (o->quant.basis == BASIS_COND)
		return err_set(e,
			"--basis cond goes by the code of the stage before: "
			"-r 2 or more");
	if (o->shared)
		return err_set(e, "--shared is for stages: -r 2 or more");
	return 0;
}

static int
interpret_start(struct train_settings *s, struct err *e)
{
	static const struct {
		const char *name;
		enum start start;
	} known[] = { { "classical", START_KMEANS }, { "kmeans", START_KMEANS },
		{ "data", START_DATA }, { "random", START_RANDOM } };
	struct training *t = &s->training;

	char *file, *hint = near_hint(START_NAMES, s->init, strlen(s->init));
	struct err unused;
	bool misspelt;

	t->init_file = s->init;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcmp(s->init, known[i].name) == 0) {
			t->trainer.start = known[i].start;
			t->init_file = NULL;
		}
	file = t->init_file && *hint ? model_find(s->init, &unused) : NULL;
	misspelt = t->init_file && *hint && !file;
	if (misspelt)
		err_set(e, "--init %s: no start, file or model%s", s->init,
			hint);
	free(file);
	free(hint);
	return misspelt ? -1 : 0;
}

/* What is chosen by name, or only where it is given. */
static void
interpret_quantizer(struct train_settings *s)
{
	struct trainer_opts *o = &s->training.trainer;

	o->type = learner_find(s->type);
	o->quant.basis = (enum learner_basis)basis_find(s->basis);
	o->estimator = estimator_find(s->estimator);
	o->quant.unit = strcmp(s->metric, "cosine") == 0;
	/* As the model file will say it, exactly. */
	o->quant.lambda = (double)(float)s->lambda;
	if (s->training.given.entropy_weight)
		o->quant.entropy_weight = s->entropy_weight;
}

/* How long, and with what rates. */
static int
interpret_pace(struct train_settings *s, struct err *e)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;

	if (s->steps_given && t->epochs_given)
		return err_set(e, "-s and -e exclude each other");
	if (s->time && (s->steps_given || t->epochs_given))
		return err_set(e, "--time and -%c exclude each other",
			s->steps_given ? 's' : 'e');
	if (s->time && num_duration(s->time, &o->seconds) != 0)
		return err_set(e,
			"--time %s: no duration such as 90s, 30m, 1.5h or 1d",
			s->time);
	o->net_rate = s->rate;
	o->quant_rate = t->given.code_rate ? s->code_rate : s->rate;
	o->schedule = strcmp(s->schedule, "cosine") == 0 ? SCHEDULE_COSINE
							 : SCHEDULE_CONSTANT;
	o->sums = strcmp(s->reduce, "sums") == 0;
	o->warm_up = s->warm_up ? s->warm_up : 1;
	o->clip = s->clip > 0 ? s->clip : -1;
	o->average = s->average > 0 ? s->average : -1;
	t->steps_given = s->steps_given;
	return 0;
}

/* Where there is a model, it says of what net it is. */
static int
interpret_net(struct train_settings *s, struct err *e)
{
	struct training *t = &s->training;

	if (s->loss && loss_weights_parse(s->loss, &t->trainer.loss, e) != 0)
		return -1;
	return begins_with_model(t) ? 0 : net_rules_check(t, e);
}

static int
interpret_checkpoint(struct train_settings *s, struct err *e)
{
	struct train_keep *k = &s->training.trainer.keep;
	struct train_settings usual;

	k->path = s->checkpoint;
	k->force = s->common.force;
	if (k->resume && !k->path)
		return err_set(e, "--resume needs --checkpoint FILE");
	if (num_duration(s->checkpoint_every, &k->every_seconds) != 0 &&
		(num_size(s->checkpoint_every, NUM_DECIMAL, &k->every_steps) !=
				0 ||
			k->every_steps == 0))
		return err_set(e,
			"--checkpoint-every %s: neither a duration such as 5m "
			"nor a number of steps",
			s->checkpoint_every);
	if (k->path) {
		train_settings_init(&usual);
		k->words = train_settings_words(s);
		k->usual = train_settings_words(&usual);
	}
	return 0;
}

/* Files that are written. */
static int
check_files(const struct train_settings *s, struct err *e)
{
	const char *path[] = { s->common.output, s->log, s->checkpoint };

	for (size_t i = 0; i < 3; i++)
		for (size_t j = i + 1; j < 3; j++)
			if (path[i] && path[j] && strcmp(path[i], "-") != 0 &&
				strcmp(path[i], path[j]) == 0)
				return err_set(e,
					s->checkpoint
						? "-o, --log and --checkpoint "
						  "are different files"
						: "-o and --log are different "
						  "files");
	return 0;
}

int
train_settings_interpret(struct train_settings *s, struct err *e)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	bool random;

	if (interpret_pace(s, e) != 0)
		return -1;
	if (about_check(&t->about, e) != 0)
		return -1;
	if (check_files(s, e) != 0)
		return -1;
	if (t->channels == 2)
		return err_set(e, "--channels is 1 or 3; --alpha adds one");
	if (s->raw && raw_format_parse(s->raw, &t->source.stream.raw, e) != 0)
		return -1;
	interpret_quantizer(s);
	/* Else the model says of what type it is. */
	if ((!t->continue_file || t->given.type) &&
		train_rules_check(t, e) != 0)
		return -1;
	o->net = (enum net_type)net_find(s->net);
	if (net_conv_depth(s->depth, &o->conv, e) != 0)
		return -1;
	if (o->conv.kernel % 2 == 0)
		return err_set(e, "--kernel %zu: not odd", o->conv.kernel);
	o->seed = s->common.seed;
	if (interpret_start(s, e) != 0 || check_stages(t, e) != 0)
		return -1;
	if (t->continue_file && s->init_given)
		return err_set(e, "--continue and --init exclude each other");
	if (o->anchor > 0 && !t->continue_file)
		return err_set(e, "--anchor is for --continue");
	if (check_start(s, e) != 0 || interpret_net(s, e) != 0)
		return -1;
	random = o->start == START_RANDOM;
	if (random && !o->type->by_gradient)
		return err_set(e, "--type kmeans has a classical start only");
	o->beta = t->given.beta ? s->beta : random ? 0.25 : 1;
	t->turn = strcmp(s->augment, "phase") != 0;
	t->level = strcmp(s->augment, "level") == 0;
	o->half = strcmp(s->weights, "f16") == 0;
	t->threads = s->common.threads;
	t->max_errors = s->common.max_errors;
	choose_codes(t, o);
	t->source.drop_nan = strcmp(s->common.nan, "drop") == 0;
	return interpret_checkpoint(s, e);
}
