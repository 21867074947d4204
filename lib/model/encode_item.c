#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/encode_item.h"
#include "tensor/le.h"
#include "util/mem.h"
#include "util/progress.h"

/* An item on its way. */
struct way {
	const struct encode_item *how;
	const struct item_info *info;
	struct source *source;
	struct job *job;
	struct encoder *encoder;

	struct beside beside; /* companions, in wait of their tokens */
	struct column *col;   /* tokens, companions, label */
	size_t cols, tokens, columns;
	bool labelled;
	uint32_t class;

	const void **data;             /* [cols] */
	unsigned char *codes, *labels; /* [room] rows as they are written */
	size_t room;
};

/* The smallest type that holds every column's codes. */
static enum dtype
code_type(const struct quantizer *q, size_t columns)
{
	size_t k = 1;

	for (size_t c = 0; c < columns; c++)
		if (quantizer_book(q, c)->k > k)
			k = quantizer_book(q, c)->k;
	return dtype_for_codes(k);
}

static struct column
main_column(const struct way *w)
{
	const struct token_meta *m = &w->how->meta;
	struct column c = {
		.name = "x", .dtype = DT_F32, .native = m->latents
	};

	if (!m->latents) {
		c.name = "codes";
		c.dtype = code_type(&m->model->quantizer, w->columns);
	}
	if (w->info->kind != ITEM_ROWS)
		c.shape[++c.rank] = w->tokens;
	c.shape[++c.rank] = w->columns;
	c.rank++;
	return c;
}

static void
set_columns(struct way *w)
{
	const struct column *side;
	size_t n = source_companions(w->source, &side);

	w->labelled = w->how->labels != NULL;
	w->col = mem_alloc(n + 2, sizeof(*w->col));
	w->data = mem_zalloc(n + 2, sizeof(*w->data));
	w->col[w->cols++] = main_column(w);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(side[i].name, "y") == 0)
			w->labelled = false;
		beside_add(&w->beside, &side[i]);
		w->col[w->cols++] = side[i];
	}
	if (w->labelled)
		w->col[w->cols++] = (struct column){
			.name = "y", .dtype = DT_U32, .rank = 1
		};
}

static void
make_room(struct way *w, size_t n)
{
	if (n <= w->room)
		return;
	w->codes = mem_grow(
		w->codes, n * w->tokens * w->columns, sizeof(uint32_t));
	w->labels = mem_grow(w->labels, n, 4);
	for (size_t i = 0; w->labelled && i < n; i++)
		le_put32(w->labels + 4 * i, w->class);
	w->room = n;
}

static int
on_tokens(void *arg, const void *rows, size_t n, struct err *e)
{
	struct way *w = arg;
	int status;

	make_room(w, n);
	w->data[0] = rows;
	if (!w->how->meta.latents) {
		dtype_from_u32(w->codes, rows, n * w->tokens * w->columns,
			w->col[0].dtype);
		w->data[0] = w->codes;
	}
	for (size_t i = 0; i < w->beside.count; i++)
		w->data[i + 1] = w->beside.wait[i];
	if (w->labelled)
		w->data[w->cols - 1] = w->labels;
	status = job_rows(w->job, w->data, n, e);
	if (w->beside.count)
		beside_drop(&w->beside, n);
	return status;
}

/* Those of n rows that were just read; data serves as scratch. */
static void
keep_companions(struct way *w, size_t n)
{
	for (size_t i = 0; i < w->beside.count; i++)
		w->data[i] = source_companion(w->source, i);
	if (w->beside.count)
		beside_put(&w->beside, w->data, n, 1);
}

/* Rows to read at a time: a band of an image, some hundred of others. */
static size_t
step(const struct way *w)
{
	const struct transform *t = &w->how->meta.model->transform;

	return t->kind == ITEM_IMAGE ? t->patch : 4096 / (1 + t->dim / 256);
}

static int
pump(struct way *w, struct err *e)
{
	size_t n = step(w) ? step(w) : 1, done = 0;
	float *x = mem_floats(n * w->info->cols);
	ptrdiff_t got;

	while ((got = source_read(w->source, x, n, e)) > 0) {
		keep_companions(w, (size_t)got);
		if (encoder_push(w->encoder, x, (size_t)got, e) != 0)
			got = -1;
		if (got < 0)
			break;
		done += (size_t)got;
		if (w->how->progress)
			progress_update(done, NULL);
	}
	free(x);
	return got < 0 ? -1 : encoder_end(w->encoder, e);
}

/* 1: it was done before. */
static int
begin(struct way *w, struct err *e)
{
	const struct token_meta *m = &w->how->meta;
	struct sink_item head = { .rows = token_meta_rows(m->model, w->info) };
	int status;

	w->tokens = encoder_begin(w->encoder, w->info->cols, on_tokens, w);
	w->columns = encoder_columns(w->encoder);
	set_columns(w);
	if (w->labelled &&
		labels_find(w->how->labels, w->info->item, &w->class, e) != 0)
		return -1;
	head.col = w->col;
	head.cols = w->cols;
	head.probable = w->how->probable;
	token_meta_fill(&head.meta, m, w->info);
	status = job_begin(w->job, &head, e);
	meta_free(&head.meta);
	return status;
}

void
encode_item(const struct encode_item *how, struct encoder *x, struct source *s,
	const struct item_info *i, struct job *job)
{
	struct way w = {
		.how = how, .info = i, .source = s, .job = job, .encoder = x
	};
	struct err e;
	int status = token_meta_suits(how->meta.model, i, &e);

	if (status == 0)
		status = begin(&w, &e);
	if (status == 0 && (pump(&w, &e) != 0 || job_end(job, &e) != 0))
		status = -1;
	if (status < 0)
		job_fail(job, i->item, e.msg);
	beside_free(&w.beside);
	free(w.col);
	free(w.data);
	free(w.codes);
	free(w.labels);
}
