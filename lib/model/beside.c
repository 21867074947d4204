#include <stdlib.h>
#include <string.h>

#include "model/beside.h"
#include "model/route_plan.h"
#include "util/mem.h"

size_t
beside_bytes(const struct column *c)
{
	size_t n = dtype_size(c->dtype);

	for (size_t i = 1; i < c->rank; i++)
		n *= c->shape[i];
	return n;
}

bool
beside_goes(const struct part *p, const struct tensor *x, const char *taken,
	struct column *c)
{
	if (x == p->main || x->rank == 0 || x->shape[0] != p->rows ||
		(taken && strcmp(x->name, taken) == 0) ||
		route_plan_is(&p->rec, x))
		return false;
	*c = (struct column){
		.name = x->name, .dtype = x->dtype, .rank = x->rank
	};
	memcpy(c->shape, x->shape, sizeof(c->shape));
	return true;
}

void
beside_add(struct beside *b, const struct column *c)
{
	size_t n = b->count++;

	b->col = mem_grow(b->col, n + 1, sizeof(*b->col));
	b->wait = mem_grow(b->wait, n + 1, sizeof(*b->wait));
	b->col[n] = *c;
	b->col[n].name = mem_strdup(c->name);
	b->wait[n] = NULL;
}

void
beside_free(struct beside *b)
{
	for (size_t i = 0; i < b->count; i++) {
		free((char *)b->col[i].name);
		free(b->wait[i]);
	}
	free(b->col);
	free(b->wait);
	*b = (struct beside){ 0 };
}

static void
grow(struct beside *b, size_t need)
{
	if (need <= b->room)
		return;
	b->room = 2 * need;
	for (size_t i = 0; i < b->count; i++)
		b->wait[i] =
			mem_grow(b->wait[i], b->room, beside_bytes(&b->col[i]));
}

void
beside_put(struct beside *b, const void *const *rows, size_t n, size_t fold)
{
	grow(b, b->waiting + n);
	for (size_t i = 0; i < b->count; i++) {
		size_t size = beside_bytes(&b->col[i]);
		const unsigned char *from = rows[i];
		unsigned char *to = b->wait[i] + b->waiting * size;

		for (size_t r = 0; r < n; r++)
			memcpy(to + r * size, from + r / fold * size, size);
	}
	b->waiting += n;
}

void
beside_drop(struct beside *b, size_t n)
{
	b->waiting -= n;
	for (size_t i = 0; i < b->count; i++) {
		size_t size = beside_bytes(&b->col[i]);

		memmove(b->wait[i], b->wait[i] + n * size, b->waiting * size);
	}
}
