#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/chunk.h"
#include "model/encoder.h"
#include "model/token_meta.h"
#include "report/code_errors.h"
#include "report/figures.h"
#include "stats/code_error.h"
#include "util/mem.h"
#include "util/pool.h"

#define WORST 10

/* Sums of an item, over the groups of the last stage. */
struct whole {
	uint64_t tokens;
	double error, power;
};

struct code_errors {
	struct code_errors_opts o;
	struct model model;
	struct frames frames;
	struct pool *pool;
	struct encoder *encoder;
	struct code_error *column; /* [columns] */
	struct whole item, all;
	float *work; /* [workers, work_size] */
	size_t work_size;

	/* of the rows at hand */
	const float *z;  /* [n, d] */
	uint32_t *codes; /* [room, columns] */
	double *error;   /* [room, columns] */
	double *power;   /* [room, groups] */
	size_t n, room;

	/* of the item at hand */
	struct part part;
	struct tensor tensor;
	size_t tokens; /* of a row */
	code_errors_fn *fn;
	void *arg;
};

static size_t
columns(const struct code_errors *x)
{
	return quantizer_columns(&x->model.quantizer);
}

static void
prepare(struct code_errors *x)
{
	struct quantizer *q = &x->model.quantizer;
	struct encoder_opts how = { .latents = true, .frames = &x->frames };

	if (x->model.transform.kind == ITEM_AUDIO)
		frames_init(&x->frames, x->model.transform.patch);
	quantizer_prune(q);
	x->pool = pool_open(x->o.threads);
	how.pool = x->pool;
	x->encoder = encoder_open(&x->model, how);
	x->work_size = CHUNK_VECTORS * q->d + quantizer_work(q, CHUNK_VECTORS);
	x->work = mem_floats(pool_threads(x->pool) * x->work_size);
	x->column = mem_zalloc(columns(x), sizeof(*x->column));
	for (size_t c = 0; c < columns(x); c++)
		code_error_init(&x->column[c], quantizer_book(q, c)->k);
}

struct code_errors *
code_errors_open(const struct code_errors_opts *o, struct err *e)
{
	struct code_errors *x = mem_zalloc(1, sizeof(*x));

	x->o = *o;
	if (model_load(&x->model, o->model, e) == 0) {
		prepare(x);
		return x;
	}
	err_wrap(e, "%s", o->model);
	free(x);
	return NULL;
}

void
code_errors_close(struct code_errors *x)
{
	if (!x)
		return;
	for (size_t c = 0; c < columns(x); c++)
		code_error_free(&x->column[c]);
	encoder_close(x->encoder);
	pool_close(x->pool);
	frames_free(&x->frames);
	model_free(&x->model);
	free(x->column);
	free(x->work);
	free(x->codes);
	free(x->error);
	free(x->power);
	free(x);
}

struct source *
code_errors_source(const struct code_errors *x, struct input *in, struct err *e)
{
	const struct transform *t = &x->model.transform;
	struct source_opts how = { .stream.raw = x->o.raw,
		.limit = x->o.limit,
		.drop_nan = x->o.drop,
		.taken = "codes" };

	if (t->kind == ITEM_IMAGE)
		how.channels = t->channels;
	if (t->kind == ITEM_AUDIO)
		how.sample_rate = t->sample_rate;
	if (x->o.raw.columns || !packed_next(in))
		return source_open(in, how, e);
	input_close(in);
	err_set(e,
		"holds packed codes, not vectors or media: give what they "
		"were made of");
	return NULL;
}

/* |r|^2 over the dimensions of a group. */
static double
square(const struct quantizer *q, size_t group, const float *r)
{
	double sum = 0;

	for (size_t i = q->start[group]; i < q->start[group + 1]; i++) {
		double v = r[q->order ? q->order[i] : i];

		sum += v * v;
	}
	return sum;
}

/* Of m tokens from the one at `from` on: codes, then what each stage leaves. */
static void
measure(struct code_errors *x, size_t from, size_t m, float *work)
{
	const struct quantizer *q = &x->model.quantizer;
	size_t ld = columns(x), groups = q->groups;
	const float *z = x->z + from * q->d;
	uint32_t *codes = x->codes + from * ld;
	float *r = work;

	quantizer_encode(
		q, z, m, q->stages, codes, NULL, work + CHUNK_VECTORS * q->d);
	memcpy(r, z, m * q->d * sizeof(*r));
	for (size_t i = 0; i < m * groups; i++)
		x->power[from * groups + i] =
			square(q, i % groups, z + i / groups * q->d);
	for (size_t c = 0; c < ld; c++) {
		quantizer_add(q, c, codes + c,
			c < groups ? NULL : codes + c - groups, ld, m, -1, r);
		for (size_t v = 0; v < m; v++)
			x->error[(from + v) * ld + c] =
				square(q, c % groups, r + v * q->d);
	}
}

static void
measure_chunk(void *arg, size_t chunk, size_t worker)
{
	struct code_errors *x = arg;

	measure(x, chunk * CHUNK_VECTORS, chunk_size(x->n, chunk),
		x->work + worker * x->work_size);
}

static void
make_room(struct code_errors *x, size_t n)
{
	if (n <= x->room)
		return;
	x->room = n;
	x->codes = mem_grow(x->codes, n * columns(x), sizeof(*x->codes));
	x->error = mem_grow(x->error, n * columns(x), sizeof(*x->error));
	x->power = mem_grow(
		x->power, n * x->model.quantizer.groups, sizeof(*x->power));
}

/* In the order of the tokens, in one thread: the same bits for any -j. */
static void
sum_up(struct code_errors *x)
{
	size_t ld = columns(x), groups = x->model.quantizer.groups;

	for (size_t v = 0; v < x->n; v++) {
		const double *error = x->error + v * ld;
		const double *power = x->power + v * groups;

		for (size_t c = 0; c < ld; c++)
			code_error_add(&x->column[c], x->codes[v * ld + c],
				error[c], power[c % groups]);
		for (size_t g = 0; g < groups; g++) {
			x->item.error += error[ld - groups + g];
			x->item.power += power[g];
		}
	}
	x->item.tokens += x->n;
}

static int
pass_on(struct code_errors *x, size_t rows, bool last, struct err *e)
{
	x->tensor.shape[0] = rows;
	x->tensor.data = (unsigned char *)x->codes;
	x->tensor.bytes = rows * x->tokens * columns(x) * sizeof(*x->codes);
	x->part.rows = rows;
	x->part.last = last;
	if (x->fn(x->arg, &x->part, e) != 0)
		return -1;
	x->part.first = false;
	x->part.row0 += rows;
	return 0;
}

static int
on_latents(void *arg, const void *rows, size_t n, struct err *e)
{
	struct code_errors *x = arg;

	x->z = rows;
	x->n = n * x->tokens;
	make_room(x, x->n);
	pool_run(x->pool, chunk_count(x->n), measure_chunk, x);
	if (pass_on(x, n, false, e) != 0)
		return -1;
	sum_up(x);
	return 0;
}

/* As a stream of codes has it. */
static void
begin(struct code_errors *x, const struct item_info *i)
{
	static char name[] = "codes";
	const struct token_meta m = { .model = &x->model,
		.stages = x->model.quantizer.stages,
		.program = "vq-stats " VQ_VERSION };
	struct tensor *t = &x->tensor;

	x->tokens = encoder_begin(x->encoder, i->cols, on_latents, x);
	*t = (struct tensor){ .name = name, .dtype = DT_U32, .rank = 1 };
	if (i->kind != ITEM_ROWS)
		t->shape[t->rank++] = x->tokens;
	t->shape[t->rank++] = columns(x);
	x->part = (struct part){ .main = t, .item = i->item, .first = true };
	x->part.rec.tensor = t;
	x->part.rec.count = 1;
	token_meta_fill(&x->part.rec.meta, &m, i);
	x->item = (struct whole){ 0 };
}

static int
pump(struct code_errors *x, struct source *s, const struct item_info *i,
	struct err *e)
{
	const struct transform *t = &x->model.transform;
	size_t n = t->kind == ITEM_IMAGE ? t->patch : 4096 / (1 + t->dim / 256);
	float *rows;
	ptrdiff_t got;

	n = n ? n : 1;
	rows = mem_floats(n * i->cols);
	while ((got = source_read(s, rows, n, e)) > 0) {
		if (encoder_push(x->encoder, rows, (size_t)got, e) != 0)
			got = -1;
		if (got < 0)
			break;
	}
	free(rows);
	return got < 0 ? -1 : encoder_end(x->encoder, e);
}

int
code_errors_item(struct code_errors *x, struct source *s,
	const struct item_info *i, code_errors_fn *fn, void *arg, struct err *e)
{
	int status;

	if (token_meta_suits(&x->model, i, e) != 0)
		return -1;
	x->fn = fn;
	x->arg = arg;
	begin(x, i);
	status = pump(x, s, i, e);
	if (status == 0)
		status = pass_on(x, 0, true, e);
	meta_free(&x->part.rec.meta);
	x->all.tokens += x->item.tokens;
	x->all.error += x->item.error;
	x->all.power += x->item.power;
	return status;
}

static void
set(json_t *o, double mean, double share)
{
	figures_real(o, "mean_square_error", mean);
	figures_real(o, "error_share", share);
}

static void
set_whole(json_t *o, const struct whole *w)
{
	if (w->tokens)
		set(o, w->error / (double)w->tokens,
			w->power > 0 ? w->error / w->power : NAN);
}

void
code_errors_set_item(json_t *o, const struct code_errors *x)
{
	set_whole(o, &x->item);
}

static json_t *
worst(const struct code_error *c)
{
	uint32_t code[WORST];
	size_t n = code_error_worst(c, code, WORST);
	json_t *rows = json_array();

	for (size_t i = 0; i < n; i++) {
		double sum = c->sum[code[i]];
		json_t *row = json_object();

		figures_count(row, "code", code[i]);
		figures_count(row, "count", c->count[code[i]]);
		figures_real(row, "mean_square_error",
			sum / (double)c->count[code[i]]);
		figures_real(row, "share", sum / c->error);
		json_array_append_new(rows, row);
	}
	return rows;
}

void
code_errors_report(json_t *o, const struct code_errors *x)
{
	json_t *stages = json_object_get(o, "stages");

	set_whole(o, &x->all);
	for (size_t c = 0; x->all.tokens && c < columns(x); c++) {
		json_t *stage = json_array_get(stages, c);

		set(stage, code_error_mean(&x->column[c]),
			code_error_share(&x->column[c]));
		json_object_set_new(stage, "errors", worst(&x->column[c]));
	}
}
