#include <stdlib.h>
#include <string.h>

#include "model/batch.h"
#include "model/decode_item.h"
#include "model/pack_in.h"
#include "util/mem.h"
#include "util/progress.h"

#define PROGRAM "vq-decode " VQ_VERSION

struct settings {
	struct opt_common common;
	struct limit limit;
	const char *model, *format, *raw, *tensor;
	size_t stages;
	bool npy, any_model;
	struct opt table[64];
};

/* What all jobs share, and a decoder for each worker. */
struct work {
	struct model model;
	struct pack_in pack;
	struct packed_reader packed;
	struct frames frames;
	struct stream_opts stream;
	struct decoder_opts decoder;
	struct decode_item item;
	struct decoder **worker;
};

static const char notes[] =
	"Images become PNG, sounds WAV, rows records, with the names that\n"
	"the codes came from below -O DIR; a single item may go to stdout.\n"
	"\n"
	"  vq-decode -m photos.vq photos.codes -O out/\n"
	"  vq-encode -m m.vq < a.png | vq-decode -m m.vq > b.png\n";

static enum opt_result
parse(int argc, char *argv[], int *first, struct settings *s)
{
	const struct opt opts[] = {
		{ 'm', "model", "FILE", "model that made the codes",
			.str = &s->model, .none = "required",
			.words = "MODEL" },
		{ 0, "any-model", NULL, "decode codes of another model too",
			.flag = &s->any_model },
		{ 0, "stages", "N", "decode the first N stages only",
			.num = &s->stages, .min = 1, .none = "all" },
		{ 0, "format", "FORM",
			"png, wav, flac, record, npy, raw or raw:TYPE",
			.str = &s->format, .none = "png, wav or record",
			.words = OUTFORM_MEDIA_NAMES },
		{ 0, "npy", NULL, "short for --format npy", .flag = &s->npy },
		{ 0, "raw", "TYPE:D",
			"the input is rows of D codes without a header",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "tensor of the input to decode",
			.str = &s->tensor, .none = "codes" },
		LIMIT_ROWS(&s->limit),
		OPT_COMMON_ROWS(&s->common),
		OPT_DIR_ROW(&s->common),
		OPT_SKIP_ROW(&s->common),
		OPT_SHARD_ROW(&s->common),
		{ .name = NULL },
	};
	const struct opt_cmd cmd = { .name = "vq-decode",
		.operands = "[FILE|DIR ...]",
		.purpose = "Turn codes back into images, sounds and vectors.",
		.opts = s->table,
		.notes = notes };

	opt_append(s->table, opts);
	return opt_parse(&cmd, argc, argv, first);
}

/* The file that is written is none of those that options read. */
static int
check_files(
	const struct settings *s, const struct outlet_opts *out, struct err *e)
{
	const struct apart_file read[] = {
		{ "-m", s->model, .grows = false },
		{ "--files-from", s->common.files_from, .grows = false },
	};

	return outlet_check_files(out, read, 2, e);
}

/* Settings that contradict each other: usage errors. */
static int
check(const struct settings *s, struct stream_opts *stream,
	struct outlet_opts *out, struct err *e)
{
	const char *form = s->npy ? "npy" : s->format;

	if (!s->model)
		return err_set(e, "no model: name one with -m FILE");
	if (batch_check(&s->common, NULL, out, e) != 0)
		return -1;
	if (check_files(s, out, e) != 0)
		return -1;
	if (s->npy && s->format && strcmp(s->format, "npy") != 0)
		return err_set(e, "--npy and --format exclude each other");
	if (s->raw && s->tensor)
		return err_set(e, "--raw has no tensors to choose from");
	if (form && outform_parse(form, true, &out->form, e) != 0)
		return -1;
	if (s->raw && raw_format_parse(s->raw, &stream->raw, e) != 0)
		return err_wrap(e, "--raw %s", s->raw);
	stream->tensor = s->tensor;
	return batch_sum(&s->common, s->table, PROGRAM, out, e);
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
	if (t->kind == ITEM_AUDIO)
		frames_init(&w->frames, t->patch);
	w->decoder.frames = &w->frames;
	w->item.code.model = &w->model;
	pack_in_init(&w->pack, &w->model);
	w->packed = pack_in_reader(&w->pack);
	w->stream.packed = &w->packed;
	w->item.code.any_model = s->any_model;
	w->item.code.stages = s->stages;
	w->item.code.limit = s->limit;
	w->item.code.program = PROGRAM;
	return 0;
}

/* All items of one input. */
static void
decode(void *arg, struct input *in, struct job *job, size_t worker)
{
	struct work *w = arg;
	struct stream *s = stream_open(in, w->stream);
	struct err e;

	if (!w->worker[worker])
		w->worker[worker] = decoder_open(&w->model, w->decoder);
	if (decode_item_all(&w->item, w->worker[worker], s, job, &e) != 0)
		job_fail(job, input_name(in), e.msg);
	stream_close(s);
	input_close(in);
}

static int
run(struct work *w, const struct settings *s, struct outlet_opts out,
	char *const *operand, size_t operands, struct err *e)
{
	struct batch b;
	int status;

	status = batch_open(&b, &s->common, operand, operands, out, false, e);
	if (status == 0) {
		w->decoder.pool = b.pool;
		w->item.progress = b.operands.count == 1;
		w->worker = mem_zalloc(b.workers, sizeof(struct decoder *));
		batch_run(&b, "decoding", decode, w);
		for (size_t i = 0; i < b.workers; i++)
			decoder_close(w->worker[i]);
		free(w->worker);
	} else {
		say_error(NULL, e->msg);
	}
	return batch_close(&b) != 0 || status != 0;
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
	struct settings s = { .common = OPT_COMMON_INIT, .limit = LIMIT_INIT };
	struct work w = { 0 };
	struct outlet_opts out = { 0 };
	struct err e;
	int first, status = 1;
	enum opt_result parsed = parse(argc, argv, &first, &s);

	if (parsed != OPT_RUN)
		return opt_status(parsed);
	say_init("vq-decode", s.common.quiet, s.common.verbose);
	if (check(&s, &w.stream, &out, &e) != 0) {
		say_error(NULL, e.msg);
		return 2;
	}
	if (load(&w, &s, &e) == 0 && settle(&s, &w.model, &out, &e) == 0) {
		status = run(
			&w, &s, out, argv + first, (size_t)(argc - first), &e);
	} else {
		say_error(NULL, e.msg);
	}
	frames_free(&w.frames);
	pack_in_free(&w.pack);
	model_free(&w.model);
	free(out.key.how);
	return status;
}
