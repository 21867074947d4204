#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/depthwise.h"
#include "nn/convnet_stream.h"
#include "util/mem.h"

#define TOKENS ((size_t)96) /* that stay in the cache from map to map */
#define LEAST_BAND ((size_t)8)

/* Rows that a block works on, those around the last one it gave and those
 * that came since; rows are numbered from the top of the grid.  Behind the
 * last block are its rows for the output map. */
struct lines {
	float *row;        /* [2 half + band, w, width] */
	size_t first, end; /* the rows in it */
	size_t next;       /* to be given */
};

struct convnet_stream {
	const struct convnet *net;
	const struct params *p;
	struct pool *pool;
	size_t w, band, half; /* half: kh / 2 */
	struct lines *lines;  /* [depth + 1] */
	float *y;             /* [band, w, convnet_written] */
	float *work;          /* [workers, work_size] */
	size_t work_size;

	convnet_stream_sink *sink;
	void *arg;
};

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Whole rows of about TOKENS. */
static size_t
task_rows(const struct convnet_stream *s)
{
	return (TOKENS + s->w - 1) / s->w;
}

/* What the rows of a task are seen as; or what they are convolved to, and what
 * a block's maps want. */
static size_t
work_size(const struct convnet_stream *s)
{
	const struct convnet_shape *shape = &s->net->shape;
	size_t n = task_rows(s) * s->w, seen = TOKENS * convnet_seen(shape);
	size_t size = n * shape->width +
		(shape->depth ? residual_rows_work(s->net->block, TOKENS) : 0);

	return size > seen ? size : seen;
}

struct convnet_stream *
convnet_stream_open(const struct convnet *c, const struct params *p, size_t w,
	struct pool *pool)
{
	struct convnet_stream *s = mem_zalloc(1, sizeof(*s));
	const struct convnet_shape *shape = &c->shape;
	size_t rows;

	s->net = c;
	s->p = p;
	s->pool = pool;
	s->w = w;
	s->half = shape->kh / 2;
	s->band = CONVNET_STREAM_TOKENS / w;
	if (s->band < LEAST_BAND)
		s->band = LEAST_BAND;
	rows = 2 * s->half + s->band;
	s->lines = mem_zalloc(shape->depth + 1, sizeof(*s->lines));
	for (size_t i = 0; i <= shape->depth; i++)
		s->lines[i].row = mem_floats(rows * w * shape->width);
	s->y = mem_floats(s->band * w * convnet_written(shape));
	s->work_size = work_size(s);
	s->work = mem_floats(pool_threads(pool) * s->work_size);
	return s;
}

void
convnet_stream_close(struct convnet_stream *s)
{
	if (!s)
		return;
	for (size_t i = 0; i <= s->net->shape.depth; i++)
		free(s->lines[i].row);
	free(s->lines);
	free(s->y);
	free(s->work);
	free(s);
}

void
convnet_stream_restart(struct convnet_stream *s)
{
	for (size_t i = 0; i <= s->net->shape.depth; i++)
		s->lines[i].first = s->lines[i].end = s->lines[i].next = 0;
}

size_t
convnet_stream_band(const struct convnet_stream *s)
{
	return s->band;
}

static float *
line_at(const struct convnet_stream *s, const struct lines *l, size_t row)
{
	return l->row + (row - l->first) * s->w * s->net->shape.width;
}

/* Room behind the last row; those that no row to come sees make place. */
static float *
room_behind(struct convnet_stream *s, struct lines *l)
{
	size_t seen = l->next > s->half ? l->next - s->half : 0;
	size_t line = s->w * s->net->shape.width;

	if (seen > l->first)
		memmove(l->row, line_at(s, l, seen),
			(l->end - seen) * line * sizeof(*l->row));
	l->first = seen;
	return line_at(s, l, l->end);
}

/* Some rows on their way from `from` to `to`, for the pool. */
struct task {
	struct convnet_stream *s;
	const struct lines *from;
	const struct residual *block;
	const float *x; /* of maps: [n, ...] */
	size_t n;       /* tokens, or rows */
	float *y;
};

/* u_0 = W_in x + b_in */
static void
first_task(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct convnet *c = t->s->net;
	size_t v = chunk * TOKENS, n = least(TOKENS, t->n - v);
	const float *x = convnet_see(c, t->x + v * c->shape.in, n,
		t->s->work + worker * t->s->work_size);

	dense_rows(&c->first, x, n, t->y + v * c->shape.width);
}

/* y = V LN(u) */
static void
last_task(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct convnet *c = t->s->net;
	size_t v = chunk * TOKENS, n = least(TOKENS, t->n - v);
	float *work = t->s->work + worker * t->s->work_size;

	norm_rows(&c->norm, t->s->p, t->x + v * c->shape.width, n, work);
	dense_rows(&c->last, work, n, t->y + v * c->last.out);
}

static void
map_all(struct task *t, pool_fn *fn)
{
	pool_run(t->s->pool, (t->n + TOKENS - 1) / TOKENS, fn, t);
}

/* One row of conv(u): a [w, width]. */
static void
convolve(const struct task *t, size_t row, float *a)
{
	const struct conv *v = &t->block->conv;
	const struct params *p = t->s->p;
	const float *in[CONV_MOST];

	for (size_t k = 0; k < v->kh; k++) {
		size_t at = row + k - t->s->half;

		in[k] = row + k >= t->s->half && at < t->from->end
			? line_at(t->s, t->from, at)
			: NULL;
	}
	depthwise_row(&(struct depthwise){ v->kh, v->kw, t->s->w, v->d }, in,
		params_in(p, p->w, v->weight), params_in(p, p->w, v->bias), 0,
		a);
}

/* Some rows through a block. */
static void
block_task(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	const struct convnet_stream *s = t->s;
	size_t rows = task_rows(s), from = chunk * rows;
	size_t row = t->from->next + from, line = s->w * s->net->shape.width;
	float *y = t->y + from * line, *a = s->work + worker * s->work_size;
	float *work = a + rows * line;

	rows = least(rows, t->n - from);
	memcpy(y, line_at(s, t->from, row), rows * line * sizeof(*y));
	for (size_t r = 0; r < rows; r++)
		convolve(t, row + r, a + r * line);
	for (size_t v = 0; v < rows * s->w; v += TOKENS) {
		size_t at = v * s->net->shape.width;

		residual_rows(t->block, s->p, a + at,
			least(TOKENS, rows * s->w - v), work, y + at);
	}
}

/* n rows through block i. */
static void
run_block(struct convnet_stream *s, size_t i, size_t n)
{
	struct lines *from = &s->lines[i], *to = from + 1;
	struct task t = { .s = s,
		.from = from,
		.block = &s->net->block[i],
		.n = n,
		.y = room_behind(s, to) };

	pool_run(
		s->pool, (n + task_rows(s) - 1) / task_rows(s), block_task, &t);
	to->end += n;
	from->next += n;
}

/* All rows behind the last block go out. */
static int
give(struct convnet_stream *s, struct err *e)
{
	struct lines *l = &s->lines[s->net->shape.depth];
	size_t rows = l->end - l->next;
	struct task t = {
		.s = s, .x = line_at(s, l, l->next), .n = rows * s->w, .y = s->y
	};

	l->next = l->end;
	if (rows == 0)
		return 0;
	map_all(&t, last_task);
	return s->sink(s->arg, s->y, rows, e);
}

/* Rows of block i that have all that they see go on, a band at a time; ended:
 * no more rows come to it. */
static int
run_from(struct convnet_stream *s, size_t i, bool ended, struct err *e)
{
	struct lines *l = &s->lines[i];
	size_t below = ended ? 0 : s->half;
	size_t ready = l->end > below ? l->end - below : 0;
	bool last = false;

	if (i == s->net->shape.depth)
		return give(s, e);
	while (!last && (l->next < ready || ended)) {
		size_t n = least(ready - l->next, s->band);

		last = l->next + n == ready;
		run_block(s, i, n);
		if (run_from(s, i + 1, ended && last, e) != 0)
			return -1;
	}
	return 0;
}

int
convnet_stream_push(struct convnet_stream *s, const float *x, size_t rows,
	convnet_stream_sink *sink, void *arg, struct err *e)
{
	struct lines *l = s->lines;

	s->sink = sink;
	s->arg = arg;
	while (rows > 0) {
		size_t n = least(rows, s->band);
		struct task t = {
			.s = s, .x = x, .n = n * s->w, .y = room_behind(s, l)
		};

		map_all(&t, first_task);
		l->end += n;
		x += n * s->w * s->net->shape.in;
		rows -= n;
		if (run_from(s, 0, false, e) != 0)
			return -1;
	}
	return 0;
}

int
convnet_stream_end(struct convnet_stream *s, convnet_stream_sink *sink,
	void *arg, struct err *e)
{
	int status;

	s->sink = sink;
	s->arg = arg;
	status = run_from(s, 0, true, e);
	convnet_stream_restart(s);
	return status;
}
