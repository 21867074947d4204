#include <stdlib.h>
#include <string.h>

#include "model/batch.h"
#include "model/route.h"
#include "model/route_noise.h"
#include "model/router_load.h"
#include "util/mem.h"
#include "util/progress.h"

struct settings {
	struct opt_common common;
	struct router_opts router;
	const char *gates, *score, *shadow, *format, *raw, *tensor, *index;
	size_t layer;
	bool layered, npy, plan, noisy;
	double capacity, noise_db;
};

/* What all jobs share, and a route for each worker. */
struct work {
	struct router router, shadow;
	struct source_opts source;
	struct route_opts opts;
	struct route **worker;
};

static const char notes[] =
	"Rows of floats go in, routes go to stdout as records (vq-stream(5)):\n"
	"tensors experts [n, t] and gates [n, t], of a codebook codes and margin.\n"
	"\n"
	"  moe-route -m layer.safetensors -t 2 --layer 7 tokens.npy > routes\n"
	"  vq-encode -m m.vq --latents photos | moe-route -m m.vq -E 16 > routes\n"
	"  moe-route --router hash -E 8 --npy tokens.npy > experts.npy\n";

static enum opt_result
parse(int argc, char *argv[], int *first, struct settings *s)
{
	const struct opt opts[] = {
		{ 'm', "model", "FILE", "gate or codebook to route by",
			.str = &s->router.path,
			.none = "required but for hash and random" },
		{ 0, "router", "KIND", "kind of router", .str = &s->router.kind,
			.choices = ROUTER_KINDS,
			.none = "softmax of a gate, vq of a codebook" },
		{ 't', "top", "N", "experts a token", .num = &s->router.top,
			.min = 1, .max = 256 },
		{ 'E', "experts", "N", "number of experts",
			.num = &s->router.experts, .min = 1,
			.max = (double)ROUTER_EXPERTS_MAX,
			.none = "as the file says" },
		{ 0, "layer", "N", "take the gate of this layer",
			.num = &s->layer, .given = &s->layered,
			.none = "the only one" },
		{ 0, "gate", "NAME", "tensor that is the gate",
			.str = &s->router.gate, .none = "by its name" },
		{ 0, "bias", "NAME", "tensor that is its bias",
			.str = &s->router.bias, .none = "beside the gate" },
		{ 0, "codebook", "NAME", "tensor that is the codebook",
			.str = &s->router.codebook, .none = "by its name" },
		{ 0, "map", "HOW", "code to expert: grouped, modulo or a FILE",
			.str = &s->router.map, .none = "see moe-route(1)" },
		{ 0, "gates", "HOW", "weights of the experts chosen",
			.str = &s->gates, .choices = "raw|renorm",
			.none = "renorm if -t is above 1" },
		{ 0, "score", "HOW", "score of a biased router",
			.str = &s->score, .choices = "sigmoid|softmax" },
		{ 0, "temperature", "T", "temperature of a cosine router",
			.real = &s->router.temperature, .min = 1e-6,
			.max = 1e6 },
		{ 0, "capacity", "F",
			"at most F times the mean load an expert, 0: no limit",
			.real = &s->capacity, .min = 0, .max = 1e9 },
		{ 0, "noise", "DB", "add noise, so far below each token",
			.real = &s->noise_db, .given = &s->noisy,
			.min = -ROUTE_NOISE_DB, .max = ROUTE_NOISE_DB,
			.none = "none" },
		{ 0, "plan", NULL, "add the assignments sorted by expert",
			.flag = &s->plan },
		{ 0, "rules", "FILE",
			"which codes go where, and which by the gate",
			.str = &s->router.rules },
		{ 0, "shadow", "FILE", "second router to run beside",
			.str = &s->shadow },
		{ 0, "format", "FORM", "record, npy, raw or raw:TYPE",
			.str = &s->format, .none = "record" },
		{ 0, "npy", NULL, "short for --format npy", .flag = &s->npy },
		{ 0, "raw", "TYPE:D",
			"the input is rows of D numbers without a header",
			.str = &s->raw },
		{ 0, "tensor", "NAME", "tensor of the input to route",
			.str = &s->tensor, .none = "x, or the only one" },
		{ 0, "index", "TSV", "write item, byte offset, shape there",
			.str = &s->index },
		OPT_COMMON_ROWS(&s->common),
		OPT_DIR_ROW(&s->common),
		{ .name = NULL },
	};
	const struct opt_cmd cmd = { .name = "moe-route",
		.operands = "[FILE|DIR ...]",
		.purpose = "Route vectors to experts.",
		.opts = opts,
		.notes = notes };

	return opt_parse(&cmd, argc, argv, first);
}

/* Settings of the router that contradict each other: usage errors. */
static int
check_router(struct settings *s, struct err *e)
{
	struct router_opts *o = &s->router;
	int kind = o->kind ? router_find(o->kind) : -1;
	bool control = kind == ROUTER_HASH || kind == ROUTER_RANDOM;

	if (control && o->path)
		return err_set(e, "--router %s takes no file (-m)", o->kind);
	if (control && !o->experts)
		return err_set(e, "--router %s needs -E N", o->kind);
	if (!control && !o->path)
		return err_set(e, "no router: name one with -m FILE");
	if (o->rules && (kind >= 0 || o->map))
		return err_set(
			e, "--rules take no --%s", o->map ? "map" : "router");
	if (o->gate && o->codebook && !o->rules)
		return err_set(e, "--gate and --codebook exclude each other");
	if (o->codebook && kind >= 0 && kind != ROUTER_VQ)
		return err_set(e, "--router %s has no codebook", o->kind);
	if (o->gate && (control || kind == ROUTER_VQ))
		return err_set(e, "--router %s has no gate", o->kind);
	o->layer = s->layered ? &s->layer : NULL;
	o->seed = s->common.seed;
	o->raw = s->gates && strcmp(s->gates, "raw") == 0;
	o->renorm = s->gates && !o->raw;
	o->by_softmax = strcmp(s->score, "softmax") == 0;
	return 0;
}

static int
check(struct settings *s, struct source_opts *source, struct outlet_opts *out,
	struct err *e)
{
	const char *form = s->format ? s->format : "record";

	if (check_router(s, e) != 0)
		return -1;
	if (s->common.output && s->common.output_dir)
		return err_set(e, "-o and -O exclude each other");
	if (s->npy && s->format && strcmp(form, "npy") != 0)
		return err_set(e, "--npy and --format exclude each other");
	if (s->raw && s->tensor)
		return err_set(e, "--raw has no tensors to choose from");
	if (outlet_check_index(
		    &(struct outlet_opts){ .output = s->common.output,
			    .dir = s->common.output_dir,
			    .index = s->index },
		    e) != 0)
		return -1;
	if (outform_parse(s->npy ? "npy" : form, false, &out->form, e) != 0)
		return -1;
	if (s->raw && raw_format_parse(s->raw, &source->stream.raw, e) != 0)
		return err_wrap(e, "--raw %s", s->raw);
	source->stream.tensor = s->tensor;
	source->taken = "experts";
	source->drop_nan = strcmp(s->common.nan, "drop") == 0;
	out->index = s->index;
	if (s->plan && out->form.kind != OUTFORM_RECORD)
		return err_set(e, "--plan needs records (--format)");
	switch (out->form.kind) {
	case OUTFORM_NPY: out->suffix = ".npy"; break;
	case OUTFORM_RAW: out->suffix = ".raw"; break;
	default: out->suffix = ".routes";
	}
	return 0;
}

static int
load(struct work *w, const struct settings *s, struct err *e)
{
	struct router_opts shadow = s->router;

	if (router_load(&w->router, &s->router, e) != 0)
		return -1;
	say_verbose("router %s, %zu experts", router_name(w->router.kind),
		w->router.experts);
	w->opts.router = &w->router;
	w->opts.seed = s->common.seed;
	w->opts.capacity = s->capacity;
	w->opts.noise = s->noisy;
	w->opts.noise_db = s->noise_db;
	w->opts.plan = s->plan;
	w->opts.program = "moe-route " VQ_VERSION;
	if (!s->shadow)
		return 0;
	/* Names and numbers of experts are the first one's. */
	shadow.path = s->shadow;
	shadow.rules = shadow.kind = shadow.gate = shadow.bias =
		shadow.codebook = NULL;
	shadow.experts = 0;
	if (router_load(&w->shadow, &shadow, e) != 0)
		return err_wrap(e, "--shadow");
	w->opts.shadow = &w->shadow;
	return 0;
}

/* All items of one input. */
static void
route(void *arg, struct input *in, struct job *job, size_t worker)
{
	struct work *w = arg;
	char *name = mem_strdup(input_name(in));
	struct source *s;
	struct item_info info;
	struct err e;
	int got = 0;

	if (!w->worker[worker])
		w->worker[worker] = route_open(&w->opts);
	s = source_open(in, w->source, &e);
	if (!s)
		got = -1;
	while (s && !job_stopped(job) && (got = source_next(s, &info, &e)) == 1)
		route_item(w->worker[worker], s, &info, job);
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
	int status =
		batch_open(&b, &s->common, operand, operands, out, true, e);

	if (status == 0) {
		w->opts.pool = b.pool;
		w->opts.progress = b.operands.count == 1;
		w->worker = mem_zalloc(b.workers, sizeof(struct route *));
		batch_run(&b, "routing", route, w);
		for (size_t i = 0; i < b.workers; i++)
			route_close(w->worker[i]);
		free(w->worker);
	} else {
		say_error(NULL, e->msg);
	}
	return batch_close(&b) != 0 || status != 0;
}

int
main(int argc, char *argv[])
{
	struct settings s = { .common = OPT_COMMON_INIT,
		.router = { .top = 1, .temperature = 1 },
		.score = "sigmoid" };
	struct work w = { 0 };
	struct outlet_opts out = { 0 };
	struct err e;
	int first, status = 1;
	enum opt_result parsed = parse(argc, argv, &first, &s);

	if (parsed != OPT_RUN)
		return opt_status(parsed);
	say_init("moe-route", s.common.quiet, s.common.verbose);
	if (check(&s, &w.source, &out, &e) != 0) {
		say_error(NULL, e.msg);
		return 2;
	}
	if (load(&w, &s, &e) == 0)
		status = run(
			&w, &s, out, argv + first, (size_t)(argc - first), &e);
	else
		say_error(NULL, e.msg);
	router_free(&w.router);
	router_free(&w.shadow);
	return status;
}
