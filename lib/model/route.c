#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/capacity.h"
#include "model/route.h"
#include "model/route_lane.h"
#include "model/route_meta.h"
#include "model/route_noise.h"
#include "model/route_plan.h"
#include "util/mem.h"
#include "util/progress.h"

#define WINDOW CAPACITY_WINDOW
#define CHUNK ((size_t)96) /* rows a task: whole tiles of each kernel */
#define BAND_FLOATS ((size_t)3 << 17)
#define CHUNKS (WINDOW / CHUNK + 1) /* in a band */

struct route {
	const struct route_opts *o;
	struct route_lane lane[2]; /* the router and its shadow */
	size_t lanes;
	uint32_t *count; /* [experts] scratch */
	double noise;    /* its scale */

	/* the item */
	const struct item_info *info;
	struct source *source;
	struct job *job;
	float *x;             /* [band, d] */
	size_t band, held;    /* rows at most, rows there */
	size_t fill, done;    /* rows in the window, before it */
	size_t bad[CHUNKS];   /* of each chunk: its first row that failed */
	struct beside beside; /* companions, in wait of their routes */
	size_t *beside_from;  /* [beside.count]: numbers in the source */
	struct column *col;
	const void **data;
	size_t cols, first_side;
	void *codes; /* [WINDOW] as they are written */
	size_t dropped, assigned;
};

struct route *
route_open(const struct route_opts *o)
{
	struct route *r = mem_zalloc(1, sizeof(*r));
	size_t most = o->router->experts, workers = pool_threads(o->pool);

	r->o = o;
	route_lane_init(&r->lane[r->lanes++], o->router, workers);
	if (o->shadow) {
		route_lane_init(&r->lane[r->lanes++], o->shadow, workers);
		if (o->shadow->experts > most)
			most = o->shadow->experts;
	}
	r->count = mem_alloc(most, sizeof(*r->count));
	r->codes = mem_alloc(WINDOW, sizeof(uint32_t));
	if (o->noise)
		r->noise = route_noise_scale(o->noise_db);
	return r;
}

static void
forget_item(struct route *r)
{
	beside_free(&r->beside);
	free(r->beside_from);
	free(r->col);
	free(r->data);
	free(r->x);
	r->beside_from = NULL;
	r->col = NULL;
	r->data = NULL;
	r->x = NULL;
	r->cols = r->fill = r->done = 0;
}

void
route_close(struct route *r)
{
	if (!r)
		return;
	forget_item(r);
	for (size_t i = 0; i < r->lanes; i++)
		route_lane_free(&r->lane[i]);
	if (r->dropped)
		say_verbose("%zu of %zu assignments dropped", r->dropped,
			r->assigned);
	free(r->count);
	free(r->codes);
	free(r);
}

static int
suits(struct route *r, struct err *e)
{
	const struct item_info *i = r->info;

	if (i->fault)
		return err_set(e, "%s", i->fault);
	if (i->kind != ITEM_ROWS)
		return err_set(e,
			"%s, but a router takes rows: vq-encode "
			"--latents makes them",
			i->kind == ITEM_IMAGE ? "an image" : "a sound");
	if (i->cols == 0)
		return err_set(e, "rows of no numbers");
	for (size_t k = 0; k < r->lanes; k++)
		if (route_lane_suit(&r->lane[k], i, r->o->seed, e) != 0)
			return -1;
	return 0;
}

static void
add(struct route *r, const char *name, enum dtype t, size_t width,
	const void *data)
{
	struct column *c = &r->col[r->cols];

	*c = (struct column){ .name = name, .dtype = t, .rank = width ? 2 : 1 };
	c->shape[1] = width;
	c->native = data != r->codes; /* their type is chosen by k */
	r->data[r->cols++] = data;
}

static bool
has(const struct route *r, const char *name)
{
	for (size_t i = 0; i < r->cols; i++)
		if (strcmp(r->col[i].name, name) == 0)
			return true;
	return false;
}

static void
set_columns(struct route *r)
{
	const struct router_out *main = &r->lane[0].out;
	const struct router *router = r->lane[0].router;
	const struct column *side;
	size_t n = source_companions(r->source, &side), t = router->top;

	r->col = mem_alloc(n + 6, sizeof(*r->col));
	r->data = mem_zalloc(n + 6, sizeof(*r->data));
	r->beside_from = mem_alloc(n, sizeof(*r->beside_from));
	add(r, "experts", DT_U16, t, main->experts);
	add(r, "gates", DT_F32, t, main->gates);
	if (main->codes) {
		add(r, "codes", dtype_for_codes(router->book.k), 0, r->codes);
		add(r, "margin", DT_F32, 0, main->margin);
	}
	if (r->lanes > 1) {
		add(r, "shadow.experts", DT_U16, t, r->lane[1].out.experts);
		add(r, "shadow.gates", DT_F32, t, r->lane[1].out.gates);
	}
	r->first_side = r->cols;
	for (size_t i = 0; i < n; i++)
		if (!has(r, side[i].name)) {
			r->beside_from[r->beside.count] = i;
			beside_add(&r->beside, &side[i]);
			r->col[r->cols++] = side[i];
		}
}

/* Rows of a band: whole chunks that stay in the caches between reading and
 * routing. */
static size_t
band_rows(size_t d)
{
	size_t chunks = BAND_FLOATS / (CHUNK * d);

	return chunks < 4 ? 4 * CHUNK : chunks * CHUNK;
}

/* 1: it was done before. */
static int
begin(struct route *r, struct err *e)
{
	struct sink_item head = { .rows = r->info->rows };
	size_t most = band_rows(r->info->cols);
	int status;

	if (suits(r, e) != 0)
		return -1;
	set_columns(r);
	r->band = most < WINDOW ? most : WINDOW;
	r->x = mem_floats(r->band * r->info->cols);
	head.col = r->col;
	head.cols = r->cols;
	if (r->o->plan)
		head.extra = route_plan_extra(&r->o->router->experts);
	route_meta_fill(&head.meta, r->o, r->info);
	status = job_begin(r->job, &head, e);
	meta_free(&head.meta);
	return status;
}

static size_t
rows_of(const struct route *r, size_t c)
{
	size_t left = r->held - c * CHUNK;

	return left < CHUNK ? left : CHUNK;
}

static void
chunk(void *arg, size_t c, size_t worker)
{
	struct route *r = arg;
	size_t from = c * CHUNK, n = rows_of(r, c);
	size_t d = r->info->cols, at = r->fill + from;
	float *x = r->x + from * d;

	r->bad[c] = n;
	if (r->o->noise)
		route_noise_add(x, n, d, r->noise, r->o->seed, r->done + at);
	for (size_t i = 0; i < r->lanes; i++) {
		size_t done = route_lane_rows(&r->lane[i], x, n, at, worker);

		if (done < r->bad[c])
			r->bad[c] = done;
	}
}

/* The rows held, to the window. */
static int
route_rows(struct route *r, struct err *e)
{
	size_t chunks = (r->held + CHUNK - 1) / CHUNK;

	pool_run(r->o->pool, chunks, chunk, r);
	for (size_t c = 0; c < chunks; c++)
		if (r->bad[c] < rows_of(r, c))
			return err_set(e,
				"row %zu (counted from 0): its scores are "
				"beyond what a float holds",
				r->done + r->fill + c * CHUNK + r->bad[c]);
	r->fill += r->held;
	return 0;
}

static void
limit(struct route *r, const struct route_lane *l)
{
	const struct router *k = l->router;
	size_t room =
		capacity_room(r->o->capacity, r->fill, k->top, k->experts);

	r->dropped += capacity_drop(l->out.experts, l->out.gates, r->fill,
		k->top, k->experts, room, r->count);
	r->assigned += r->fill * k->top;
}

/* The window goes out. */
static int
emit(struct route *r, struct err *e)
{
	const struct router_out *main = &r->lane[0].out;
	size_t n = r->fill;
	int status;

	if (n == 0)
		return 0;
	for (size_t i = 0; r->o->capacity > 0 && i < r->lanes; i++)
		limit(r, &r->lane[i]);
	if (main->codes)
		dtype_from_u32(r->codes, main->codes, n,
			dtype_for_codes(r->lane[0].router->book.k));
	for (size_t i = 0; i < r->beside.count; i++)
		r->data[r->first_side + i] = r->beside.wait[i];
	status = job_rows(r->job, r->data, n, e);
	if (r->beside.count)
		beside_drop(&r->beside, n);
	r->done += n;
	r->fill = 0;
	if (r->o->progress)
		progress_update(r->done, NULL);
	return status;
}

/* Those of the rows that were just read; r->data serves as scratch. */
static void
keep_companions(struct route *r)
{
	const void **from = r->data + r->first_side;

	for (size_t i = 0; i < r->beside.count; i++)
		from[i] = source_companion(r->source, r->beside_from[i]);
	if (r->beside.count)
		beside_put(&r->beside, from, r->held, 1);
}

static int
pump(struct route *r, struct err *e)
{
	for (;;) {
		size_t left = WINDOW - r->fill;
		ptrdiff_t got = source_read(
			r->source, r->x, left < r->band ? left : r->band, e);

		if (got < 0)
			return -1;
		if (got == 0)
			return emit(r, e);
		r->held = (size_t)got;
		keep_companions(r);
		if (route_rows(r, e) != 0)
			return -1;
		if (r->fill == WINDOW && emit(r, e) != 0)
			return -1;
	}
}

void
route_item(struct route *r, struct source *s, const struct item_info *i,
	struct job *job)
{
	struct err e;
	int status;

	r->info = i;
	r->source = s;
	r->job = job;
	status = begin(r, &e);
	if (status == 0 && (pump(r, &e) != 0 || job_end(job, &e) != 0))
		status = -1;
	if (status < 0)
		job_fail(job, i->item, e.msg);
	forget_item(r);
}
