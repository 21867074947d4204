#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/foreign.h"
#include "model/train_keep.h"
#include "model/model_find.h"
#include "model/torch_book.h"
#include "model/torch_map.h"
#include "tensor/npy.h"
#include "tensor/shape.h"
#include "tensor/stream.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/progress.h"

#define NAMED_MOST 8             /* in a message */
#define FILE_MAX RECORD_MOST(36) /* 64 GiB: more is no codebook */

static int
is_npy(struct input *in, struct err *e)
{
	const unsigned char *p;
	ptrdiff_t n = input_peek(in, strlen(NPY_MAGIC), &p, e);

	if (n < 0)
		return -1;
	return (size_t)n == strlen(NPY_MAGIC) &&
		memcmp(p, NPY_MAGIC, (size_t)n) == 0;
}

/* The rows of a part behind those that are there. */
static void
append_part(float **all, size_t *rows, const struct tensor *t)
{
	size_t n = t->shape[0], d = t->shape[1];
	float *x = tensor_floats(t);

	*all = mem_grow(*all, (*rows + n) * d, sizeof(**all));
	memcpy(*all + *rows * d, x, n * d * sizeof(*x));
	*rows += n;
	free(x);
}

/* A part of one matrix whose parts before are [., d] (0: there are none). */
static int
check_part(struct part *p, size_t d, struct err *e)
{
	char *shape;

	if (p->main && !(d && p->first) &&
		(p->main->rank == 2 || p->main->rank == 3) &&
		torch_map_flatten(p->main, e) == 0 &&
		(!d || p->main->shape[1] == d))
		return 0;
	if (!p->main || (d && p->first))
		return err_set(e, "not one matrix [k, d], but several arrays");
	shape = shape_text(p->main);
	err_set(e, "not one matrix [k, d], but an array %s", shape);
	free(shape);
	return -1;
}

/* One [k, d] array of floats as the tensor `codebook`. */
static int
load_npy(struct record *r, struct input *in, struct err *e)
{
	struct stream *s;
	struct part p;
	float *all = NULL;
	size_t rows = 0, d = 0;
	int got;

	s = stream_open(in, (struct stream_opts){ 0 });
	while ((got = stream_next(s, &p, e)) == 1) {
		if ((got = check_part(&p, d, e)) != 0)
			break;
		d = p.main->shape[1];
		append_part(&all, &rows, p.main);
	}
	stream_close(s);
	if (got == 0) {
		size_t shape[2] = { rows, d };
		struct tensor *t =
			record_add(r, "codebook", DT_F32, 2, shape, NULL);

		dtype_from_f32(t->data, all, rows * d, DT_F32);
	}
	free(all);
	return got;
}

static struct tensor *
only_matrix(const struct record *r)
{
	struct tensor *found = NULL;

	for (size_t i = 0; i < r->count; i++)
		if (r->tensor[i].rank == 2) {
			if (found)
				return NULL;
			found = &r->tensor[i];
		}
	return found;
}

/* Stages 0, 1, ... with a table each, and their width. */
static size_t
count_stages(const struct record *r, size_t *width)
{
	size_t stages = 0;
	struct tensor *t;
	char name[64];

	for (;; stages++) {
		snprintf(name, sizeof(name), "quantize.%zu.embedding.weight",
			stages);
		t = record_find(r, name);
		if (!t || t->rank != 2)
			return stages;
		*width = t->shape[1];
		snprintf(name, sizeof(name),
			"quantize.%zu.embedding_proj.weight", stages);
		t = record_find(r, name);
		if (t && t->rank == 2)
			*width = t->shape[0];
	}
}

/* With one stage a model of ours has no number in the names. */
static void
drop_number(struct record *r)
{
	static const char prefix[] = "quantize.0.";

	for (size_t i = 0; i < r->count; i++) {
		char *was = r->tensor[i].name;

		if (strncmp(was, prefix, strlen(prefix)) != 0)
			continue;
		r->tensor[i].name =
			mem_printf("quantize.%s", was + strlen(prefix));
		free(was);
	}
}

static int
none_found(const struct record *r, struct err *e)
{
	char *there = shape_list(r, 2, NAMED_MOST);
	const char *more = *there ? "not exactly one" : "no";
	char *hint = *there ? mem_printf(" (FILE#NAME takes one of: %s)", there)
			    : mem_strdup("");

	err_set(e,
		"not a model: no metadata kind = model, no codebook by a known "
		"name, and %s [k, d] matrix%s",
		more, hint);
	free(hint);
	free(there);
	return -1;
}

/* A known name, or the only matrix, as it stands. */
static int
find_plain(struct record *r, struct torch_book *b, struct err *e)
{
	struct tensor *t = record_find(r, "quantize.embedding.weight");
	struct tensor *w = record_find(r, "quantize.embedding_proj.weight");

	if (!t && (b->stages = count_stages(r, &b->width)) > 0) {
		torch_book_origin(
			b, record_find(r, "quantize.0.embedding.weight"));
		if (b->stages == 1)
			drop_number(r);
		return 0;
	}
	b->stages = 1;
	if (!t && !(t = record_find(r, "codebook")) && !(t = only_matrix(r)))
		return none_found(r, e);
	if (torch_map_flatten(t, e) != 0)
		return -1;
	if (t->shape[0] == 0 || t->shape[1] == 0)
		return err_set(
			e, "tensor \"%s\": not a matrix [k, d]", t->name);
	torch_book_origin(b, t);
	b->width = t->shape[1];
	if (strcmp(t->name, "quantize.embedding.weight") != 0) {
		free(t->name);
		t->name = mem_strdup("quantize.codebook");
	} else if (w && w->rank == 2) {
		say_verbose("with it: %s", w->name);
		b->width = w->shape[0];
	}
	return 0;
}

/* Names that only say what they are by their end may belong to several. */
static int
find_tables(struct record *r, const char *choice, struct torch_book *b,
	struct err *e)
{
	int found = 0;

	if (train_keep_refuse(r, e) != 0)
		return -1;
	*b = (struct torch_book){ 0 };
	if (choice ||
		(!record_find(r, "quantize.embedding.weight") &&
			count_stages(r, &b->width) == 0))
		found = torch_book_take(r, choice, b, e);
	if (found)
		return found < 0 ? -1 : 0;
	return find_plain(r, b, e);
}

static void
describe(struct record *r, const struct torch_book *b)
{
	size_t width = b->width;
	size_t one = 1;
	float unit = 1;
	struct tensor *t;

	/* What it says of itself by keys of ours means something else. */
	meta_free(&r->meta);
	meta_set(&r->meta, "format", "1");
	meta_set(&r->meta, "kind", "model");
	meta_set(&r->meta, "type", "foreign");
	meta_set(&r->meta, "net", "none");
	meta_set(&r->meta, "media", "rows");
	meta_setf(&r->meta, "dim", "%zu", width);
	meta_setf(&r->meta, "d", "%zu", width);
	meta_setf(&r->meta, "stages", "%zu", b->stages);
	meta_set(&r->meta, "groups", "1");
	if (b->cosine)
		meta_set(&r->meta, "metric", "cosine");
	if (*b->origin)
		meta_set(&r->meta, "origin", b->origin);
	record_add(r, "transform.mu", DT_F32, 1, &width, NULL);
	t = record_add(r, "transform.scale", DT_F32, 1, &one, NULL);
	dtype_from_f32(t->data, &unit, 1, DT_F32);
}

/* What a stream of ours begins with is told before what follows it. */
static int
check_kind(const struct record *r, struct err *e)
{
	const char *kind = meta_get(&r->meta, "kind");

	if (!kind)
		return 0;
	if (strcmp(kind, "codes") == 0 || strcmp(kind, "routes") == 0)
		return err_set(e, "a stream of %s, not a model", kind);
	if (strcmp(kind, "moe") == 0)
		return err_set(
			e, "a model of experts: moe-route gives its codes");
	return 0;
}

/* A record or an array. */
static int
read_any(struct record *r, struct input *in, struct err *e)
{
	int npy = is_npy(in, e);

	if (npy < 0)
		return -1;
	if (npy)
		return load_npy(r, in, e);
	if (record_next(r, in, FILE_MAX, e) != 0)
		return -1;
	return check_kind(r, e) == 0 ? record_end(in, e) : -1;
}

char *
foreign_doubt(const struct meta *m, size_t k, size_t cols)
{
	const char *origin = meta_get(m, "origin");

	if (!origin)
		return mem_strdup("");
	return mem_printf(
		" (tensor %s%s)", origin, k == cols ? ": transposed?" : "");
}

bool
foreign_is(const struct record *head)
{
	static const char *const data[] = { "codes", "x", "image", "audio",
		"experts" };
	const char *kind = meta_get(&head->meta, "kind");
	const struct tensor *t;

	if (kind)
		return strcmp(kind, "model") == 0;
	for (size_t i = 0; i < sizeof(data) / sizeof(data[0]); i++)
		if (record_find(head, data[i]))
			return false;
	t = record_find(head, "quantize.embedding.weight");
	if (!t)
		t = record_find(head, "quantize.0.embedding.weight");
	if (!t)
		t = record_find(head, "codebook");
	return (t && t->rank == 2) || torch_book_is(head);
}

static int
read_chosen(
	struct record *r, struct input *in, const char *choice, struct err *e)
{
	struct torch_book b;
	const char *kind;

	if (read_any(r, in, e) != 0)
		goto fail;
	kind = meta_get(&r->meta, "kind");
	if (kind && strcmp(kind, "model") == 0) {
		if (choice)
			err_set(e, "a model of ours: #%s chooses nothing in it",
				choice);
		else if (meta_format(&r->meta, e) == 0)
			return 0;
		goto fail;
	}
	if (record_find(r, "transform.mu")) {
		err_set(e,
			"metadata key \"kind\": not \"model\", but there are "
			"tensors of one");
		goto fail;
	}
	if (find_tables(r, choice, &b, e) != 0)
		goto fail;
	describe(r, &b);
	return 0;
fail:
	record_free(r);
	return -1;
}

int
foreign_read(struct record *r, struct input *in, struct err *e)
{
	return read_chosen(r, in, NULL, e);
}

char *
foreign_path(const char *path, const char **choice)
{
	const char *mark = strrchr(path, '#');

	*choice = NULL;
	if (!mark || mark == path || !mark[1] || access(path, F_OK) == 0)
		return mem_strdup(path);
	*choice = mark + 1;
	return mem_printf("%.*s", (int)(mark - path), path);
}

int
foreign_load(struct record *r, const char *path, struct err *e)
{
	const char *choice;
	char *file = foreign_path(path, &choice), *found = model_find(file, e);
	struct input *in = found ? input_open(found, e) : NULL;
	int status;

	if (found && strcmp(found, file) != 0)
		say_verbose("model %s is %s", file, found);
	free(found);
	free(file);
	if (!in)
		return -1;
	status = read_chosen(r, in, choice, e);
	input_close(in);
	return status;
}
