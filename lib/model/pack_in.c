#include <stdlib.h>
#include <string.h>

#include "model/pack_head.h"
#include "model/pack_in.h"
#include "quant/code_state.h"
#include "tensor/le.h"
#include "tensor/safetensors.h"
#include "tensor/slurp.h"
#include "util/crc.h"
#include "util/mem.h"

/* No bit of a code takes less than this of a packed one (LOGIT_LEAST). */
#define BITS_LEAST 6.6e-5

void
pack_in_init(struct pack_in *p, const struct model *m)
{
	*p = (struct pack_in){ .model = m };
	pthread_mutex_init(&p->lock, NULL);
}

void
pack_in_free(struct pack_in *p)
{
	if (!p->model)
		return;
	pthread_mutex_destroy(&p->lock);
	code_model_free(&p->codes);
	*p = (struct pack_in){ 0 };
}

const struct code_model *
pack_in_codes(struct pack_in *p)
{
	const struct model *m = p->model;

	pthread_mutex_lock(&p->lock);
	if (!p->ready)
		code_model_init(&p->codes, &m->quantizer, m->map,
			m->transform.kind == ITEM_IMAGE);
	p->ready = true;
	pthread_mutex_unlock(&p->lock);
	return &p->codes;
}

/* One stream. */
struct unpacker {
	struct pack_in *shared;
	struct code_state *state; /* NULL: no record came yet */
	struct pack_head item;    /* the head of its first part */
	size_t next;              /* part that is due; 0: an item */
};

static void *
open_reader(const void *arg)
{
	struct unpacker *u = mem_zalloc(1, sizeof(*u));

	u->shared = (struct pack_in *)arg;
	return u;
}

static void
close_reader(void *state)
{
	struct unpacker *u = state;

	code_state_close(u->state);
	pack_head_free(&u->item);
	free(u);
}

static int
check_model(const struct unpacker *u, const struct pack_head *h, struct err *e)
{
	const struct model *m = u->shared->model;
	const char *by = meta_get(&h->meta, "model");

	if (strcmp(by, m->fingerprint) != 0)
		return err_set(e,
			"packed with model %s, which it takes to unpack it; "
			"this is model %s",
			by, m->fingerprint);
	if (h->columns > quantizer_columns(&m->quantizer))
		return err_set(e, "%zu columns of codes, but the model has %zu",
			h->columns, quantizer_columns(&m->quantizer));
	return 0;
}

/* Takes h, if it is the first part of an item. */
static int
begin(struct unpacker *u, struct pack_head *h, struct err *e)
{
	if (h->part == 0) {
		if (check_model(u, h, e) != 0)
			return -1;
		pack_head_free(&u->item);
		u->item = *h;
		h->meta = (struct meta){ 0 };
		if (!u->state)
			u->state = code_state_open(pack_in_codes(u->shared));
		code_state_begin(u->state, u->item.tokens, u->item.columns);
	} else if (h->part != u->next) {
		return err_set(e,
			"packed part %zu without the parts before, which it "
			"takes to unpack it",
			h->part);
	}
	u->next = h->last ? 0 : h->part + 1;
	return 0;
}

/* What the head claims, before it is believed. */
static int
check_sizes(const struct unpacker *u, const struct pack_head *h, struct err *e)
{
	size_t row = u->item.tokens * u->item.columns;
	double bits = 8 * ((double)h->bytes + 8);
	bool one = true; /* codes that take no bits */

	for (size_t c = 0; c < u->item.columns; c++)
		one = one && u->shared->codes.tree[c].k == 1;
	if (h->rows > PACK_ROW_MOST / row)
		return err_set(
			e, "packed codes: %zu rows of %zu codes", h->rows, row);
	if (!one &&
		(double)h->rows * (double)u->item.tokens * BITS_LEAST > bits)
		return err_set(e,
			"packed codes: %zu bytes are too few for %zu rows",
			h->bytes, h->rows);
	return 0;
}

static void
unpack(struct unpacker *u, const struct pack_head *h, const unsigned char *in,
	uint32_t *codes)
{
	struct range_decoder r;

	range_coder_open(&r, in, h->bytes);
	if (h->even) {
		code_state_decode_even(u->state, &r, codes, h->rows);
		code_state_bits(u->state, codes, h->rows); /* it learns */
	} else {
		code_state_decode(u->state, &r, codes, h->rows);
	}
}

static enum dtype
code_type(const struct unpacker *u)
{
	size_t k = 1;

	for (size_t c = 0; c < u->item.columns; c++)
		if (u->shared->codes.tree[c].k > k)
			k = u->shared->codes.tree[c].k;
	return dtype_for_codes(k);
}

/* The tensor, without data. */
static size_t
set_shape(const struct meta *m, const struct pack_head *item, size_t rows,
	size_t shape[3])
{
	const char *media = meta_get(m, "media");
	size_t rank = media && strcmp(media, "rows") == 0 ? 2 : 3;

	shape[0] = rows;
	shape[1] = item->tokens;
	shape[rank - 1] = item->columns;
	return rank;
}

static void
set_place(struct meta *m, const struct pack_head *h)
{
	meta_setf(m, "part", "%zu", h->part);
	if (h->last)
		meta_set(m, "last", h->failed ? "failed" : "1");
}

/* The codes of a part whose head was read; crc is that of it. */
static int
read_codes(struct unpacker *u, const struct pack_head *h, struct input *in,
	uint32_t crc, struct record *r, struct err *e)
{
	unsigned char *packed = slurp_exact(in, h->bytes, e), *sum, *data;
	size_t n = h->rows * u->item.tokens * u->item.columns, shape[3], rank;
	enum dtype t = code_type(u);
	uint32_t *codes;
	int status;

	if (!packed)
		return -1;
	if (!(sum = slurp_exact(in, 4, e))) {
		free(packed);
		return -1;
	}
	codes = mem_alloc(n, sizeof(*codes));
	data = mem_alloc(n, dtype_size(t));
	unpack(u, h, packed, codes);
	dtype_from_u32(data, codes, n, t);
	crc = crc_add(crc, packed, h->bytes);
	crc = crc_add(crc, data, n * dtype_size(t));
	status = safetensors_check(crc, le_get32(sum), e);
	meta_copy(&r->meta, &u->item.meta);
	set_place(&r->meta, h);
	rank = set_shape(&r->meta, &u->item, h->rows, shape);
	record_add(r, "codes", t, rank, shape, data);
	free(packed);
	free(sum);
	free(codes);
	return status;
}

static int
read_record(void *state, struct input *in, struct record *r, struct err *e)
{
	struct unpacker *u = state;
	struct pack_head h;
	uint32_t crc;
	int status;

	if (pack_head_read(&h, in, &crc, e) != 0)
		return -1;
	status = begin(u, &h, e);
	if (status == 0)
		status = check_sizes(u, &h, e);
	if (status == 0)
		status = read_codes(u, &h, in, crc, r, e);
	if (status != 0)
		record_free(r);
	pack_head_free(&h);
	return status;
}

struct packed_reader
pack_in_reader(struct pack_in *p)
{
	return (struct packed_reader){ p, open_reader, close_reader,
		read_record };
}

/* The largest of the metadata's k. */
static size_t
most_codes(const struct meta *m)
{
	const char *text = meta_get(m, "codes");
	size_t most = 1;

	while (text) {
		size_t k = (size_t)strtoull(text, NULL, 10);

		most = k > most ? k : most;
		text = strchr(text, ',');
		text = text ? text + 1 : NULL;
	}
	return most;
}

int
pack_in_skip(struct input *in, struct record *r, struct err *e)
{
	struct pack_head h;
	size_t shape[3];
	uint32_t crc;
	int status;

	if (pack_head_read(&h, in, &crc, e) != 0)
		return -1;
	r->meta = h.meta;
	h.meta = (struct meta){ 0 };
	set_place(&r->meta, &h);
	meta_setf(&r->meta, "packed_bytes", "%zu", h.bytes);
	r->tensor = mem_zalloc(1, sizeof(*r->tensor));
	r->count = 1;
	r->tensor->name = mem_strdup("codes");
	r->tensor->dtype = dtype_for_codes(most_codes(&r->meta));
	r->tensor->rank = set_shape(&r->meta, &h, h.rows, shape);
	if (h.part > 0)
		r->tensor->rank = 1;
	memcpy(r->tensor->shape, shape, sizeof(shape));
	status = input_skip(in, h.bytes + 4, e);
	if (status != 0)
		record_free(r);
	pack_head_free(&h);
	return status;
}
