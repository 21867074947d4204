#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/record.h"
#include "tensor/safetensors.h"
#include "tensor/slurp.h"
#include "util/crc.h"
#include "util/input.h"
#include "util/mem.h"
#include "util/output.h"

void
record_free(struct record *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->tensor[i].name);
		free(r->tensor[i].data);
	}
	free(r->tensor);
	meta_free(&r->meta);
	*r = (struct record){ 0 };
}

struct tensor *
record_find(const struct record *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->tensor[i].name, name) == 0)
			return &r->tensor[i];
	return NULL;
}

struct tensor *
record_add(struct record *r, const char *name, enum dtype t, size_t rank,
	const size_t *shape, void *data)
{
	struct tensor *add;
	int overflow = 0;

	assert(rank <= TENSOR_RANK_MAX);
	r->tensor = mem_grow(r->tensor, r->count + 1, sizeof(*r->tensor));
	add = &r->tensor[r->count++];
	*add = (struct tensor){ .dtype = t, .rank = rank };
	add->name = mem_strdup(name);
	add->bytes = dtype_size(t);
	for (size_t i = 0; i < rank; i++) {
		add->shape[i] = shape[i];
		add->bytes = mem_mul(add->bytes, shape[i], &overflow);
	}
	assert(!overflow);
	add->data = data ? data : mem_zalloc(add->bytes, 1);
	return add;
}

static uint32_t
crc_of(uint32_t crc, const struct tensor *t)
{
	return crc_add(crc, t->data, t->bytes);
}

static int
load_data(struct record *r, struct input *in, struct err *e)
{
	uint32_t crc = 0, want = 0;
	int known = safetensors_crc(&r->meta, &want, e);

	if (known < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++) {
		struct tensor *t = &r->tensor[i];

		t->data = slurp_exact(in, t->bytes, e);
		if (!t->data)
			return err_wrap(e, "tensor \"%.200s\"", t->name);
		crc = crc_of(crc, t);
	}
	return known ? safetensors_check(crc, want, e) : 0;
}

int
record_end(struct input *in, struct err *e)
{
	const unsigned char *p;
	ptrdiff_t more = input_peek(in, 1, &p, e);

	if (more > 0)
		return err_set(e,
			"bytes behind the data, from byte %" PRIu64
			": what is one record, like a model, is a file or "
			"input of its own",
			input_offset(in));
	return more < 0 ? -1 : 0;
}

int
record_next(struct record *r, struct input *in, size_t limit, struct err *e)
{
	struct extent *ext;
	uint64_t total;

	if (safetensors_read(in, r, &ext, &total, e) != 0)
		return -1;
	free(ext);
	if (input_offset(in) + total > limit) {
		err_set(e, "%" PRIu64 " bytes are more than the %zu allowed",
			input_offset(in) + total, limit);
		goto fail;
	}
	if (load_data(r, in, e) != 0)
		goto fail;
	return 0;
fail:
	record_free(r);
	return -1;
}

int
record_read(struct record *r, struct input *in, size_t limit, struct err *e)
{
	if (record_next(r, in, limit, e) != 0)
		return -1;
	if (record_end(in, e) == 0)
		return 0;
	record_free(r);
	return -1;
}

int
record_load(struct record *r, const char *path, size_t limit, struct err *e)
{
	struct input *in = input_open(path, e);
	int status;

	*r = (struct record){ 0 };
	if (!in)
		return -1;
	status = record_read(r, in, limit, e);
	input_close(in);
	return status;
}

int
record_write(const struct record *r, struct output *o, struct err *e)
{
	struct record head = *r;
	uint32_t crc = 0;
	size_t i, n;
	char *text;
	int status;

	for (i = 0; i < r->count; i++)
		crc = crc_of(crc, &r->tensor[i]);
	meta_copy(&head.meta, &r->meta);
	meta_setf(&head.meta, "crc32", "%08" PRIx32, crc);
	text = safetensors_header(&head, &n);
	status = output_write(o, text, n, e);
	for (i = 0; status == 0 && i < r->count; i++)
		if (r->tensor[i].bytes)
			status = output_write(
				o, r->tensor[i].data, r->tensor[i].bytes, e);
	free(text);
	meta_free(&head.meta);
	return status;
}
