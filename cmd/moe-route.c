#include <stdlib.h>
#include <string.h>

#include "model/batch.h"
#include "model/model_find.h"
#include "model/route_noise.h"
#include "model/routing.h"
#include "util/progress.h"

#define PROGRAM "moe-route " VQ_VERSION

struct settings {
	struct opt_common common;
	struct routing_opts routing;
	const char *gates, *score, *format, *raw, *tensor, *index;
	size_t layer;
	bool layered, npy, bytes;
	struct opt table[64];
};

static const char notes[] =
	"Rows of floats go in, routes go to stdout as records (vq-stream(5)):\n"
	"tensors experts [n, t] and gates [n, t], of a codebook codes and margin.\n"
	"\n"
	"  moe-route -m layer.safetensors -t 2 --layer 7 tokens.npy > routes\n"
	"  vq-encode -m m.vq --latents photos | moe-route -m m.vq -E 16 > routes\n"
	"  moe-route -m digits.moe digits.rec | vq-stats\n"
	"  moe-route --router hash -E 8 --npy tokens.npy > experts.npy\n";

static void
add_router_rows(struct settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 'm', "model", "FILE", "gate, codebook or model of moe-train",
			.str = &s->routing.router.path,
			.none = "required but for hash and random",
			.words = "FILE|MODEL" },
		{ 0, "router", "KIND", "kind of router",
			.str = &s->routing.router.kind, .choices = ROUTER_KINDS,
			.none = "softmax of a gate, vq of a codebook" },
		{ 't', "top", "N", "experts a token",
			.num = &s->routing.router.top, .min = 1, .max = 256,
			.given = &s->routing.topped },
		{ 'E', "experts", "N", "number of experts",
			.num = &s->routing.router.experts, .min = 1,
			.max = (double)ROUTER_EXPERTS_MAX,
			.none = "as the file says" },
		{ 0, "layer", "N", "this layer alone", .num = &s->layer,
			.given = &s->layered,
			.none = "the only gate, or all of a model" },
		{ 0, "gate", "NAME", "tensor that is the gate",
			.str = &s->routing.router.gate, .none = "by its name" },
		{ 0, "bias", "NAME", "tensor that is its bias",
			.str = &s->routing.router.bias,
			.none = "beside the gate" },
		{ 0, "codebook", "NAME", "tensor that is the codebook",
			.str = &s->routing.router.codebook,
			.none = "by its name" },
		{ 0, "map", "HOW", "code to expert: grouped, modulo or a FILE",
			.str = &s->routing.router.map,
			.none = "see moe-route(1)",
			.words = ROUTER_MAPS "|FILE" },
		{ 0, "gates", "HOW", "weights of the experts chosen",
			.str = &s->gates, .choices = "raw|renorm",
			.none = "renorm if -t is above 1" },
		{ 0, "score", "HOW", "score of a biased router",
			.str = &s->score, .choices = "sigmoid|softmax" },
		{ 0, "temperature", "T", "temperature of a cosine router",
			.real = &s->routing.router.temperature, .min = 1e-6,
			.max = 1e6 },
		{ .name = NULL },
	};

	opt_append(table, rows);
}

static void
add_route_rows(struct settings *s, struct opt *table)
{
	const struct opt rows[] = {
		{ 0, "capacity", "F",
			"at most F times the mean load an expert, 0: no limit",
			.real = &s->routing.capacity, .min = 0, .max = 1e9,
			.given = &s->routing.limited },
		{ 0, "apply", NULL, "write what the experts give instead",
			.flag = &s->routing.apply },
		{ 0, "noise", "DB", "add noise, so far below each token",
			.real = &s->routing.noise_db,
			.given = &s->routing.noise, .min = -ROUTE_NOISE_DB,
			.max = ROUTE_NOISE_DB, .none = "none" },
		{ 0, "plan", NULL, "add the assignments sorted by expert",
			.flag = &s->routing.plan },
		{ 0, "rules", "FILE",
			"which codes go where, and which by the gate",
			.str = &s->routing.router.rules },
		{ 0, "shadow", "FILE", "second router to run beside",
			.str = &s->routing.shadow },
		{ 0, "format", "FORM", "record, npy, raw or raw:TYPE",
			.str = &s->format, .none = "record",
			.words = OUTFORM_NAMES },
		{ 0, "npy", NULL, "short for --format npy", .flag = &s->npy },
		{ 0, "raw", "TYPE:D",
			"the input is rows of D numbers without a header",
			.str = &s->raw },
		{ 0, "bytes", NULL, "the input is text: short for --raw u8:1",
			.flag = &s->bytes },
		{ 0, "tensor", "NAME", "tensor of the input to route",
			.str = &s->tensor, .none = "x, or the only one" },
		{ 0, "index", "TSV", "write item, byte offset, shape there",
			.str = &s->index },
		OPT_COMMON_ROWS(&s->common),
		OPT_DIR_ROW(&s->common),
		OPT_SKIP_ROW(&s->common),
		OPT_SHARD_ROW(&s->common),
		{ .name = NULL },
	};

	opt_append(table, rows);
}

static enum opt_result
parse(int argc, char *argv[], int *first, struct settings *s)
{
	const struct opt_cmd cmd = { .name = "moe-route",
		.operands = "[FILE|DIR ...]",
		.purpose = "Route vectors to experts.",
		.opts = s->table,
		.notes = notes };

	add_router_rows(s, s->table);
	add_route_rows(s, s->table);
	return opt_parse(&cmd, argc, argv, first);
}

/* Settings of the router that contradict each other: usage errors. */
static int
check_router(struct settings *s, struct err *e)
{
	struct router_opts *o = &s->routing.router;
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
	s->routing.seed = o->seed = s->common.seed;
	o->raw = s->gates && strcmp(s->gates, "raw") == 0;
	o->renorm = s->gates && !o->raw;
	o->by_softmax = strcmp(s->score, "softmax") == 0;
	return 0;
}

/* What --apply goes with. */
static int
check_apply(const struct settings *s, struct err *e)
{
	const struct routing_opts *o = &s->routing;

	if (!o->apply)
		return 0;
	if (!o->router.path)
		return err_set(e, "--apply needs experts: -m FILE");
	if (o->plan || o->shadow)
		return err_set(e, "--apply writes no routes: not with --%s",
			o->plan ? "plan" : "shadow");
	return 0;
}

/* How the input is read. */
static int
check_source(const struct settings *s, struct source_opts *o, struct err *e)
{
	const char *raw = s->bytes ? "u8:1" : s->raw;

	if (s->bytes && s->raw)
		return err_set(e, "--bytes and --raw exclude each other");
	if (raw && s->tensor)
		return err_set(e, "--%s has no tensors to choose from",
			s->bytes ? "bytes" : "raw");
	if (raw && raw_format_parse(raw, &o->stream.raw, e) != 0)
		return err_wrap(e, "--raw %s", raw);
	o->stream.tensor = s->tensor;
	o->taken = s->routing.apply ? "x" : "experts";
	o->drop_nan = strcmp(s->common.nan, "drop") == 0;
	return 0;
}

/* Files that are written are none of those that options read. */
static int
check_files(
	const struct settings *s, const struct outlet_opts *out, struct err *e)
{
	const struct router_opts *r = &s->routing.router;
	const struct apart_file read[] = {
		{ "-m", r->path, .grows = false },
		{ "--map", r->map, .grows = false },
		{ "--rules", r->rules, .grows = false },
		{ "--shadow", s->routing.shadow, .grows = false },
		{ "--files-from", s->common.files_from, .grows = false },
	};

	return outlet_check_files(out, read, 5, e);
}

static int
check(struct settings *s, struct outlet_opts *out, struct err *e)
{
	const char *form = s->format ? s->format : "record";
	bool plan = s->routing.plan;

	if (check_router(s, e) != 0 || check_apply(s, e) != 0 ||
		check_source(s, &s->routing.source, e) != 0)
		return -1;
	if (batch_check(&s->common, s->index, out, e) != 0)
		return -1;
	if (s->npy && s->format && strcmp(form, "npy") != 0)
		return err_set(e, "--npy and --format exclude each other");
	if (check_files(s, out, e) != 0)
		return -1;
	if (outform_parse(s->npy ? "npy" : form, false, &out->form, e) != 0)
		return -1;
	if (plan && out->form.kind != OUTFORM_RECORD)
		return err_set(e, "--plan needs records (--format)");
	switch (out->form.kind) {
	case OUTFORM_NPY: out->suffix = ".npy"; break;
	case OUTFORM_RAW: out->suffix = ".raw"; break;
	default: out->suffix = s->routing.apply ? ".applied" : ".routes";
	}
	return batch_sum(&s->common, s->table, PROGRAM, out, e);
}

/* Layers are told apart by their records' metadata, or by their files. */
static int
check_form(const struct routing *r, const struct settings *s,
	struct outform form, struct err *e)
{
	size_t n = routing_items(r);

	if (n == 1 || form.kind == OUTFORM_RECORD || s->common.output_dir)
		return 0;
	return err_set(e,
		"%s: %zu layers in one output need records; "
		"--layer chooses one",
		s->routing.router.path, n);
}

/* All items of one input. */
static void
route(void *arg, struct input *in, struct job *job, size_t worker)
{
	routing_input(arg, in, job, worker);
}

static int
run(struct routing *r, const struct settings *s, struct outlet_opts out,
	char *const *operand, size_t operands)
{
	struct batch b;
	struct err e;
	int status =
		batch_open(&b, &s->common, operand, operands, out, true, &e);

	if (status == 0) {
		routing_start(r, b.workers, b.pool, b.operands.count == 1);
		batch_run(&b, "routing", route, r);
	} else {
		say_error(NULL, e.msg);
	}
	return batch_close(&b) != 0 || status != 0;
}

/* The model may be named without its path; *found keeps that, to be freed. */
static int
open_routing(struct routing *r, struct settings *s, char **found, struct err *e)
{
	const char *name = s->routing.router.path;

	if (name) {
		if (!(*found = model_find(name, e)))
			return err_wrap(e, "%s", name);
		s->routing.router.path = *found;
	}
	return routing_open(r, &s->routing, e);
}

int
main(int argc, char *argv[])
{
	struct settings s = { .common = OPT_COMMON_INIT,
		.routing = { .router = { .top = 1, .temperature = 1 },
			.program = PROGRAM },
		.score = "sigmoid" };
	struct outlet_opts out = { 0 };
	struct routing r;
	struct err e;
	char *found = NULL;
	int first, status = 1;
	enum opt_result parsed = parse(argc, argv, &first, &s);

	if (parsed != OPT_RUN)
		return opt_status(parsed);
	say_init("moe-route", s.common.quiet, s.common.verbose);
	if (check(&s, &out, &e) != 0) {
		say_error(NULL, e.msg);
		return 2;
	}
	if (open_routing(&r, &s, &found, &e) != 0) {
		say_error(NULL, e.msg);
		free(out.key.how);
		free(found);
		return 1;
	}
	if (check_form(&r, &s, out.form, &e) == 0) {
		say_verbose("router %s, %zu experts", routing_name(&r),
			routing_experts(&r));
		strcpy(out.key.model, routing_id(&r));
		status = run(&r, &s, out, argv + first, (size_t)(argc - first));
	} else {
		say_error(NULL, e.msg);
	}
	routing_close(&r);
	free(out.key.how);
	free(found);
	return status;
}
