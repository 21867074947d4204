#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model_find.h"
#include "report/sizes.h"
#include "stats/counts.h"
#include "tensor/npy.h"
#include "tensor/safetensors.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/num.h"

void
sizes_free(struct sizes *s)
{
	free(s->k);
	*s = (struct sizes){ 0 };
}

static int
add(struct sizes *s, size_t k, struct err *e)
{
	if (k == 0 || k > COUNTS_CODES_MAX)
		return err_set(e, "a codebook of %zu codes: 1 to %zu", k,
			COUNTS_CODES_MAX);
	s->k = mem_grow(s->k, s->count + 1, sizeof(*s->k));
	s->k[s->count++] = k;
	return 0;
}

int
sizes_parse(struct sizes *s, const char *text, struct err *e)
{
	char *copy = mem_strdup(text), *rest = copy, *word;
	int status = 0;
	size_t k;

	*s = (struct sizes){ 0 };
	while (status == 0 && (word = strsep(&rest, ","))) {
		if (num_size(word, NUM_DECIMAL, &k) == 0)
			status = add(s, k, e);
		else
			status = err_set(e,
				"key \"codes\": \"%.80s\" is not a list of "
				"numbers",
				text);
	}
	free(copy);
	if (status != 0)
		sizes_free(s);
	return status;
}

/* Matrix quantize.N.WHAT, or quantize.WHAT where N is ONE_STAGE. */
#define ONE_STAGE SIZE_MAX
static const struct tensor *
table(const struct record *r, size_t n, const char *what)
{
	const struct tensor *t;
	char name[96];

	if (n == ONE_STAGE)
		snprintf(name, sizeof(name), "quantize.%s", what);
	else
		snprintf(name, sizeof(name), "quantize.%zu.%s", n, what);
	t = record_find(r, name);
	return t && t->rank == 2 ? t : NULL;
}

/* A model of ours: the table as searched, else the one it came from. */
static const struct tensor *
own_table(const struct record *r, size_t n)
{
	const struct tensor *t = table(r, n, "codebook");

	return t ? t : table(r, n, "embedding.weight");
}

static int
by_model(struct sizes *s, const struct record *r, struct err *e)
{
	const char *text = meta_get(&r->meta, "codes");
	const struct tensor *t;

	if (text)
		return sizes_parse(s, text, e);
	if ((t = own_table(r, ONE_STAGE)))
		return add(s, t->shape[0], e);
	while ((t = own_table(r, s->count)))
		if (add(s, t->shape[0], e) != 0)
			return -1;
	return s->count ? 0 : err_set(e, "no codebook by a known name");
}

static const struct tensor *
only_matrix(const struct record *r)
{
	const struct tensor *t = NULL;

	for (size_t i = 0; i < r->count; i++) {
		if (r->tensor[i].rank != 2)
			continue;
		if (t)
			return NULL;
		t = &r->tensor[i];
	}
	return t;
}

/* Its rules and their order are those of model/foreign.c, which has the data
 * too: what vq-encode takes as a codebook is one here. */
static int
by_tensors(struct sizes *s, const struct record *r, struct err *e)
{
	const struct tensor *t = record_find(r, "quantize.embedding.weight");
	const struct tensor *stage;

	while (!t && (stage = table(r, s->count, "embedding.weight")))
		if (add(s, stage->shape[0], e) != 0)
			return -1;
	if (s->count)
		return 0;
	if (!t && !(t = record_find(r, "codebook")) && !(t = only_matrix(r)))
		return err_set(e,
			"not a model: no codebook by a known name, and not "
			"exactly one [k, d] matrix");
	if (t->rank != 2 || !t->shape[1])
		return err_set(
			e, "tensor \"%s\": not a matrix [k, d]", t->name);
	return add(s, t->shape[0], e);
}

/* The figures are in the header; but a model cut short is none. */
static int
check_length(struct input *in, uint64_t total, struct err *e)
{
	struct input_region rest;

	if (input_spool(in, &rest, e) != 0)
		return -1;
	if (rest.size != total)
		return err_set(e,
			"%" PRIu64 " bytes of data, the header says %" PRIu64,
			rest.size, total);
	return 0;
}

static int
by_header(struct sizes *s, struct input *in, struct err *e)
{
	struct record r = { 0 };
	struct extent *ext = NULL;
	const char *kind;
	uint64_t total;
	int status;

	if (safetensors_read(in, &r, &ext, &total, e) != 0)
		return -1;
	kind = meta_get(&r.meta, "kind");
	if (kind && (!strcmp(kind, "codes") || !strcmp(kind, "routes")))
		status = err_set(e, "a stream of %s, not a model", kind);
	else
		status = check_length(in, total, e);
	if (status == 0)
		status = kind && strcmp(kind, "model") == 0
			? by_model(s, &r, e)
			: by_tensors(s, &r, e);
	free(ext);
	record_free(&r);
	return status;
}

static int
by_array(struct sizes *s, struct input *in, struct err *e)
{
	struct npy h;
	bool one;

	if (npy_read(in, &h, e) != 0)
		return -1;
	one = h.rank == 3 && h.shape[0] == 1;
	if ((h.rank != 2 && !one && !(h.rank == 3 && h.shape[2] == 1)) ||
		!h.shape[1])
		return err_set(e, "not a matrix [k, d]");
	if (check_length(in, h.bytes, e) != 0)
		return -1;
	return add(s, h.shape[one ? 1 : 0], e);
}

int
sizes_model(struct sizes *s, const char *path, struct err *e)
{
	char *found = model_find(path, e);
	struct input *in = found ? input_open(found, e) : NULL;
	const unsigned char *p;
	ptrdiff_t n;
	int status = -1;

	*s = (struct sizes){ 0 };
	free(found);
	if (!in)
		return -1;
	n = input_peek(in, NPY_MAGIC_SIZE, &p, e);
	if (n == NPY_MAGIC_SIZE && !memcmp(p, NPY_MAGIC, NPY_MAGIC_SIZE))
		status = by_array(s, in, e);
	else if (n >= 0)
		status = by_header(s, in, e);
	input_close(in);
	if (status != 0)
		sizes_free(s);
	return status;
}

size_t
sizes_at(const struct sizes *s, size_t column)
{
	if (s->count == 1)
		return s->k[0];
	return column < s->count ? s->k[column] : 0;
}

bool
sizes_fit(const struct sizes *s, size_t columns)
{
	return s->count <= 1 || s->count == columns;
}
