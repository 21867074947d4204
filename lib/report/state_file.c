#include <stdlib.h>
#include <string.h>

#include "report/agreed.h"
#include "report/state_file.h"
#include "report/state_numbers.h"
#include "report/state_pairs.h"
#include "tensor/le.h"
#include "tensor/safetensors.h"
#include "util/mem.h"

#define VERSION "1"

/* Columns are few; what follows from them is checked by its size. */
#define HEADER_MOST ((size_t)60000)

static bool
says_state(const unsigned char *json, size_t n)
{
	struct record r = { 0 };
	struct extent *ext;
	uint64_t total;
	struct err unused;
	const char *kind;
	bool is;

	if (safetensors_parse(
		    (const char *)json, n, &r, &ext, &total, &unused) != 0)
		return false;
	kind = meta_get(&r.meta, "kind");
	is = kind && strcmp(kind, "state") == 0;
	free(ext);
	record_free(&r);
	return is;
}

bool
state_file_next(struct input *in)
{
	const unsigned char *p;
	struct err unused;
	size_t n;

	if (input_peek(in, 8, &p, &unused) < 8)
		return false;
	n = (size_t)le_get64(p);
	if (n > HEADER_MOST ||
		input_peek(in, 8 + n, &p, &unused) < (ptrdiff_t)(8 + n))
		return false;
	return says_state(p + 8, n);
}

/* A number of the metadata that must be there. */
static int
count(const struct record *r, const char *key, uint64_t *to, struct err *e)
{
	size_t v;

	if (meta_size(&r->meta, key, &v) != 1 || v > STATE_COUNT_MAX)
		return err_set(e, "key \"%s\": not a number of a state", key);
	*to = v;
	return 0;
}

/* A sum of them may grow for long before it is rounded. */
#define REAL_MOST 1e300

/* n figures that are none below 0. */
static int
read_sums(const struct record *r, const char *name, double *v, size_t n,
	struct err *e)
{
	if (state_numbers_reals(r, name, v, n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!(v[i] >= 0 && v[i] < REAL_MOST))
			return err_set(
				e, "tensor \"%s\": %g is no sum", name, v[i]);
	return 0;
}

static int
read_rates(struct state *s, const struct record *r, struct err *e)
{
	double v[4], c[6];

	if (read_sums(r, "rates", v, 4, e) != 0 ||
		read_sums(r, "coded", c, 6, e) != 0)
		return -1;
	if (!(c[1] <= (double)s->tally.tokens))
		return err_set(e, "tensor \"coded\": of more than all tokens");
	s->rates = (struct rates){ v[0], v[1], v[2], v[3] };
	s->coded = (struct coded_sum){ c[0], (uint64_t)c[1],
		{ c[2], c[3], c[4], c[5] } };
	return 0;
}

static int
read_head(struct state *s, const struct record *r, struct err *e)
{
	const char *kind = meta_get(&r->meta, "kind");
	const char *form = meta_get(&r->meta, "state");
	const char *codes = meta_get(&r->meta, "codes");
	const char *model = meta_get(&r->meta, "model");

	if (!kind || strcmp(kind, "state") != 0)
		return err_set(e, "no state: its kind is %s",
			kind ? kind : "not said");
	if (meta_format(&r->meta, e) != 0)
		return -1;
	if (!form || strcmp(form, VERSION) != 0)
		return err_set(e,
			"a state of form %s: only " VERSION " is known",
			form ? form : "unknown");
	if (count(r, "tokens", &s->tally.tokens, e) != 0 ||
		count(r, "whole_tokens", &s->whole_tokens, e) != 0 ||
		count(r, "items", &s->items, e) != 0 ||
		count(r, "failed_items", &s->failed, e) != 0)
		return -1;
	if (s->whole_tokens > s->tally.tokens)
		return err_set(e, "key \"whole_tokens\": more than tokens");
	s->codes = codes ? mem_strdup(codes) : NULL;
	s->model = model ? mem_strdup(model) : NULL;
	return read_rates(s, r, e);
}

static int
take(struct state *s, const struct record *r, struct err *e)
{
	size_t columns;
	uint64_t tokens;

	if (read_head(s, r, e) != 0)
		return -1;
	if (meta_size(&r->meta, "columns", &columns) != 1 ||
		columns > AGREED_COLUMNS_MAX)
		return err_set(
			e, "key \"columns\": not 0 to %d", AGREED_COLUMNS_MAX);
	tokens = s->tally.tokens;
	if (columns == 0)
		return tokens ? err_set(e, "tokens without columns") : 0;
	state_columns(s, columns);
	s->tally.tokens = tokens;
	if (state_numbers_columns(&s->tally, r, s->codes, e) != 0)
		return -1;
	if (columns > 1 && state_numbers_joint(&s->tally, r, e) != 0)
		return -1;
	return state_pairs_read(s, r, e);
}

int
state_file_read(struct state *s, struct input *in, struct err *e)
{
	struct record r = { 0 };
	int status = record_next(&r, in, SIZE_MAX, e);

	*s = (struct state){ .keys = s->keys };
	if (status == 0)
		status = take(s, &r, e);
	if (status != 0)
		state_free(s);
	record_free(&r);
	return status;
}

static void
set_count(struct record *r, const char *key, uint64_t v)
{
	meta_setf(&r->meta, key, "%llu", (unsigned long long)v);
}

int
state_file_write(const struct state *s, struct output *o, struct err *e)
{
	const struct rates *a = &s->rates, *b = &s->coded.rates;
	const double rates[] = { a->pixels, a->of_pixels, a->seconds,
		a->of_seconds };
	const double coded[] = { s->coded.bits, (double)s->coded.tokens,
		b->pixels, b->of_pixels, b->seconds, b->of_seconds };
	struct record r = { 0 };
	int status;

	meta_set(&r.meta, "format", "1");
	meta_set(&r.meta, "kind", "state");
	meta_set(&r.meta, "state", VERSION);
	set_count(&r, "columns", s->tally.cols);
	set_count(&r, "tokens", s->tally.tokens);
	set_count(&r, "whole_tokens", s->whole_tokens);
	set_count(&r, "items", s->items);
	set_count(&r, "failed_items", s->failed);
	if (s->codes)
		meta_set(&r.meta, "codes", s->codes);
	if (s->model)
		meta_set(&r.meta, "model", s->model);
	meta_set(&r.meta, "program", "vq-stats");
	state_numbers_add_reals(&r, "rates", rates, 4);
	state_numbers_add_reals(&r, "coded", coded, 6);
	if (s->tally.cols) {
		state_numbers_add(&r, &s->tally);
		state_pairs_add(&r, s);
	}
	status = record_write(&r, o, e);
	record_free(&r);
	return status;
}
