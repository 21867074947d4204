#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "quant/kmeans_bounds.h"
#include "util/mem.h"

#define ROWS ((size_t)1024) /* vectors a task */
#define LANES ((size_t)16)  /* bounds compared at a time */

/* More than float's rounding takes away or adds. */
#define DOWN (1 - 0x1p-22)
#define UP (1 + 0x1p-22)
#define NONE UINT32_MAX
#define TINY 0x1p-130

/* The best code of a row so far. */
struct best {
	float score, second; /* of the group it is in */
	uint32_t idx, group;
};

/* Scratch of one thread, for ROWS vectors. */
struct desk {
	uint16_t *list;    /* [groups, ROWS] rows to search there */
	size_t *count;     /* [groups] */
	struct best *best; /* [ROWS] */
	double *norm;      /* [ROWS] |x|^2, centred */
	float *x, *some;   /* [ROWS, d] centred; those of a group */
	float *score;      /* [ROWS, size] */
};

struct task {
	struct kmeans_bounds *b;
	const float *centre;
	struct desk *desk;
	double factor;    /* of the error of a squared distance */
	double *searched; /* [chunks] */
};

static void
open_bounds(struct kmeans_bounds *b, struct kmeans_cells *c,
	struct kmeans_groups *g, const float *centre)
{
	size_t d = c->d;

	*b = (struct kmeans_bounds){ .c = c, .g = g, .lead = 1 };
	b->stride = (g->groups + LANES - 1) / LANES * LANES;
	b->low = mem_floats(c->n * b->stride);
	b->drift = mem_zalloc(b->stride, sizeof(*b->drift));
	b->drift_above = mem_zfloats(b->stride);
	b->old = mem_floats(c->k * d);
	memcpy(b->old, centre, c->k * d * sizeof(*centre));
	b->moved = mem_alloc(c->k, sizeof(*b->moved));
}

/* A step from here searches everything. */
static void
know_nothing(struct kmeans_bounds *b)
{
	for (size_t i = 0; i < b->c->n * b->stride; i++)
		b->low[i] = i % b->stride < b->g->groups ? -INFINITY : INFINITY;
}

void
kmeans_bounds_free(struct kmeans_bounds *b)
{
	free(b->low);
	free(b->drift);
	free(b->drift_above);
	free(b->old);
	free(b->moved);
	*b = (struct kmeans_bounds){ 0 };
}

/* By how much the squared distance of a score may be wrong. */
static double
error_of(const struct task *t, double norm)
{
	return t->factor * (norm + t->b->g->reach) + TINY;
}

/* The bound that goes with a score. */
static float
bound(const struct task *t, double norm, float score, size_t g)
{
	double low = norm - 2 * (double)score - error_of(t, norm);

	low = low > 0 ? sqrt(low) : 0;
	return (float)((low + t->b->drift[g]) * DOWN);
}

/* A vector as the search centres it, and its |x|^2. */
static double
centred(const float *x, const float *centre, size_t d, float *to)
{
	for (size_t i = 0; i < d; i++)
		to[i] = x[i] - centre[i];
	return kmeans_cells_norm(to, d);
}

/* Which of LANES bounds fail, as bits. */
static unsigned
failing(const float *low, const float *drift, float limit)
{
	static const unsigned bit[LANES] = { 1, 2, 4, 8, 16, 32, 64, 128, 256,
		512, 1024, 2048, 4096, 8192, 16384, 32768 };
	unsigned mask = 0;

	for (size_t i = 0; i < LANES; i++)
		mask |= low[i] <= limit + drift[i] ? bit[i] : 0;
	return mask;
}

/* The distance to the old winner, and the groups that may hold the new. */
static void
list_row(const struct task *t, struct desk *w, size_t v, size_t row)
{
	const struct kmeans_bounds *b = t->b;
	const float *low = b->low + v * b->stride;
	struct kmeans_cells *c = b->c;
	size_t d = c->d, own = b->g->group[c->idx[v]], listed = 0;
	double dist, error;
	float limit;

	if (b->moved[c->idx[v]])
		c->dist[v] = kmeans_cells_distance(
			c->x + v * d, t->centre + c->idx[v] * d, d);
	dist = c->dist[v];
	/* |x|^2 <= 2 dist + 2 |c|^2 */
	error = error_of(t, 2 * (dist + b->g->reach));
	limit = (float)(sqrt(dist + 2 * error) * UP) + FLT_MIN;
	for (size_t g = 0; g < b->stride; g += LANES)
		for (unsigned mask =
				failing(low + g, b->drift_above + g, limit);
			mask; mask &= mask - 1) {
			size_t at = g + (size_t)__builtin_ctz(mask);

			w->list[at * ROWS + w->count[at]++] = (uint16_t)row;
			own = at == own ? NONE : own;
			listed++;
		}
	w->best[row] = (struct best){ -INFINITY, -INFINITY, NONE, 0 };
	if (listed == 0)
		return;
	if (own != NONE)
		w->list[own * ROWS + w->count[own]++] = (uint16_t)row;
	w->norm[row] = centred(c->x + v * d, b->g->centre, d, w->x + row * d);
}

/* The two largest of n scores, n a multiple of LANES. */
static void
top_two(const float *score, size_t n, float *first, float *second)
{
	float a[8], b[8];

	for (size_t i = 0; i < 8; i++) {
		float s = score[i], t = score[i + 8];

		a[i] = s > t ? s : t;
		b[i] = s > t ? t : s;
	}
	for (size_t o = LANES; o < n; o += 8)
		for (size_t i = 0; i < 8; i++) {
			float s = score[o + i], less = s < a[i] ? s : a[i];

			a[i] = s > a[i] ? s : a[i];
			b[i] = less > b[i] ? less : b[i];
		}
	for (size_t i = 0; i < 4; i++) {
		float less = a[i] < a[i + 4] ? a[i] : a[i + 4];
		float more = b[i] > b[i + 4] ? b[i] : b[i + 4];

		a[i] = a[i] > a[i + 4] ? a[i] : a[i + 4];
		b[i] = less > more ? less : more;
	}
	for (size_t i = 1; i < 4; i++) {
		float less = a[0] < a[i] ? a[0] : a[i];
		float more = b[0] > b[i] ? b[0] : b[i];

		a[0] = a[0] > a[i] ? a[0] : a[i];
		b[0] = less > more ? less : more;
	}
	*first = a[0];
	*second = b[0];
}

/* A group's best score is at least that of the others so far. */
static void
take(const struct kmeans_groups *all, struct best *best, size_t g,
	const float *score, float first, float second)
{
	uint32_t idx;
	size_t at = 0;

	while (score[at] != first)
		at++;
	idx = all->member[g * all->size + at];
	if (first > best->score || idx < best->idx)
		*best = (struct best){ first, second, idx, (uint32_t)g };
}

static void
search_group(const struct task *t, struct desk *w, size_t v0, size_t g)
{
	const struct kmeans_bounds *b = t->b;
	const uint16_t *list = w->list + g * ROWS;
	size_t d = b->g->d, size = b->g->size;

	for (size_t i = 0; i < w->count[g]; i++)
		memcpy(w->some + i * d, w->x + list[i] * d, d * sizeof(*w->x));
	product_rows(&b->g->part[g], w->some, w->count[g], w->score);
	for (size_t i = 0; i < w->count[g]; i++) {
		const float *score = w->score + i * size;
		size_t row = list[i];
		float first, second;

		top_two(score, size, &first, &second);
		if (first >= w->best[row].score)
			take(b->g, &w->best[row], g, score, first, second);
		b->low[(v0 + row) * b->stride + g] =
			bound(t, w->norm[row], first, g);
	}
}

/* The winner's own group is bounded by its second. */
static void
settle_row(const struct task *t, const struct desk *w, size_t v, size_t row)
{
	const struct best *best = &w->best[row];
	struct kmeans_cells *c = t->b->c;

	if (best->idx == NONE)
		return;
	t->b->low[v * t->b->stride + best->group] =
		bound(t, w->norm[row], best->second, best->group);
	if (c->idx[v] == best->idx)
		return;
	c->idx[v] = best->idx;
	c->dist[v] = kmeans_cells_distance(
		c->x + v * c->d, t->centre + c->idx[v] * c->d, c->d);
}

static void
step_rows(void *arg, size_t chunk, size_t worker)
{
	const struct task *t = arg;
	struct kmeans_cells *c = t->b->c;
	const struct kmeans_groups *g = t->b->g;
	struct desk *w = &t->desk[worker];
	size_t v0 = chunk * ROWS, n = c->n - v0 < ROWS ? c->n - v0 : ROWS;
	double pairs = 0;

	memset(w->count, 0, g->groups * sizeof(*w->count));
	for (size_t i = 0; i < n; i++)
		list_row(t, w, v0 + i, i);
	for (size_t j = 0; j < g->groups; j++) {
		if (w->count[j] == 0)
			continue;
		search_group(t, w, v0, j);
		pairs +=
			(double)w->count[j] * (double)kmeans_groups_codes(g, j);
	}
	t->searched[chunk] = pairs;
	for (size_t i = 0; i < n; i++)
		settle_row(t, w, v0 + i, i);
}

/* How far each code moved since the last step, rounded up, into the drift of
 * its group. */
static void
drift(struct kmeans_bounds *b, const float *centre)
{
	const struct kmeans_groups *g = b->g;
	size_t d = g->d;

	for (size_t i = 0; i < g->groups; i++) {
		double most = 0;

		for (size_t o = 0; o < kmeans_groups_codes(g, i); o++) {
			size_t j = g->member[i * g->size + o];
			double move = kmeans_cells_distance(
				centre + j * d, b->old + j * d, d);

			b->moved[j] = memcmp(centre + j * d, b->old + j * d,
					      d * sizeof(*centre)) != 0;
			most = move > most ? move : most;
		}
		b->drift[i] += b->lead * sqrt(most) * (1 + 0x1p-40);
		b->drift_above[i] = (float)(b->drift[i] * UP) + FLT_MIN;
	}
	memcpy(b->old, centre, g->k * d * sizeof(*centre));
}

static void
desk_open(struct desk *w, const struct kmeans_groups *g)
{
	w->list = mem_alloc(g->groups * ROWS, sizeof(*w->list));
	w->count = mem_alloc(g->groups, sizeof(*w->count));
	w->best = mem_alloc(ROWS, sizeof(*w->best));
	w->norm = mem_alloc(ROWS, sizeof(*w->norm));
	w->x = mem_floats(ROWS * g->d);
	w->some = mem_floats(ROWS * g->d);
	w->score = mem_floats(ROWS * g->size);
}

static void
desk_close(struct desk *w)
{
	free(w->list);
	free(w->count);
	free(w->best);
	free(w->norm);
	free(w->x);
	free(w->some);
	free(w->score);
}

void
kmeans_bounds_step(
	struct kmeans_bounds *b, const float *centre, struct pool *pool)
{
	size_t n = b->c->n, d = b->c->d, threads = pool_threads(pool);
	size_t chunks = (n + ROWS - 1) / ROWS;
	struct task t = { .b = b, .centre = centre };
	double pairs = 0;

	t.factor = 4 * ((double)d + 3) * 0x1p-24;
	drift(b, centre);
	kmeans_groups_pack(b->g, centre, pool);
	t.desk = mem_alloc(threads, sizeof(*t.desk));
	t.searched = mem_alloc(chunks, sizeof(*t.searched));
	for (size_t i = 0; i < threads; i++)
		desk_open(&t.desk[i], b->g);
	pool_run(pool, chunks, step_rows, &t);
	for (size_t i = 0; i < threads; i++)
		desk_close(&t.desk[i]);
	for (size_t i = 0; i < chunks; i++)
		pairs += t.searched[i];
	b->searched = pairs / ((double)n * (double)b->g->k);
	free(t.desk);
	free(t.searched);
}

struct derived {
	struct kmeans_bounds *b;
	const struct kmeans_bounds *codes; /* bounds of each code */
};

/* |x - c| >= |winner - c| - |x - winner| */
static void
derive_rows(void *arg, size_t chunk, size_t worker)
{
	const struct derived *t = arg;
	const struct kmeans_bounds *b = t->b;
	const struct kmeans_cells *c = b->c;
	size_t end = (chunk + 1) * ROWS;

	(void)worker;
	for (size_t v = chunk * ROWS; v < c->n && v < end; v++) {
		const float *from = t->codes->low + c->idx[v] * b->stride;
		float *low = b->low + v * b->stride;
		float dist = (float)(sqrt(c->dist[v]) * UP) + FLT_MIN;

		for (size_t g = 0; g < b->stride; g++)
			low[g] = (from[g] - dist) * (float)DOWN;
	}
}

void
kmeans_bounds_init(struct kmeans_bounds *b, struct kmeans_cells *c,
	struct kmeans_groups *g, const float *centre, struct pool *pool)
{
	struct kmeans_cells codes; /* each code as a vector */
	struct kmeans_bounds own;
	struct derived t = { b, &own };

	kmeans_cells_init(&codes, centre, c->k, c->d, c->k);
	memset(codes.idx, 0, c->k * sizeof(*codes.idx));
	kmeans_cells_measure(&codes, centre, pool);
	open_bounds(&own, &codes, g, centre);
	know_nothing(&own);
	kmeans_bounds_step(&own, centre, pool);
	/* Left out of a code's bounds is its winner: itself, but for copies. */
	for (size_t j = 0; j < c->k; j++)
		if (codes.idx[j] != j)
			own.low[j * own.stride + g->group[codes.idx[j]]] = 0;
	open_bounds(b, c, g, centre);
	pool_run(pool, (c->n + ROWS - 1) / ROWS, derive_rows, &t);
	kmeans_bounds_free(&own);
	kmeans_cells_free(&codes);
}
