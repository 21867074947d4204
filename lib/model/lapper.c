#include <stdlib.h>
#include <string.h>

#include "model/lapper.h"
#include "util/mem.h"

void
lapper_init(struct lapper *l, const struct frames *f)
{
	*l = (struct lapper){ .frames = f,
		.last = mem_floats(f->hop),
		.now = mem_floats(f->hop) };
}

void
lapper_free(struct lapper *l)
{
	free(l->last);
	free(l->now);
	*l = (struct lapper){ 0 };
}

/* Begin another sound. */
static void
reset(struct lapper *l)
{
	l->filled = 0;
	l->waiting = 0;
}

static void
swap(struct lapper *l)
{
	float *old = l->last;

	l->last = l->now;
	l->now = old;
	l->waiting = 1;
	l->filled = 0;
}

/* now is full: turn the boundary, give the block before; now waits. */
static size_t
complete(struct lapper *l, float *out)
{
	size_t given = 0;

	if (l->waiting) {
		lap_forward(&l->frames->lap, l->last, l->now);
		memcpy(out, l->last, l->frames->hop * sizeof(*out));
		given = 1;
	}
	swap(l);
	return given;
}

size_t
lapper_push(struct lapper *l, const float *x, size_t stride, size_t n,
	float *out, size_t ld)
{
	size_t given = 0, hop = l->frames->hop;

	for (size_t i = 0; i < n; i++) {
		l->now[l->filled++] = x[i * stride];
		if (l->filled == hop)
			given += complete(l, out + given * ld);
	}
	return given;
}

size_t
lapper_flush(struct lapper *l, float *out, size_t ld)
{
	size_t given = 0, hop = l->frames->hop;

	if (l->filled) {
		memset(l->now + l->filled, 0,
			(hop - l->filled) * sizeof(*l->now));
		given = complete(l, out);
	}
	if (l->waiting) {
		memcpy(out + given * ld, l->last, hop * sizeof(*out));
		given++;
	}
	reset(l);
	return given;
}

static void
spread(const float *from, size_t n, float *x, size_t stride)
{
	for (size_t i = 0; i < n; i++)
		x[i * stride] = from[i];
}

int
lapper_pull(struct lapper *l, const float *block, float *x, size_t stride)
{
	int given = l->waiting;

	memcpy(l->now, block, l->frames->hop * sizeof(*block));
	if (given) {
		lap_inverse(&l->frames->lap, l->last, l->now);
		spread(l->last, l->frames->hop, x, stride);
	}
	swap(l);
	return given;
}

int
lapper_drain(struct lapper *l, float *x, size_t stride)
{
	int given = l->waiting;

	if (given)
		spread(l->last, l->frames->hop, x, stride);
	reset(l);
	return given;
}
