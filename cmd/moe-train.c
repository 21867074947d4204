/* moe-train - learn a routed mixture of experts from rows with targets. */
#include <signal.h>
#include <string.h>

#include "model/moe_given.h"
#include "model/moe_made.h"
#include "model/moe_training.h"
#include "model/router.h"
#include "model/train_files.h"
#include "util/operands.h"
#include "util/opt.h"
#include "util/output_late.h"
#include "util/progress.h"
#include "util/ranks.h"

struct settings {
	struct opt_common common;
	struct moe_training training;
	const char *experts, *kind, *map, *type, *activation, *raw;
};

static const char notes[] =
	"Examples:\n"
	"  moe-train -o digits.moe digits.safetensors       # rows x, classes y\n"
	"  moe-train --layers 2 --bytes -o book.moe book.txt    # the next byte\n"
	"  moe-train --router softmax -t 2 --trace t --probe p.npy -o m x.st\n";

static int
bad_usage(const char *reason)
{
	say_error(NULL, reason);
	return -1;
}

static int
check_router(struct settings *s)
{
	struct moe_training *t = &s->training;
	const struct moe_opts *o = &t->model;
	struct err e;

	if (t->from && t->experts)
		return bad_usage("--continue and --experts FILE exclude each "
				 "other");
	if (t->discrete_only && !t->from)
		return bad_usage("--discrete-only needs --continue MODEL");
	if (t->discrete_only &&
		(t->given.kind || t->given.codes || t->given.type ||
			t->given.map))
		return bad_usage("--discrete-only takes router, codes and map "
				 "of its model");
	if (o->code_entropy > 0 && !o->type->backward)
		return bad_usage("--code-entropy needs a --type that learns by "
				 "gradient: simvq or vq");
	if (!t->from && (o->kind == MOE_HYBRID) != (o->rules != NULL))
		return bad_usage("--router hybrid needs --rules FILE, and no "
				 "other takes it");
	if ((!t->from || t->given.kind) && moe_given_check(t, o->kind, &e) != 0)
		return bad_usage(e.msg);
	if (o->kind == MOE_HYBRID && t->given.map)
		return bad_usage("--rules say where codes go, not --map");
	return 0;
}

static int
check_files(struct settings *s)
{
	struct moe_training *t = &s->training;

	if ((t->loop.trace == NULL) != (t->sets.probe == NULL))
		return bad_usage("--trace and --probe need each other");
	if (t->loop.resume && !t->loop.checkpoint)
		return bad_usage("--resume needs --checkpoint FILE");
	if (moe_given_twice(s->common.output, &t->loop))
		return bad_usage("-o, --log, --trace and --checkpoint are "
				 "different files");
	if (s->raw && t->sets.bytes)
		return bad_usage("--bytes and --raw exclude each other");
	if (t->sets.rows.stream.tensor && (s->raw || t->sets.bytes))
		return bad_usage(s->raw
				? "--raw has no tensors to choose from"
				: "--bytes has no tensors to choose from");
	return 0;
}

/* A number of experts, or a file of them. */
static int
read_experts(struct settings *s)
{
	struct moe_training *t = &s->training;
	size_t n;

	if (!t->given.experts)
		return 0;
	if (num_size(s->experts, NUM_DECIMAL, &n) != 0) {
		t->experts = s->experts;
		t->given.experts = false;
	} else if (n < 1 || n > ROUTER_EXPERTS_MAX) {
		return bad_usage("-E takes 1 to 65534 experts, or a file");
	} else {
		t->model.experts = n;
	}
	return 0;
}

/* What the options' texts mean; -1 with the reason said. */
static int
interpret(struct settings *s)
{
	struct moe_training *t = &s->training;
	struct moe_opts *o = &t->model;
	struct err e;

	if (s->raw &&
		raw_format_parse(s->raw, &t->sets.rows.stream.raw, &e) != 0)
		return bad_usage(e.msg);
	if (read_experts(s) != 0)
		return -1;
	o->kind = (enum moe_kind)moe_opts_kind(s->kind);
	o->map = moe_opts_map(s->map);
	o->map_path = o->map == MOE_MAP_FILE ? s->map : NULL;
	o->type = learner_find(s->type);
	o->act = (enum act)act_find(s->activation);
	o->seed = s->common.seed;
	t->threads = s->common.threads;
	t->sets.max_errors = s->common.max_errors;
	t->sets.rows.drop_nan = strcmp(s->common.nan, "drop") == 0;
	t->loop.force = s->common.force;
	return check_router(s) != 0 || check_files(s) != 0 ? -1 : 0;
}

static void
router_options(struct settings *s, struct opt *table)
{
	struct moe_training *t = &s->training;
	struct moe_opts *o = &t->model;
	const struct opt rows[] = {
		{ 0, "router", "KIND", "how tokens get to experts",
			.str = &s->kind, .choices = MOE_KINDS,
			.given = &t->given.kind },
		{ 'E', "experts", "N|FILE",
			"experts; or a file of trained ones",
			.str = &s->experts, .given = &t->given.experts },
		{ 't', "top", "N", "experts a token on the continuous path",
			.num = &o->top, .min = 1, .max = 256,
			.given = &t->given.top },
		{ 'k', "codes", "N", "codes of the discrete path",
			.num = &o->codes, .min = 1, .max = 1 << 24,
			.unit = NUM_BINARY, .none = "4 an expert",
			.given = &t->given.codes },
		{ 0, "map", "HOW",
			"code to expert: grouped, modulo, distil or a FILE",
			.str = &s->map, .given = &t->given.map,
			.words = MOE_MAPS "|FILE" },
		{ 0, "type", "TYPE", "quantizer of the codes", .str = &s->type,
			.choices = LEARNER_PLAIN_NAMES,
			.given = &t->given.type },
		{ 0, "contrib", "X", "share of the code in what an expert gets",
			.real = &o->contrib, .max = 1,
			.given = &t->given.contrib },
		{ 0, "freeze-codes", NULL, "the codebook stays as it is made",
			.flag = &o->freeze_codes },
		{ 0, "rules", "FILE", "hybrid: which codes go where",
			.str = &o->rules },
		{ 0, "capacity", "F",
			"at most F times the mean load an expert, 0: no limit",
			.real = &o->capacity, .max = 1e9,
			.given = &t->given.capacity },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
net_options(struct settings *s, struct opt *table)
{
	struct moe_training *t = &s->training;
	struct moe_opts *o = &t->model;
	const struct opt rows[] = {
		{ 0, "layers", "N", "residual layers of experts",
			.num = &o->layers, .min = 1, .max = 1024,
			.given = &t->given.layers },
		{ 0, "width", "N", "numbers between the layers",
			.num = &o->width, .min = 1, .max = 65536,
			.none = "64; 128 for tokens",
			.given = &t->given.width },
		{ 0, "hidden", "N", "hidden numbers of an expert",
			.num = &o->hidden, .min = 1, .max = 1 << 20,
			.none = "twice the width", .given = &t->given.hidden },
		{ 0, "context", "N", "rows of tokens that are seen at once",
			.num = &o->context, .min = 1, .max = 65536,
			.none = "16; 1 for rows of several tokens",
			.given = &t->given.context },
		{ 0, "activation", "NAME", "of the experts",
			.str = &s->activation, .choices = ACT_NAMES,
			.given = &t->given.act },
		{ 0, "continue", "MODEL", "go on from a trained model",
			.str = &t->from, .words = "FILE" },
		{ 0, "discrete-only", NULL,
			"with --continue: routes by codes alone, codes frozen",
			.flag = &t->discrete_only },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
learning_options(struct settings *s, struct opt *table)
{
	struct moe_opts *o = &s->training.model;
	const struct opt rows[] = {
		{ 's', "steps", "N", "steps of training", .num = &o->steps,
			.max = 1e12 },
		{ 'b', "batch", "N", "rows in a step", .num = &o->batch,
			.min = 1, .max = 1 << 20 },
		{ 'l', "learning-rate", "X", "of Adam", .real = &o->rate,
			.max = 10 },
		{ 0, "router-rate", "X",
			"learning rate of the router, times that",
			.real = &o->router_rate, .max = 1e6 },
		{ 0, "balance", "X", "weight of the balance loss",
			.real = &o->balance, .max = 1e6 },
		{ 0, "z-loss", "X", "weight of the loss of large scores",
			.real = &o->z_loss, .max = 1e6 },
		{ 0, "vq-weight", "X", "weight of the quantizer's loss",
			.real = &o->vq_weight, .max = 1e6,
			.given = &s->training.given.vq_weight },
		{ 0, "beta", "X", "weight of its commitment part",
			.real = &o->beta, .max = 1e6,
			.given = &s->training.given.beta },
		{ 0, "code-entropy", "X", "weight of uneven use of codes",
			.real = &o->code_entropy, .max = 1e6 },
		{ 0 },
	};

	opt_append(table, rows);
}

static void
file_options(struct settings *s, struct opt *table)
{
	struct moe_sets_opts *o = &s->training.sets;
	struct moe_loop_opts *l = &s->training.loop;
	const struct opt rows[] = {
		{ 0, "bytes", NULL, "the inputs are text: learn the next byte",
			.flag = &o->bytes },
		{ 0, "target", "NAME",
			"tensor that holds the targets, or a file of them",
			.str = &o->rows.target, .words = "FILE" },
		{ 0, "raw", "TYPE:D", "inputs are headerless rows of D numbers",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "the tensor to read from records",
			.str = &o->rows.stream.tensor,
			.none = "x, or the only one" },
		{ 0, "valid", "FILE", "judge on this instead (repeatable)",
			.list = &o->valid },
		{ 0, "probe", "FILE", "rows whose routes are followed",
			.str = &o->probe },
		{ 0, "trace", "FILE", "write the routes of the probe there",
			.str = &l->trace },
		{ 0, "probe-every", "F",
			"ratio of the steps at which that happens",
			.real = &l->probe_every, .min = 1, .max = 1e12 },
		{ 0, "log", "FILE", "write figures as JSON lines (- is stderr)",
			.str = &l->log },
		{ 0, "checkpoint", "FILE", "keep all that resuming needs there",
			.str = &l->checkpoint },
		{ 0, "checkpoint-every", "N", "steps between two of them",
			.num = &l->checkpoint_every, .min = 1, .max = 1e12 },
		{ 0, "resume", NULL,
			"go on from the checkpoint, if there is one",
			.flag = &l->resume },
		OPT_COMMON_ROWS(&s->common),
		{ 0 },
	};

	opt_append(table, rows);
}

static void
bad_operand(void *arg, const char *path, const char *reason)
{
	size_t *bad = arg;

	say_error(path, reason);
	++*bad;
}

static int
save(const struct settings *s, struct output *out, const struct record *r,
	struct err *e)
{
	if (output_late_end(&out, s->common.output,
		    (struct output_opts){ .force = s->common.force }, e) != 0)
		return -1;
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
	bool late = s->training.loop.checkpoint != NULL;
	struct moe_training_result r;
	struct output *out = NULL;
	int status = 0;
	bool made;

	if (ranks_first())
		s->training.made =
			moe_made_before(&s->training.loop, s->common.output);
	made = ranks_any(s->training.made != NULL);
	s->training.made = made ? s->common.output : NULL;
	if (!made && ranks_first())
		status = output_late_begin(&out, s->common.output, oo, late, e);
	if (ranks_agree(status, e) != 0)
		return err_wrap(e, "%s", output_label(s->common.output));
	status = moe_training_run(&s->training, &r, e);
	if (status == 0 && !r.loop.stopped && !r.loop.done && ranks_first()) {
		status = save(s, out, &r.record, e);
		if (status != 0)
			err_wrap(e, "%s", output_label(s->common.output));
	} else {
		output_abort(out);
	}
	record_free(&r.record);
	if (status == 0 && r.loop.stopped) {
		ranks_end();
		raise(r.loop.stopped);
	}
	return status == 0 && (r.errors || r.loop.unwritten) ? 1 : status;
}

static int
run(struct settings *s, int argc, char **argv)
{
	struct moe_sets_opts *o = &s->training.sets;
	size_t bad = 0;
	struct err e;
	int status = operands_expand(&o->inputs, argv, (size_t)argc,
		s->common.files_from, s->common.null, bad_operand, &bad, &e);
	if (status == 0 &&
		(status = train_files_apart_moe(
			 &s->training, &s->common, &e)) == 0)
		status = train(s, &e);
	if (status < 0)
		ranks_fail(&e);
	strlist_free(&o->inputs);
	strlist_free(&o->valid);
	return status != 0 || bad ? 1 : 0;
}

int
main(int argc, char *argv[])
{
	struct settings s = { .common = OPT_COMMON_INIT,
		.experts = "8",
		.kind = "vqmoe",
		.map = "grouped",
		.type = "simvq",
		.activation = "relu",
		.training = { .sets.rows.target = "y",
			.loop = { .checkpoint_every = 500,
				.probe_every = 1.26 } } };
	struct opt opts[64] = { 0 };
	const struct opt_cmd cmd = { "moe-train", "[FILE|DIR ...]",
		"Learn a routed mixture of experts.", opts, notes, NULL };
	enum opt_result got;
	struct err e;
	int begun = ranks_begin(&e), first, status;

	moe_opts_init(&s.training.model);
	s.training.model.context = 0;
	router_options(&s, opts);
	net_options(&s, opts);
	learning_options(&s, opts);
	file_options(&s, opts);
	got = opt_parse(&cmd, argc, argv, &first);
	say_init("moe-train", s.common.quiet, s.common.verbose);
	say_hush(!ranks_first()); /* all read the same, and say the same */
	if (got != OPT_RUN)
		status = opt_status(got);
	else if (begun != 0)
		status = 2;
	else
		status = interpret(&s) != 0
			? 2
			: run(&s, argc - first, argv + first);
	if (begun != 0)
		say_error(NULL, e.msg);
	ranks_end();
	return status;
}
