#include "model/train_settings.h"
#include "quant/basis.h"
#include "quant/code_map.h"

static void
tokenizer_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 'k', "codes", "N", "codes in a codebook", .num = &o->k,
			.min = 1, .max = 1 << 24, .unit = NUM_BINARY,
			.given = &t->given.k, .many = &s->codes_list,
			.group = "Codebook" },
		{ 't', "type", "TYPE", "quantizer", .str = &s->type,
			.choices = LEARNER_NAMES, .given = &t->given.type },
		{ 0, "list-types", NULL, "print a table of quantizers and stop",
			.flag = &s->list_types },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
net_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	const struct opt rows[] = {
		{ 'p', "patch", "N", "pixels of a patch, or samples of a hop",
			.num = &t->patch, .min = 1, .max = 4096,
			.none = "8 pixels, rate/50 samples",
			.group = "Network" },
		{ 'n', "net", "NET", "between samples and quantizer",
			.str = &s->net, .choices = NET_NAMES,
			.given = &t->given.net },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
conv_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 0, "width", "N", "conv: numbers in a token inside the net",
			.num = &o->conv.width, .min = 1, .max = 4096,
			.given = &t->given.width },
		{ 0, "depth", "E+D", "conv: blocks of encoder and decoder",
			.str = &s->depth, .given = &t->given.depth },
		{ 0, "kernel", "N", "conv: tokens that a block sees, across",
			.num = &o->conv.kernel, .min = 1, .max = 63,
			.given = &t->given.kernel },
		{ 0, "spectrum", NULL,
			"conv: the encoder sees levels of a sound",
			.flag = &o->conv.spectrum,
			.given = &t->given.spectrum },
		{ 0, "gain", NULL, "conv: the decoder writes logarithmic gains",
			.flag = &o->conv.gain, .given = &t->given.gain },
		{ 0, "blend", NULL, "conv: decoded patches of images overlap",
			.flag = &o->conv.blend, .given = &t->given.blend },
		{ 0, "crop", "N", "conv: tokens on a side of what a step sees",
			.num = &o->crop, .min = 1, .max = 4096,
			.none = "16 of images, 128 of sounds",
			.given = &t->given.crop },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
codebook_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 'd', "dim", "N", "numbers in a code", .num = &o->d, .min = 1,
			.max = 65536, .given = &t->given.d },
		{ 'r', "residual", "N", "stages, each on the remainder",
			.num = &o->stages, .min = 1, .max = 256,
			.given = &t->given.stages },
		{ 'g', "groups", "N", "groups that d is dealt into",
			.num = &o->groups, .min = 1, .max = 256,
			.given = &t->given.groups },
		{ 0, "init", "START",
			"start: classical (or kmeans), data, random, or a model "
			"or codebook file",
			.str = &s->init, .given = &s->init_given,
			.words = START_NAMES "|FILE|MODEL" },
		{ 0, "continue", "MODEL",
			"go on with this model: keep what its codes mean",
			.str = &t->continue_file, .none = "a new model",
			.words = "MODEL" },
		{ 0, "anchor", "A",
			"with --continue: hold codes where they were",
			.real = &o->anchor, .max = 1e6 },
		{ 0, "freeze-table", NULL,
			"simvq: learn W and b only, as published",
			.flag = &o->quant.freeze_table,
			.given = &t->given.freeze_table },
		{ 0, "basis", "BASIS", "simvq: what makes codes of the table",
			.str = &s->basis, .choices = BASIS_NAMES,
			.given = &t->given.basis },
		{ 0, "no-bias", NULL, "simvq: codes without a shift",
			.flag = &o->quant.no_bias, .given = &t->given.no_bias },
		{ 0, "code-dim", "N", "fc: numbers that codes are compared in",
			.num = &o->quant.code_dim, .min = 1,
			.max = LEARNER_CODE_DIM_MOST,
			.given = &t->given.code_dim },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
search_rows(struct train_settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 0, "metric", "METRIC",
			"codes are chosen by distance or angle",
			.str = &s->metric, .choices = "l2|cosine",
			.given = &s->training.given.metric },
		{ 0, "lambda", "X", "what a bit costs in the choice of a code",
			.real = &s->lambda, .max = 1e3,
			.given = &s->training.given.lambda },
		{ 0, "context", "RANK",
			"learn which codes are likely beside which, to pack",
			.num = &s->training.context,
			.max = CODE_MAP_RANK_MOST },
		{ 0, "shared", NULL, "one codebook for all stages",
			.flag = &s->training.trainer.shared,
			.given = &s->training.given.shared },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
learning_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 's', "steps", "N", "steps of training", .num = &o->steps,
			.max = 1e12, .given = &s->steps_given,
			.group = "Training" },
		{ 'e', "epochs", "X", "passes over the data, instead of steps",
			.real = &t->epochs, .max = 1e9, .none = "by steps",
			.given = &t->epochs_given },
		{ 'b', "batch", "N", "vectors in a step", .num = &o->batch,
			.min = 1, .max = 1 << 24 },
		{ 'l', "learning-rate", "X", "of net and codebook",
			.real = &s->rate, .max = 10 },
		{ 0, "code-rate", "X", "learning rate of the codebook",
			.real = &s->code_rate, .max = 10, .none = "that of -l",
			.given = &t->given.code_rate },
		{ 0, "schedule", "WHAT", "of the rates, behind the warm-up",
			.str = &s->schedule, .choices = "constant|cosine",
			.given = &t->given.schedule },
		{ 0, "estimator", "WHAT", "of gradients through the quantizer",
			.str = &s->estimator, .choices = ESTIMATOR_NAMES,
			.given = &t->given.estimator },
		{ 0, "loss", "TERM[=WEIGHT],...",
			"what decoded data are trained for", .str = &s->loss,
			.none = "l2", .words = LOSS_WEIGHTS_TERMS },
		{ 0, "entropy-weight", "X",
			"weight of a loss: choices sharp, codes in even use",
			.real = &s->entropy_weight, .max = 1e6,
			.none = "off; 0.1 with -t lfq",
			.given = &t->given.entropy_weight },
		{ 0, "stage-dropout", "P",
			"share of vectors that decode from a prefix of stages",
			.real = &o->stage_dropout, .max = 1 },
		{ 0, "no-settle", NULL,
			"no k-means steps and no fit of the decoder at the end",
			.flag = &o->no_settle },
		{ 0, "last", NULL, "save the last step, not the best",
			.flag = &o->keep_last },
		{ 0, "beta", "X", "weight of the commitment loss",
			.real = &s->beta, .max = 1e6,
			.none = "1; 0.25 with --init random",
			.given = &t->given.beta },
		{ 0, "vq-weight", "X", "weight of the quantizer's losses",
			.real = &o->vq_weight, .max = 1e6,
			.given = &t->given.vq_weight },
		{ 0, "valid", "FILE", "judge on this instead (repeatable)",
			.list = &t->valid },
		{ 0, "valid-from", "LIST", "the same, names from LIST",
			.str = &s->valid_from },
		{ 0, "log", "FILE", "write figures as JSON lines (- is stderr)",
			.str = &s->log },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
pace_rows(struct train_settings *s, struct opt *table)
{
	struct training_given *g = &s->training.given;
	const struct opt rows[] = {
		{ 0, "time", "TIME", "train for so long, instead of steps",
			.str = &s->time, .none = "by steps" },
		{ 0, "warm-up", "N", "steps in which the rates rise",
			.num = &s->warm_up, .max = 1e12, .given = &g->warm_up },
		{ 0, "clip", "X", "largest norm of a gradient, 0: any",
			.real = &s->clip, .max = 1e12, .given = &g->clip },
		{ 0, "average", "D",
			"largest decay of the average of the weights, 0: none",
			.real = &s->average, .max = 0.999999,
			.given = &g->average },
		{ 0, "reduce", "WHAT",
			"what ranks of MPI tell each other of gradients",
			.str = &s->reduce, .choices = "rows|sums",
			.given = &g->reduce },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
keep_rows(struct train_settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 0, "checkpoint", "FILE", "keep all that resuming needs there",
			.str = &s->checkpoint },
		{ 0, "checkpoint-every", "TIME|N",
			"time or steps between two of them",
			.str = &s->checkpoint_every },
		{ 0, "resume", NULL,
			"go on from the checkpoint, if there is one",
			.flag = &s->training.trainer.keep.resume },
		{ 0, "preview", "DIR",
			"original beside reconstruction, at intervals",
			.str = &s->training.preview },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
data_rows(struct train_settings *s, struct opt *table)
{
	struct training *t = &s->training;
	const struct opt rows[] = {
		OPT_COMMON_ROWS(&s->common),
		{ 0, "raw", "TYPE:D", "inputs are headerless rows of D numbers",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "the tensor to read from records",
			.str = &t->source.stream.tensor },
		{ 0, "channels", "N", "channels of images: 1 gray, 3 colour",
			.num = &t->channels, .min = 1, .max = 3,
			.none = "3 if any image has colour" },
		{ 0, "alpha", NULL, "keep transparency, as one channel more",
			.flag = &t->alpha },
		{ 0, "sample-rate", "HZ", "rate of sounds",
			.num = &t->sample_rate, .min = 1, .max = 10000000,
			.none = "that of the first" },
		{ 0, "buffer", "BYTES", "samples in memory; more are streamed",
			.num = &t->buffer_bytes, .min = 1, .unit = NUM_BINARY },
		{ 0, "no-weights", NULL, "leave tensors w beside rows",
			.flag = &t->no_weights },
		{ 0, "augment", "WHAT",
			"what is drawn: images mirrored, sounds of other levels",
			.str = &s->augment, .choices = "turn|phase|level" },
		LIMIT_ROWS(&t->source.limit),
		{ 0 },
	};

	opt_append(table, rows);
}

/* What the file holds. */
static void
file_rows(struct train_settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 0, "weights", "TYPE", "how the model keeps its weights",
			.str = &s->weights, .choices = "f32|f16",
			.group = "Model file" },
		{ 0, "describe", "KEY=VALUE",
			"keep this in the model (repeatable)",
			.list = &s->training.about },
		{ 0, "relabel", "MODEL",
			"no training: only --describe this model anew",
			.str = &s->relabel, .none = "train", .words = "MODEL" },
		{ 0 },
	};

	opt_append(table, rows);
}

void
train_settings_rows(struct train_settings *s, struct opt *table)
{
	tokenizer_rows(s, table);
	codebook_rows(s, table);
	search_rows(s, table);
	net_rows(s, table);
	conv_rows(s, table);
	learning_rows(s, table);
	pace_rows(s, table);
	keep_rows(s, table);
	data_rows(s, table);
	file_rows(s, table);
}
