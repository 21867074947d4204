#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/decode_item.h"
#include "util/mem.h"
#include "util/progress.h"

/* Codes to widen at a time: a part holds up to 16 Mi of them. */
#define SLICE ((size_t)65536)

/* The item at hand. */
struct way {
	const struct decode_item *how;
	struct decoder *decoder;
	struct job *job;
	bool open; /* begun and not failed */
	char *item;
	struct code_item code;
	struct beside beside; /* of rows */
	struct tensor first;  /* its first part's main tensor; no data */
	const void **data;    /* [1 + companions] */
	uint32_t *codes;
	size_t room, done;
};

static void
forget(struct way *w)
{
	code_item_free(&w->code);
	beside_free(&w->beside);
	free(w->data);
	free(w->item);
	w->data = NULL;
	w->item = NULL;
	w->open = false;
	w->done = 0;
}

static void
find_companions(struct way *w, const struct part *p)
{
	struct column c;

	for (size_t i = 0; i < p->rec.count; i++)
		if (beside_goes(p, &p->rec.tensor[i], w->code.main.name, &c))
			beside_add(&w->beside, &c);
}

static int
on_samples(void *arg, const float *rows, size_t n, struct err *e)
{
	struct way *w = arg;
	int status;

	w->data[0] = rows;
	for (size_t i = 0; i < w->beside.count; i++)
		w->data[i + 1] = w->beside.wait[i];
	status = job_rows(w->job, w->data, n, e);
	if (w->beside.count)
		beside_drop(&w->beside, n);
	return status;
}

static int
begin_job(struct way *w, struct err *e)
{
	struct sink_item head = w->code.head;
	struct column *col = mem_alloc(1 + w->beside.count, sizeof(*col));
	int status;

	col[0] = w->code.main;
	for (size_t i = 0; i < w->beside.count; i++)
		col[i + 1] = w->beside.col[i];
	head.col = col;
	head.cols = 1 + w->beside.count;
	status = job_begin(w->job, &head, e);
	free(col);
	return status;
}

static int
begin(struct way *w, const struct part *p, struct err *e)
{
	int status;

	forget(w);
	w->item = mem_strdup(p->item);
	if (!job_wants(w->job, w->item))
		return 0;
	if (!p->main)
		return err_set(e, "incomplete: no codes of it arrived");
	if (code_item_find(&w->code, p, &w->how->code, e) != 0)
		return -1;
	w->first = *p->main;
	if (w->code.head.kind == ITEM_ROWS)
		find_companions(w, p);
	w->data = mem_zalloc(1 + w->beside.count, sizeof(*w->data));
	status = begin_job(w, e);
	if (status != 0)
		return status < 0 ? -1 : 0; /* it was done before */
	if (decoder_begin(w->decoder, w->code.decoder, on_samples, w, e) != 0)
		return -1;
	w->open = true;
	return 0;
}

/* A part must be like the first. */
static int
check_part(const struct way *w, const struct part *p, struct err *e)
{
	const struct tensor *x = p->main;

	if (x->rank != w->first.rank ||
		memcmp(x->shape + 1, w->first.shape + 1,
			(x->rank - 1) * sizeof(*x->shape)) != 0)
		return err_set(e,
			"the shape of the codes changes between "
			"parts");
	for (size_t i = 0; i < w->beside.count; i++) {
		const struct column *c = &w->beside.col[i];

		x = record_find(&p->rec, c->name);
		if (!x || x->dtype != c->dtype || x->rank != c->rank ||
			x->shape[0] != p->rows ||
			memcmp(x->shape + 1, c->shape + 1,
				(c->rank - 1) * sizeof(*c->shape)) != 0)
			return err_set(e,
				"tensor \"%s\" is not the same in every part",
				c->name);
	}
	return 0;
}

/* n entries of the first axis, from the one at `from` on. */
static int
push_slice(struct way *w, const struct part *p, size_t from, size_t n,
	struct err *e)
{
	const struct tensor *x = p->main;
	size_t row = tensor_row_elements(x), rows = n * w->code.fold;

	if (n * row > w->room) {
		w->room = n * row;
		w->codes = mem_grow(w->codes, w->room, sizeof(*w->codes));
	}
	if (dtype_to_u32(w->codes, x->data + from * row * dtype_size(x->dtype),
		    n * row, x->dtype, e) != 0)
		return err_wrap(e, "codes from row %zu on", p->row0 + from);
	for (size_t i = 0; i < w->beside.count; i++)
		w->data[i] = record_find(&p->rec, w->beside.col[i].name)->data +
			from * beside_bytes(&w->beside.col[i]);
	if (w->beside.count)
		beside_put(&w->beside, w->data, rows, w->code.fold);
	w->done += rows;
	if (w->done > w->code.rows_most)
		return err_set(e,
			"more than --max-%s allows: more than %zu rows of codes",
			w->code.head.kind == ITEM_IMAGE ? "pixels" : "samples",
			w->code.rows_most);
	if (w->how->progress)
		progress_update(w->done, NULL);
	return decoder_push(w->decoder, w->codes, rows, e);
}

static int
push(struct way *w, const struct part *p, struct err *e)
{
	size_t row = tensor_row_elements(p->main);
	size_t step = row < SLICE ? SLICE / row : 1;

	if (check_part(w, p, e) != 0)
		return -1;
	for (size_t i = 0; i < p->rows; i += step) {
		size_t n = p->rows - i < step ? p->rows - i : step;

		if (push_slice(w, p, i, n, e) != 0)
			return -1;
	}
	return 0;
}

static int
take(struct way *w, const struct part *p, struct err *e)
{
	if (p->first && begin(w, p, e) != 0)
		return -1;
	if (!w->open)
		return 0; /* it failed, or is not wanted */
	if (p->failed)
		return err_set(e,
			"incomplete: the program that wrote it "
			"failed or was stopped");
	if (push(w, p, e) != 0)
		return -1;
	if (!p->last)
		return 0;
	if (decoder_end(w->decoder, e) != 0 || job_end(w->job, e) != 0)
		return -1;
	w->open = false;
	return 0;
}

int
decode_item_all(const struct decode_item *how, struct decoder *x,
	struct stream *s, struct job *job, struct err *e)
{
	struct way w = { .how = how, .decoder = x, .job = job };
	struct part p;
	struct err why;
	int got = 0;

	while (!job_stopped(job) && (got = stream_next(s, &p, e)) == 1) {
		if (take(&w, &p, &why) == 0)
			continue;
		job_fail(job, w.item, why.msg);
		w.open = false;
	}
	if (got < 0 && w.open) {
		job_fail(job, w.item, e->msg);
		got = 0;
	}
	forget(&w);
	free(w.codes);
	return got < 0 ? -1 : 0;
}
