#include <stdlib.h>
#include <string.h>

#include "kernel/product.h"
#include "model/gather.h"
#include "util/mem.h"

#define CHUNK ((size_t)256) /* vectors a task */

struct gather {
	const struct dataset *s;
	const struct place *place;
	size_t n;
	float *x, *work;
	bool normalize;
};

static void
gather_chunk(void *arg, size_t chunk, size_t worker)
{
	struct gather *g = arg;
	const struct transform *t = g->s->transform;
	size_t v = chunk * CHUNK, end = v + CHUNK < g->n ? v + CHUNK : g->n;
	size_t from = v;
	float *work = g->work + worker * 3 * t->patch;

	for (; v < end; v++)
		segment_vector(g->place[v].segment, t, &g->s->lap,
			g->place[v].spot, g->x + v * t->dim, work);
	if (t->kind == ITEM_AUDIO) {
		size_t n = end - from;
		float *y = mem_floats(n * t->dim);

		product_rows(&g->s->dct, g->x + from * t->dim, n, y);
		memcpy(g->x + from * t->dim, y, n * t->dim * sizeof(*y));
		free(y);
	}
	if (g->normalize)
		transform_normalize(t, g->x + from * t->dim, end - from);
}

void
gather_places(const struct dataset *s, const struct place *place, size_t n,
	bool normalize, float *x)
{
	size_t work = 3 * s->transform->patch * pool_threads(s->pool) + 1;
	struct gather g = { s, place, n, x, mem_floats(work), normalize };

	pool_run(s->pool, (n + CHUNK - 1) / CHUNK, gather_chunk, &g);
	free(g.work);
}

void
gather_one(const struct dataset *s, const struct place *place, float *x)
{
	gather_chunk(&(struct gather){ s, place, 1, x, s->window_work, false },
		0, 0);
}
