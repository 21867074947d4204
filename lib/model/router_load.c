#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/moe_checkpoint.h"
#include "model/router_codes.h"
#include "model/router_file.h"
#include "model/router_load.h"
#include "model/router_rules.h"
#include "util/mem.h"

/* A tensor of this shape as floats, all of them finite; cols 0: a vector. */
static float *
floats_of(const struct tensor *t, size_t rows, size_t cols, struct err *e)
{
	size_t bad;
	float *x;

	if (t->rank != 1 + (cols > 0) || t->shape[0] != rows) {
		err_set(e, "tensor \"%s\": not of shape [%zu]", t->name, rows);
		return NULL;
	}
	x = tensor_floats(t);
	bad = dtype_find_nonfinite(x, tensor_elements(t));
	if (bad < tensor_elements(t)) {
		err_set(e, "tensor \"%s\" holds %s", t->name,
			dtype_nonfinite_words(t->data, bad, t->dtype));
		free(x);
		return NULL;
	}
	return x;
}

/* The tensor of that last name beside the gate, or so many steps further up. */
static const struct tensor *
beside(const struct router_file *f, const char *gate, const char *last, int up)
{
	size_t n = strlen(gate);
	const struct tensor *t = NULL;

	for (; up >= 0 && !t; up--) {
		char *name;

		while (n > 0 && gate[n - 1] != '.')
			n--;
		name = mem_printf("%.*s%s", (int)n, gate, last);
		t = record_find(&f->head, name);
		free(name);
		n -= n > 0;
	}
	return t;
}

/* What is added to the scores, or to the choice: *t NULL if there is none. */
static int
find_bias(const struct router *r, const struct router_file *f, const char *gate,
	const char *name, const struct tensor **t, struct err *e)
{
	*t = NULL;
	if (name) {
		*t = record_find(&f->head, name);
		return *t ? 0 : err_set(e, "no tensor \"%s\"", name);
	}
	if (r->kind == ROUTER_SOFTMAX)
		*t = beside(f, gate, "bias", 0);
	if (r->kind != ROUTER_BIASED)
		return 0;
	*t = beside(f, gate, "e_score_correction_bias", 1);
	return *t ? 0
		  : err_set(e,
			    "no e_score_correction_bias beside \"%s\": name it "
			    "with --bias",
			    gate);
}

static int
check_gate(
	struct router *r, const struct tensor *t, size_t asked, struct err *e)
{
	r->experts = t->shape[0];
	r->d = t->shape[1];
	if (r->experts == 0 || r->d == 0)
		return err_set(e, "tensor \"%s\": empty, [%zu, %zu]", t->name,
			r->experts, r->d);
	if (r->experts > ROUTER_EXPERTS_MAX)
		return err_set(e,
			"tensor \"%s\": %zu experts are more than %zu", t->name,
			r->experts, ROUTER_EXPERTS_MAX);
	if (asked && asked != r->experts)
		return err_set(e, "tensor \"%s\" has %zu experts, not %zu",
			t->name, r->experts, asked);
	return 0;
}

static void
fingerprint(struct router *r, const struct tensor *a, const struct tensor *b)
{
	struct tensor both[2] = { *a };
	struct record rec = { .tensor = both, .count = 1 };

	if (b)
		both[rec.count++] = *b;
	model_fingerprint(&rec, r->fingerprint);
}

static int
load_gate(struct router *r, struct router_file *f, const struct router_opts *o,
	struct err *e)
{
	const struct tensor *t = router_file_gate(f, o->gate, o->layer, e), *b;
	const char *need[2];
	float *w, *bias = NULL;

	if (!t || check_gate(r, t, o->experts, e) != 0 ||
		find_bias(r, f, t->name, o->bias, &b, e) != 0)
		return -1;
	need[0] = t->name;
	need[1] = b ? b->name : NULL;
	if (router_file_load(f, need, 2, e) != 0)
		return -1;
	if (!(w = floats_of(t, r->experts, r->d, e)))
		return -1;
	if (b && !(bias = floats_of(b, r->experts, 0, e))) {
		free(w);
		return -1;
	}
	router_set_gate(r, w, r->kind == ROUTER_BIASED ? NULL : bias);
	if (r->kind == ROUTER_BIASED) {
		r->choice = bias;
		bias = NULL;
	}
	free(w);
	free(bias);
	fingerprint(r, t, b);
	r->layered = router_file_layer(t->name, &r->layer);
	return 0;
}

/* What is in the file, where nobody said: a kind, or -1. */
static int
guess(const struct router_file *f, struct err *e)
{
	bool gate = false, book = false;

	for (size_t i = 0; i < f->head.count; i++) {
		const struct tensor *t = &f->head.tensor[i];

		if (t->rank == 2)
			gate = gate || router_file_is_gate(t->name);
		if (t->rank == 2)
			book = book || router_codes_is_book(t->name);
	}
	if (gate && book)
		return err_set(e,
			"a gate and a codebook: choose by --router, --gate or "
			"--codebook");
	return book ? ROUTER_VQ : ROUTER_SOFTMAX;
}

static int
load_file(
	struct router *r, int kind, const struct router_opts *o, struct err *e)
{
	struct router_file f;
	int status = 0;

	if (router_file_open(&f, o->path, e) != 0)
		return err_wrap(e, "%s", o->path);
	status = moe_checkpoint_refuse(&f.head, e);
	if (kind < 0 && status == 0)
		kind = guess(&f, e);
	if (kind < 0)
		status = -1;
	else
		r->kind = (enum router_kind)kind;
	if (status == 0)
		status = kind == ROUTER_VQ ? router_codes_load(r, &f, o, e)
					   : load_gate(r, &f, o, e);
	router_file_close(&f);
	return status == 0 ? 0 : err_wrap(e, "%s", o->path);
}

/* The codebook that the rules speak of, each code to where they say. */
static int
take_book(struct router *r, const struct router_rules *rules,
	const struct router_opts *o, struct err *e)
{
	struct router vq = { .top = 1 };
	struct router_opts of = { .path = rules->codebook,
		.codebook = o->codebook,
		.map = "modulo",
		.experts = 1 };
	uint32_t *map;

	if (!of.path)
		of.path = o->path;
	if (load_file(&vq, ROUTER_VQ, &of, e) != 0)
		return -1;
	if (vq.d != r->d) {
		err_set(e, "%s: codes of %zu numbers, but the gate has %zu",
			of.path, vq.d, r->d);
		router_free(&vq);
		return -1;
	}
	map = mem_alloc(vq.book.k, sizeof(*map));
	if (router_rules_map(rules, vq.book.k, r->experts, map, e) != 0) {
		free(map);
		router_free(&vq);
		return -1;
	}
	r->book = vq.book;
	router_book_remap(&r->book, map);
	r->kind = ROUTER_HYBRID;
	return 0;
}

static int
load_rules(struct router *r, const struct router_opts *o, struct err *e)
{
	struct router_rules rules;
	int status;

	if (router_rules_load(&rules, o->rules, e) != 0)
		return -1;
	status = load_file(r, ROUTER_SOFTMAX, o, e);
	if (status == 0)
		status = take_book(r, &rules, o, e);
	router_rules_free(&rules);
	return status;
}

static int
check(const struct router *r, const struct router_opts *o, struct err *e)
{
	if (r->book.k && o->top > 1)
		return err_set(
			e, "a codebook names one expert, not %zu (-t)", o->top);
	if (o->top > r->experts)
		return err_set(
			e, "-t %zu: there are %zu experts", o->top, r->experts);
	return 0;
}

int
router_load(struct router *r, const struct router_opts *o, struct err *e)
{
	int kind = o->kind ? router_find(o->kind) : -1, status = 0;

	*r = (struct router){ .top = o->top,
		.temperature = o->temperature,
		.sigmoid = !o->by_softmax,
		.renorm = o->renorm || (!o->raw && o->top > 1) };
	if (!o->kind && o->codebook)
		kind = ROUTER_VQ;
	if (!o->kind && o->gate)
		kind = ROUTER_SOFTMAX;
	if (kind == ROUTER_HASH || kind == ROUTER_RANDOM) {
		r->kind = (enum router_kind)kind;
		r->experts = o->experts;
	} else {
		status = o->rules ? load_rules(r, o, e)
				  : load_file(r, kind, o, e);
	}
	if (status == 0 && check(r, o, e) != 0)
		status = o->path ? err_wrap(e, "%s", o->path) : -1;
	if (status != 0)
		router_free(r);
	return status;
}
