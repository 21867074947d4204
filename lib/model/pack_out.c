#include <stdlib.h>
#include <string.h>

#include "model/pack_head.h"
#include "model/pack_out.h"
#include "quant/code_state.h"
#include "tensor/cut.h"
#include "tensor/le.h"
#include "util/crc.h"
#include "util/mem.h"

struct pack_out {
	struct output *o;
	struct code_state *state;
	struct pack_head head;
	enum dtype dtype;
	size_t row, part_rows; /* codes in a row; rows in a part */
	unsigned char *held;   /* [room, row] in dtype */
	size_t rows, room;
};

static int
check(const struct meta *meta, const struct column *col, size_t cols,
	struct err *e)
{
	size_t row = 1;

	for (size_t i = 1; i < col->rank; i++)
		row *= col->shape[i];
	if (cols > 1)
		return err_set(e,
			"--pack keeps codes alone: tensor \"%s\" has no place",
			col[1].name);
	if (row > PACK_ROW_MOST)
		return err_set(
			e, "%zu codes in a row are too many to pack", row);
	if (!meta_get(meta, "model") || !meta_get(meta, "codes"))
		return err_set(e, "only codes of a model can be packed");
	return 0;
}

struct pack_out *
pack_out_begin(struct output *o, const struct code_model *m,
	const struct meta *meta, const struct column *col, size_t cols,
	struct err *e)
{
	struct pack_out *p;
	struct pack_head *h;

	if (check(meta, col, cols, e) != 0)
		return NULL;
	p = mem_zalloc(1, sizeof(*p));
	h = &p->head;
	p->o = o;
	p->dtype = col->dtype;
	h->columns = col->shape[col->rank - 1];
	h->tokens = col->rank == 3 ? col->shape[1] : 1;
	meta_copy(&h->meta, meta);
	p->row = h->tokens * h->columns;
	p->part_rows = cut_rows(
		p->row * dtype_size(p->dtype), p->row * dtype_size(p->dtype));
	p->state = code_state_open(m);
	code_state_begin(p->state, h->tokens, h->columns);
	return p;
}

static void
release(struct pack_out *p)
{
	code_state_close(p->state);
	pack_head_free(&p->head);
	free(p->held);
	free(p);
}

/* A head, the packed bytes, and the crc32 of both and of the codes. */
static int
write_part(struct pack_out *p, const struct range_encoder *r, struct err *e)
{
	unsigned char *head, sum[4];
	uint32_t crc;
	size_t n;
	int status;

	p->head.rows = p->rows;
	p->head.bytes = r->n;
	head = pack_head_bytes(&p->head, &n);
	crc = crc_add(0, head, n);
	crc = crc_add(crc, r->out, r->n);
	crc = crc_add(crc, p->held, p->rows * p->row * dtype_size(p->dtype));
	le_put32(sum, crc);
	status = output_write(p->o, head, n, e);
	if (status == 0 && r->n)
		status = output_write(p->o, r->out, r->n, e);
	if (status == 0)
		status = output_write(p->o, sum, 4, e);
	free(head);
	p->head.part++;
	p->rows = 0;
	return status;
}

/* Both ways where the probabilities gain nothing. */
static int
flush(struct pack_out *p, bool last, struct err *e)
{
	struct range_encoder r = { 0 }, even = { 0 };
	size_t n = p->rows * p->row;
	uint32_t *codes = mem_alloc(n, sizeof(*codes));
	int status = dtype_to_u32(codes, p->held, n, p->dtype, e);

	p->head.last = last;
	p->head.even = false;
	if (status == 0) {
		range_coder_begin(&r);
		code_state_encode(p->state, &r, codes, p->rows);
		range_coder_end(&r);
		if ((double)r.n > code_state_even_bits(p->state, p->rows) / 8) {
			range_coder_begin(&even);
			code_state_encode_even(p->state, &even, codes, p->rows);
			range_coder_end(&even);
			p->head.even = even.n < r.n;
		}
		status = write_part(p, p->head.even ? &even : &r, e);
	}
	free(r.out);
	free(even.out);
	free(codes);
	return status;
}

static void
make_room(struct pack_out *p, size_t rows)
{
	if (rows <= p->room)
		return;
	p->room = rows < 2 * p->room ? 2 * p->room : rows;
	if (p->room > p->part_rows)
		p->room = p->part_rows;
	p->held = mem_grow(p->held, p->room * p->row, dtype_size(p->dtype));
}

/* A full part waits for the next row: the last one must say that it is. */
int
pack_out_rows(struct pack_out *p, const void *rows, size_t n, struct err *e)
{
	const unsigned char *from = rows;
	size_t bytes = p->row * dtype_size(p->dtype);

	while (n > 0) {
		size_t m = p->part_rows - p->rows;

		if (m == 0) {
			if (flush(p, false, e) != 0)
				return -1;
			continue;
		}
		m = m < n ? m : n;
		make_room(p, p->rows + m);
		memcpy(p->held + p->rows * bytes, from, m * bytes);
		p->rows += m;
		from += m * bytes;
		n -= m;
	}
	return 0;
}

int
pack_out_end(struct pack_out *p, struct err *e)
{
	int status = flush(p, true, e);

	release(p);
	return status;
}

int
pack_out_fail(struct pack_out *p, struct err *e)
{
	const struct range_encoder none = { 0 };
	int status = 0;

	if (!p)
		return 0;
	if (p->head.part) {
		p->rows = 0;
		p->head.last = p->head.failed = true;
		p->head.even = false;
		status = write_part(p, &none, e);
	}
	release(p);
	return status;
}
