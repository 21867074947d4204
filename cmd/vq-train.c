/* vq-train - learn a tokenizer from images, sounds or tensors. */
#include <stdio.h>
#include <string.h>

#include "kernel/cpu.h"
#include "model/outcome.h"
#include "util/operands.h"
#include "util/opt.h"
#include "util/output.h"
#include "util/progress.h"

struct settings {
	struct opt_common common;
	struct training training;
	const char *type, *net, *init, *raw, *valid_from, *log, *augment;
	double rate, beta;
	bool steps_given, beta_given;
};

static void
print_kernel(void)
{
	printf("kernel: %s\n", cpu_panel_ops()->name);
}

static const char notes[] =
	"Examples:\n"
	"  vq-train -k 4k -o photos.vq photos/\n"
	"  vq-train -p 320 -r 4 -o speech.vq speech/*.wav\n"
	"  cat latents.npy | vq-train -n none -k 1k > rows.vq\n";

static int
bad_usage(const char *reason)
{
	say_error(NULL, reason);
	return -1;
}

/* What the options' texts mean; -1 with the reason said. */
static int
interpret(struct settings *s)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	struct err e;

	if (s->steps_given && t->epochs_given)
		return bad_usage("-s and -e exclude each other");
	if (t->channels == 2)
		return bad_usage("--channels is 1 or 3; --alpha adds one");
	if (s->raw && raw_format_parse(s->raw, &t->source.stream.raw, &e) != 0)
		return bad_usage(e.msg);
	o->type = learner_find(s->type);
	o->net = (enum net_type)net_find(s->net);
	o->seed = s->common.seed;
	o->random = strcmp(s->init, "random") == 0;
	if (!o->random && strcmp(s->init, "classical") != 0)
		t->init_file = s->init;
	if (o->random && !o->type->by_gradient)
		return bad_usage("--type kmeans has a classical start only");
	o->beta = s->beta_given ? s->beta : o->random ? 0.25 : 1;
	o->net_rate = o->quant_rate = s->rate;
	t->turn = strcmp(s->augment, "turn") == 0;
	t->steps_given = s->steps_given;
	t->threads = s->common.threads;
	t->max_errors = s->common.max_errors;
	t->source.drop_nan = strcmp(s->common.nan, "drop") == 0;
	return 0;
}

struct bad_count {
	size_t count;
};

static void
bad_operand(void *arg, const char *path, const char *reason)
{
	struct bad_count *bad = arg;

	say_error(path, reason);
	bad->count++;
}

static int
find_inputs(struct settings *s, int argc, char **argv, struct bad_count *bad,
	struct err *e)
{
	struct training *t = &s->training;
	char *none = NULL;

	if (operands_expand(&t->inputs, argv, (size_t)argc,
		    s->common.files_from, s->common.null, bad_operand, bad,
		    e) != 0)
		return -1;
	if (s->valid_from &&
		operands_expand(&t->valid, &none, 0, s->valid_from,
			s->common.null, bad_operand, bad, e) != 0)
		return -1;
	return 0;
}

static int
save(struct output *out, const struct record *r, struct err *e)
{
	if (record_write(r, out, e) != 0) {
		output_abort(out);
		return -1;
	}
	return output_commit(out, e);
}

/* The output is opened first: hours of training must not end in "exists". */
static int
train(struct settings *s, struct err *e)
{
	struct output_opts oo = { .force = s->common.force };
	struct training_result r = { 0 };
	struct output *out = output_open(s->common.output, oo, e);
	int status = -1;

	if (!out)
		return err_wrap(e, "%s", output_label(s->common.output));
	if (s->log &&
		!(s->training.log =
				trainlog_open(s->log, s->common.force, e))) {
		output_abort(out);
		return -1;
	}
	if (training_run(&s->training, &r, e) == 0) {
		outcome_tell(&r);
		status = save(out, &r.trainer.record, e);
		if (status != 0)
			err_wrap(e, "%s", output_label(s->common.output));
	} else {
		output_abort(out);
	}
	if (trainlog_close(s->training.log, e) != 0)
		status = -1;
	record_free(&r.trainer.record);
	return status == 0 && r.errors ? 1 : status;
}

static void
codebook_rows(struct settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 'k', "codes", "N", "codes in a codebook", .num = &o->k,
			.min = 1, .max = 1 << 24, .unit = NUM_BINARY,
			.given = &t->given.k },
		{ 't', "type", "TYPE", "quantizer", .str = &s->type,
			.choices = LEARNER_NAMES },
		{ 'n', "net", "NET", "between samples and quantizer",
			.str = &s->net, .choices = "none|linear",
			.given = &t->given.net },
		{ 'p', "patch", "N", "pixels of a patch, or samples of a hop",
			.num = &t->patch, .min = 1, .max = 4096,
			.none = "8 pixels, rate/50 samples" },
		{ 'd', "dim", "N", "numbers in a code", .num = &o->d, .min = 1,
			.max = 65536, .given = &t->given.d },
		{ 'r', "residual", "N", "stages, each on the remainder",
			.num = &o->stages, .min = 1, .max = 256,
			.given = &t->given.stages },
		{ 'g', "groups", "N", "groups that d is dealt into",
			.num = &o->groups, .min = 1, .max = 256,
			.given = &t->given.groups },
		{ 0, "freeze-table", NULL,
			"simvq: learn W and b only, as published",
			.flag = &o->freeze_table },
		{ 0, "init", "START",
			"start: classical, random, or a model or codebook file",
			.str = &s->init },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
learning_rows(struct settings *s, struct opt *table)
{
	struct training *t = &s->training;
	struct trainer_opts *o = &t->trainer;
	const struct opt rows[] = {
		{ 's', "steps", "N", "steps of training", .num = &o->steps,
			.max = 1e12, .given = &s->steps_given },
		{ 'e', "epochs", "X", "passes over the data, instead of steps",
			.real = &t->epochs, .max = 1e9, .none = "by steps",
			.given = &t->epochs_given },
		{ 'b', "batch", "N", "vectors in a step", .num = &o->batch,
			.min = 1, .max = 1 << 24 },
		{ 'l', "learning-rate", "X", "of net and codebook",
			.real = &s->rate, .max = 10 },
		{ 0, "beta", "X", "weight of the commitment loss",
			.real = &s->beta, .max = 1e6,
			.none = "1; 0.25 with --init random",
			.given = &s->beta_given },
		{ 0, "vq-weight", "X", "weight of the quantizer's losses",
			.real = &o->vq_weight, .max = 1e6 },
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
data_rows(struct settings *s, struct opt *table)
{
	struct training *t = &s->training;
	const struct opt rows[] = {
		{ 0, "augment", "WHAT",
			"images: random phase, and mirrored and transposed",
			.str = &s->augment, .choices = "turn|phase" },
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
		{ 0, "raw", "TYPE:D", "inputs are headerless rows of D numbers",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "the tensor to read from records",
			.str = &t->source.stream.tensor },
		OPT_COMMON_ROWS(&s->common),
		{ 0 },
	};

	opt_append(table, rows);
}

static int
run(struct settings *s, int argc, char **argv)
{
	struct bad_count bad = { 0 };
	struct err e;
	int status;

	status = find_inputs(s, argc, argv, &bad, &e);
	if (status == 0)
		status = train(s, &e);
	if (status < 0)
		say_error(NULL, e.msg);
	strlist_free(&s->training.inputs);
	strlist_free(&s->training.valid);
	return status != 0 || bad.count ? 1 : 0;
}

int
main(int argc, char *argv[])
{
	struct settings s = {
		.common = OPT_COMMON_INIT,
		.type = "simvq",
		.net = "linear",
		.init = "classical",
		.augment = "turn",
		.rate = 1e-3,
		.training = { .buffer_bytes = (size_t)1 << 30,
			.trainer = { .d = 32,
				.k = 1024,
				.stages = 1,
				.groups = 1,
				.steps = 2000,
				.batch = 4096,
				.vq_weight = 1 } },
	};
	struct opt opts[64] = { 0 };
	const struct opt_cmd cmd = { "vq-train", "[FILE|DIR ...]",
		"Learn a tokenizer from images, sounds or tensors.", opts,
		notes, print_kernel };
	enum opt_result got;
	int first;

	codebook_rows(&s, opts);
	learning_rows(&s, opts);
	data_rows(&s, opts);
	got = opt_parse(&cmd, argc, argv, &first);
	if (got != OPT_RUN)
		return opt_status(got);
	say_init("vq-train", s.common.quiet, s.common.verbose);
	return interpret(&s) != 0 ? 2 : run(&s, argc - first, argv + first);
}
