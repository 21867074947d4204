#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "util/mem.h"
#include "vq/crew.h"
#include "vq/fail.h"
#include "vq/vq.h"

#define COPIES 4 /* its own, two that are searched, one while they are made */

struct vq_book {
	size_t k, d;
	float *code; /* [k, d] */
	struct nearest nearest;
	struct crew *crew;
};

int
vq_book_open(const float *code, size_t k, size_t d, struct vq_book **to)
{
	struct vq_book *b;
	int status;

	if (to)
		*to = NULL;
	if (!code || !to)
		return fail_null(__func__);
	fail_begin();
	if (k == 0 || d == 0 || k > UINT32_MAX)
		return fail_set(VQ_EINVAL, "a table of %zu x %zu", k, d);
	if ((status = fail_size(k, d, COPIES, sizeof(*code))) != VQ_OK ||
		(status = fail_long(code, k, d)) != VQ_OK ||
		(status = fail_room(k, COPIES * d)) != VQ_OK)
		return status;
	b = mem_zalloc(1, sizeof(*b));
	b->k = k;
	b->d = d;
	b->code = mem_floats(k * d);
	memcpy(b->code, code, k * d * sizeof(*code));
	nearest_init(&b->nearest, b->code, k, d);
	nearest_prune(&b->nearest, NULL, b->code);
	b->crew = crew_open();
	*to = b;
	return VQ_OK;
}

void
vq_book_close(struct vq_book *b)
{
	if (!b)
		return;
	crew_close(b->crew);
	nearest_free(&b->nearest);
	free(b->code);
	free(b);
}

int
vq_book_threads(struct vq_book *b, size_t threads)
{
	if (!b)
		return fail_null(__func__);
	if (crew_set(b->crew, threads) != 0)
		return fail_set(VQ_EINVAL, "%zu threads", threads);
	return VQ_OK;
}

static void
measure(const struct vq_book *b, const float *x, size_t n,
	const uint32_t *index, float *distance)
{
	for (size_t v = 0; v < n; v++, x += b->d) {
		const float *c = b->code + index[v] * b->d;
		double sum = 0;

		for (size_t i = 0; i < b->d; i++)
			sum += ((double)x[i] - c[i]) * ((double)x[i] - c[i]);
		distance[v] = (float)sum;
	}
}

int
vq_book_nearest(const struct vq_book *b, const float *x, size_t n, size_t d,
	uint32_t *index, float *distance)
{
	struct pool *pool;
	int status;

	if (!b)
		return fail_null(__func__);
	if (d != b->d)
		return fail_set(VQ_ESHAPE,
			"vectors of %zu numbers, but codes of %zu", d, b->d);
	if (n == 0)
		return VQ_OK;
	if (!x || !index)
		return fail_null(__func__);
	if ((status = fail_size(n, d, 1, sizeof(*x))) != VQ_OK ||
		(status = fail_long(x, n, d)) != VQ_OK)
		return status;
	pool = crew_take(b->crew);
	nearest_find_all(&b->nearest, pool, x, n, index, NULL);
	crew_give(b->crew, pool);
	if (distance)
		measure(b, x, n, index, distance);
	return VQ_OK;
}
