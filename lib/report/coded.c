#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_find.h"
#include "model/pack_in.h"
#include "model/foreign.h"
#include "quant/code_state.h"
#include "report/coded.h"
#include "report/figures.h"
#include "report/rates.h"
#include "tensor/safetensors.h"
#include "util/mem.h"

#define SLICE ((size_t)65536) /* codes widened at a time, but for a row */

struct coded {
	const char *path;
	bool wanted; /* the model holds a context, or packed codes came */
	bool tried, loaded;
	struct err why;
	char *path_id; /* its fingerprint; empty: it cannot be read */
	char *other, *other_item; /* the first that is not of it; or NULL */
	size_t others;
	struct model model;
	struct pack_in pack;
	struct packed_reader inner, reader;
	struct code_state *state;
	size_t tokens, columns; /* of the item */
	bool skip;              /* it is none of this model */
	struct coded_sum all, item;
	uint32_t *codes;
	size_t room;
};

/* Only the header is read. */
static bool
holds_context(const char *path)
{
	struct err unused;
	char *found = model_find(path, &unused);
	struct input *in = found ? input_open(found, &unused) : NULL;
	struct extent *ext = NULL;
	struct record r = { 0 };
	uint64_t total;
	bool holds = false;

	if (in && safetensors_read(in, &r, &ext, &total, &unused) == 0)
		holds = record_find(&r, "context.0.codes") != NULL;
	free(ext);
	free(found);
	record_free(&r);
	input_close(in);
	return holds;
}

static int
load(struct coded *c, struct err *e)
{
	if (!c->tried) {
		c->tried = true;
		c->loaded = model_load(&c->model, c->path, &c->why) == 0;
		if (c->loaded) {
			pack_in_init(&c->pack, &c->model);
			c->inner = pack_in_reader(&c->pack);
		}
	}
	if (c->loaded)
		return 0;
	*e = c->why;
	return err_wrap(e, "%s", c->path);
}

/* A stream: what pack_in reads it with, once the model is there. */
struct lazy {
	struct coded *c;
	void *inner;
};

static void *
open_lazy(const void *arg)
{
	struct lazy *l = mem_zalloc(1, sizeof(*l));

	l->c = (struct coded *)arg;
	return l;
}

static void
close_lazy(void *state)
{
	struct lazy *l = state;

	if (l->inner)
		l->c->inner.close(l->inner);
	free(l);
}

static int
read_lazy(void *state, struct input *in, struct record *r, struct err *e)
{
	struct lazy *l = state;
	struct coded *c = l->c;

	if (load(c, e) != 0)
		return -1;
	c->wanted = true;
	if (!l->inner)
		l->inner = c->inner.open(c->inner.arg);
	return c->inner.read(l->inner, in, r, e);
}

struct coded *
coded_open(const char *path)
{
	struct coded *c = mem_zalloc(1, sizeof(*c));

	c->path = path;
	c->wanted = path && holds_context(path);
	c->reader =
		(struct packed_reader){ c, open_lazy, close_lazy, read_lazy };
	return c;
}

void
coded_close(struct coded *c)
{
	if (!c)
		return;
	code_state_close(c->state);
	if (c->loaded) {
		pack_in_free(&c->pack);
		model_free(&c->model);
	}
	free(c->path_id);
	free(c->other);
	free(c->other_item);
	free(c->codes);
	free(c);
}

const struct packed_reader *
coded_reader(const struct coded *c)
{
	return c->path ? &c->reader : NULL;
}

/* Codes of another model may be of other codebooks. */
static bool
begin(struct coded *c, const struct part *p)
{
	const char *by = meta_get(&p->rec.meta, "model");
	const struct tensor *x = p->main;
	struct err unused;

	c->item = (struct coded_sum){ 0 };
	if (load(c, &unused) != 0 || x->rank < 2 || x->rank > 3 ||
		(by && strcmp(by, c->model.fingerprint) != 0))
		return false;
	c->columns = x->shape[x->rank - 1];
	c->tokens = x->rank == 3 ? x->shape[1] : 1;
	if (c->columns == 0 || c->tokens == 0 ||
		c->columns > quantizer_columns(&c->model.quantizer))
		return false;
	if (!c->state)
		c->state = code_state_open(pack_in_codes(&c->pack));
	code_state_begin(c->state, c->tokens, c->columns);
	return true;
}

static bool
in_range(const struct coded *c, size_t n)
{
	const struct quantizer *q = &c->model.quantizer;

	for (size_t i = 0; i < n; i++)
		if (c->codes[i] >= quantizer_book(q, i % c->columns)->k)
			return false;
	return true;
}

/* n rows from the one at `from` on. */
static bool
add_rows(struct coded *c, const struct tensor *x, size_t from, size_t n)
{
	size_t row = c->tokens * c->columns;
	struct err unused;

	if (n * row > c->room) {
		c->room = n * row;
		c->codes = mem_grow(c->codes, c->room, sizeof(*c->codes));
	}
	if (dtype_to_u32(c->codes, x->data + from * row * dtype_size(x->dtype),
		    n * row, x->dtype, &unused) != 0 ||
		!in_range(c, n * row))
		return false;
	c->item.bits += code_state_bits(c->state, c->codes, n);
	c->item.tokens += n * c->tokens;
	return true;
}

static char *
fingerprint(const char *path)
{
	struct record r = { 0 };
	struct err unused;
	char hex[17] = "";

	if (foreign_load(&r, path, &unused) == 0)
		model_fingerprint(&r, hex);
	record_free(&r);
	return mem_strdup(hex);
}

/* Codebooks of two models may be of equal size. */
static void
check_origin(struct coded *c, const struct part *p)
{
	const char *by = meta_get(&p->rec.meta, "model");

	if (!by || !c->path)
		return;
	if (!c->path_id)
		c->path_id = fingerprint(c->path);
	if (!*c->path_id || strcmp(by, c->path_id) == 0)
		return;
	if (c->others++)
		return;
	c->other = mem_strdup(by);
	c->other_item = mem_strdup(p->item);
}

void
coded_part(struct coded *c, const struct part *p)
{
	size_t step;

	if (p->first)
		check_origin(c, p);
	if (!c->wanted)
		return;
	if (p->first)
		c->skip = !begin(c, p);
	if (c->skip)
		return;
	step = SLICE / (c->tokens * c->columns);
	step = step ? step : 1;
	for (size_t i = 0; i < p->rows && !c->skip; i += step)
		c->skip = !add_rows(
			c, p->main, i, p->rows - i < step ? p->rows - i : step);
	if (c->skip)
		c->item = (struct coded_sum){ 0 };
	if (!p->last || c->skip)
		return;
	c->item.bits = ldexp(rint(ldexp(c->item.bits, 10)), -10);
	rates_add(&c->item.rates, &p->rec.meta, c->item.bits);
	rates_add(&c->all.rates, &p->rec.meta, c->item.bits);
	c->all.bits += c->item.bits;
	c->all.tokens += c->item.tokens;
}

static void
set(json_t *o, const struct coded_sum *t)
{
	if (!t->tokens)
		return;
	figures_real(o, "coded_bits", t->bits / (double)t->tokens);
	rates_set_coded(o, &t->rates);
}

void
coded_set(json_t *o, const struct coded *c)
{
	set(o, &c->all);
}

void
coded_set_item(json_t *o, const struct coded *c)
{
	set(o, &c->item);
}

void
coded_warn(json_t *warnings, const struct coded *c)
{
	char *text;

	if (!c->others)
		return;
	text = mem_printf("%s%s: codes of model %s, but -m %s is model %s: "
			  "only its k is taken",
		c->other_item, c->others > 1 ? " and others" : "", c->other,
		c->path, c->path_id);
	json_array_append_new(warnings, json_string(text));
	free(text);
}

void
coded_join(struct coded_sum *s, const struct coded_sum *other)
{
	s->bits += other->bits;
	s->tokens += other->tokens;
	rates_join(&s->rates, &other->rates);
}

struct coded_sum *
coded_all(struct coded *c)
{
	return &c->all;
}
