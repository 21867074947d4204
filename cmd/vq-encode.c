#include <stdlib.h>
#include <string.h>

#include "model/batch.h"
#include "model/encode_item.h"
#include "model/pack_in.h"
#include "quant/beam.h"
#include "quant/code_choice.h"
#include "report/model_table.h"
#include "util/mem.h"
#include "util/progress.h"

#define PROGRAM "vq-encode " VQ_VERSION

struct settings {
	struct opt_common common;
	struct limit limit;
	const char *model, *format, *raw, *tensor, *index, *labels;
	size_t stages, beam;
	double lambda;
	bool latents, npy, pack, lambda_given, list_models;
	struct opt table[64];
};

/* What all jobs share, and an encoder for each worker. */
struct work {
	struct model model;
	struct pack_in pack;
	struct frames frames;
	struct labels labels;
	struct source_opts source;
	struct encoder_opts encoder;
	struct encode_item item;
	struct encoder **worker;
};

static const char notes[] =
	"Codes go to stdout as records (vq-stream(5)), in the order of the\n"
	"operands.  Images are PNG, audio is what libsndfile reads.\n"
	"\n"
	"  vq-encode -m photos.vq *.png > photos.codes\n"
	"  vq-encode -m speech.vq -O codes/ recordings/\n"
	"  vq-encode -m photos.vq --pack -o photos.vqp *.png\n"
	"  vq-encode -m words.vq --raw f32:300 --npy < words.f32 > words.npy\n";

static enum opt_result
parse(int argc, char *argv[], int *first, struct settings *s)
{
	const struct opt opts[] = {
		{ 'm', "model", "FILE", "model to encode with",
			.str = &s->model, .none = "required",
			.words = "MODEL" },
		{ 0, "list-models", NULL,
			"print a table of the models with a name and stop",
			.flag = &s->list_models },
		{ 0, "latents", NULL,
			"write the vectors before the codebook, no codes",
			.flag = &s->latents },
		{ 0, "stages", "N", "encode the first N stages only",
			.num = &s->stages, .min = 1, .none = "all" },
		{ 0, "beam", "M", "keep the M best beginnings at each stage",
			.num = &s->beam, .min = 1, .max = BEAM_MOST },
		{ 0, "lambda", "X", "what a bit costs in the choice of a code",
			.real = &s->lambda, .max = 1e3, .none = "the model's",
			.given = &s->lambda_given },
		{ 0, "format", "FORM", "record, npy, raw or raw:TYPE",
			.str = &s->format, .none = "record",
			.words = OUTFORM_NAMES },
		{ 0, "npy", NULL, "short for --format npy", .flag = &s->npy },
		{ 0, "pack", NULL, "write codes at their true size",
			.flag = &s->pack },
		{ 0, "raw", "TYPE:D",
			"the input is rows of D numbers without a header",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "tensor of the input to encode",
			.str = &s->tensor, .none = "x, image or audio" },
		{ 0, "index", "TSV", "write item, byte offset, shape there",
			.str = &s->index },
		{ 0, "labels", "TSV",
			"item and class: a tensor y beside the codes",
			.str = &s->labels },
		LIMIT_ROWS(&s->limit),
		OPT_COMMON_ROWS(&s->common),
		OPT_DIR_ROW(&s->common),
		OPT_SKIP_ROW(&s->common),
		OPT_SHARD_ROW(&s->common),
		{ .name = NULL },
	};
	const struct opt_cmd cmd = { .name = "vq-encode",
		.operands = "[FILE|DIR ...]",
		.purpose = "Turn images, sounds and vectors into codes.",
		.opts = s->table,
		.notes = notes };

	opt_append(s->table, opts);
	return opt_parse(&cmd, argc, argv, first);
}

/* Files that are written are none of those that options read. */
static int
check_files(
	const struct settings *s, const struct outlet_opts *out, struct err *e)
{
	const struct apart_file read[] = {
		{ "-m", s->model, .grows = false },
		{ "--labels", s->labels, .grows = false },
		{ "--files-from", s->common.files_from, .grows = false },
	};

	return outlet_check_files(out, read, 3, e);
}

/* Settings that contradict each other: usage errors. */
static int
check(const struct settings *s, struct source_opts *source,
	struct outlet_opts *out, struct err *e)
{
	const char *form = s->format ? s->format : "record";

	if (!s->model)
		return err_set(e,
			"no model: name one with -m FILE (--list-models shows "
			"some)");
	if (batch_check(&s->common, s->index, out, e) != 0)
		return -1;
	if (s->npy && s->format && strcmp(form, "npy") != 0)
		return err_set(e, "--npy and --format exclude each other");
	if (s->pack && (s->latents || s->labels || s->format || s->npy))
		return err_set(e, "--pack writes codes alone: not with %s",
			s->latents          ? "--latents"
				: s->labels ? "--labels"
				: s->npy    ? "--npy"
					    : "--format");
	if (s->latents && s->stages)
		return err_set(e, "--latents have no stages");
	if (s->latents && s->beam > 1)
		return err_set(e, "--latents are not searched: no --beam");
	if (s->latents && s->lambda_given)
		return err_set(e, "--latents are not searched: no --lambda");
	if (s->raw && s->tensor)
		return err_set(e, "--raw has no tensors to choose from");
	if (check_files(s, out, e) != 0)
		return -1;
	if (outform_parse(s->npy ? "npy" : form, false, &out->form, e) != 0)
		return -1;
	if (s->raw && raw_format_parse(s->raw, &source->stream.raw, e) != 0)
		return err_wrap(e, "--raw %s", s->raw);
	source->limit = s->limit;
	source->stream.tensor = s->tensor;
	source->taken = s->latents ? "x" : "codes";
	source->drop_nan = strcmp(s->common.nan, "drop") == 0;
	if (s->pack)
		out->form.kind = OUTFORM_PACKED;
	switch (out->form.kind) {
	case OUTFORM_NPY: out->suffix = ".npy"; break;
	case OUTFORM_RAW: out->suffix = ".raw"; break;
	case OUTFORM_PACKED: out->suffix = ".vqp"; break;
	default: out->suffix = s->latents ? ".latents" : ".codes";
	}
	return batch_sum(&s->common, s->table, PROGRAM, out, e);
}

/* --lambda: the codes cost more or less than in training, or, where the model
 * knows the codes around a code, what they take there. */
static int
weigh(struct work *w, double lambda, struct err *e)
{
	struct quantizer *q = &w->model.quantizer;
	bool packed = w->model.map != NULL;

	for (size_t c = 0; c < quantizer_books(q); c++) {
		if (!q->book[c].bits && !packed)
			return err_set(e,
				"--lambda, but its codes have no bits "
				"(vq-train --context or --lambda gives them "
				"some)");
		if (!q->book[c].bits)
			continue;
		codebook_weigh(&q->book[c], packed ? 0 : lambda);
		codebook_prepare(&q->book[c], NULL);
	}
	w->encoder.lambda = packed ? lambda : 0;
	return packed && lambda > 0 ? code_choice_fits(q, e) : 0;
}

/* How codes are chosen. */
static int
choose_search(struct work *w, const struct settings *s, struct err *e)
{
	struct quantizer *q = &w->model.quantizer;

	if (s->latents)
		return 0;
	if (s->lambda_given && weigh(w, s->lambda, e) != 0)
		return err_wrap(e, "%s", s->model);
	if (w->encoder.lambda > 0 && s->beam > 1)
		return err_set(e,
			"%s: --lambda chooses stage by stage: no --beam",
			s->model);
	if (s->beam > 1 && beam_fits(q, e) != 0)
		return err_wrap(e, "%s", s->model);
	quantizer_prune(q);
	return 0;
}

static int
load(struct work *w, const struct settings *s, struct err *e)
{
	const struct transform *t = &w->model.transform;

	if (model_load(&w->model, s->model, e) != 0)
		return err_wrap(e, "%s", s->model);
	if (s->stages > w->model.quantizer.stages)
		return err_set(e, "--stages %zu, but %s has %zu", s->stages,
			s->model, w->model.quantizer.stages);
	if (s->labels && labels_load(&w->labels, s->labels, e) != 0)
		return -1;
	if (t->kind == ITEM_AUDIO)
		frames_init(&w->frames, t->patch);
	w->source.channels = t->kind == ITEM_IMAGE ? t->channels : 0;
	w->source.sample_rate = t->kind == ITEM_AUDIO ? t->sample_rate : 0;
	if (choose_search(w, s, e) != 0)
		return -1;
	w->encoder.stages = s->stages;
	w->encoder.beam = s->beam;
	if (s->beam > 1)
		say_verbose("beam of %zu over stages 1 to %zu", s->beam,
			s->stages ? s->stages : w->model.quantizer.stages);
	w->encoder.latents = s->latents;
	w->encoder.frames = &w->frames;
	w->item.meta.model = &w->model;
	pack_in_init(&w->pack, &w->model);
	if (s->pack)
		w->item.probable = pack_in_codes(&w->pack);
	if (w->encoder.lambda > 0)
		w->encoder.probable = pack_in_codes(&w->pack);
	w->item.meta.stages = s->stages ? s->stages : w->model.quantizer.stages;
	w->item.meta.latents = s->latents;
	w->item.meta.program = PROGRAM;
	w->item.labels = s->labels ? &w->labels : NULL;
	return 0;
}

/* All items of one input. */
static void
encode(void *arg, struct input *in, struct job *job, size_t worker)
{
	struct work *w = arg;
	char *name = mem_strdup(input_name(in));
	struct source *s;
	struct item_info info;
	struct err e;
	int got = 0;

	if (!w->worker[worker])
		w->worker[worker] = encoder_open(&w->model, w->encoder);
	s = source_open(in, w->source, &e);
	if (!s)
		got = -1;
	while (s && !job_stopped(job) && (got = source_next(s, &info, &e)) == 1)
		if (job_wants(job, info.item))
			encode_item(&w->item, w->worker[worker], s, &info, job);
	if (got < 0)
		job_fail(job, name, e.msg);
	source_close(s);
	free(name);
}

static int
run(struct work *w, const struct settings *s, struct outlet_opts out,
	char *const *operand, size_t operands, struct err *e)
{
	struct batch b;
	int status = 0;

	status = batch_open(&b, &s->common, operand, operands, out, true, e);
	if (status == 0) {
		w->encoder.pool = b.pool;
		w->item.progress = b.operands.count == 1;
		w->worker = mem_zalloc(b.workers, sizeof(struct encoder *));
		batch_run(&b, "encoding", encode, w);
		for (size_t i = 0; i < b.workers; i++)
			encoder_close(w->worker[i]);
		free(w->worker);
	} else {
		say_error(NULL, e->msg);
	}
	return batch_close(&b) != 0 || status != 0;
}

static int
list_models(void)
{
	struct err e;
	struct output *o =
		output_open(NULL, (struct output_opts){ .text = true }, &e);
	size_t bad;

	if (o && model_table_write(o, &bad, &e) == 0 &&
		output_commit(o, &e) == 0)
		return bad != 0;
	say_error(NULL, e.msg);
	return 1;
}

/* Options that say what would be so without them count as if not given. */
static int
settle(struct settings *s, const struct model *m, struct outlet_opts *out,
	struct err *e)
{
	strcpy(out->key.model, m->fingerprint);
	if (s->stages != m->quantizer.stages)
		return 0;
	s->stages = 0;
	return batch_sum(&s->common, s->table, PROGRAM, out, e);
}

int
main(int argc, char *argv[])
{
	struct settings s = {
		.common = OPT_COMMON_INIT, .limit = LIMIT_INIT, .beam = 1
	};
	struct work w = { 0 };
	struct outlet_opts out = { 0 };
	struct err e;
	int first, status = 1;
	enum opt_result parsed = parse(argc, argv, &first, &s);

	if (parsed != OPT_RUN)
		return opt_status(parsed);
	say_init("vq-encode", s.common.quiet, s.common.verbose);
	if (s.list_models)
		return list_models();
	if (check(&s, &w.source, &out, &e) != 0) {
		say_error(NULL, e.msg);
		return 2;
	}
	if (load(&w, &s, &e) == 0 && settle(&s, &w.model, &out, &e) == 0) {
		status = run(
			&w, &s, out, argv + first, (size_t)(argc - first), &e);
	} else {
		say_error(NULL, e.msg);
	}
	labels_free(&w.labels);
	frames_free(&w.frames);
	pack_in_free(&w.pack);
	model_free(&w.model);
	free(out.key.how);
	return status;
}
