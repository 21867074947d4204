#include <stdlib.h>
#include <string.h>

#include "model/route_plan.h"
#include "model/router.h"
#include "tensor/le.h"
#include "util/mem.h"

/* begin[j + 1]: the assignments of expert j. */
static void
count(const struct tensor *t, size_t n, size_t *begin)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t j = le_get16(t->data + 2 * i);

		if (j != ROUTER_DROPPED)
			begin[j + 1]++;
	}
}

/* begin[j] ends as the place behind those of j. */
static void
place(const struct tensor *t, size_t n, size_t *begin, unsigned char *order)
{
	for (size_t i = 0; i < n; i++) {
		uint16_t j = le_get16(t->data + 2 * i);

		if (j != ROUTER_DROPPED)
			le_put32(order + 4 * begin[j]++, (uint32_t)i);
	}
}

static void
add(const void *arg, struct record *part)
{
	size_t e = *(const size_t *)arg, n = tensor_elements(part->tensor);
	size_t *begin = mem_zalloc(e + 1, sizeof(*begin)), ends = e + 1;
	unsigned char *order, *offsets = mem_alloc(e + 1, 8);

	count(part->tensor, n, begin);
	for (size_t j = 0; j < e; j++)
		begin[j + 1] += begin[j];
	for (size_t j = 0; j <= e; j++)
		le_put64(offsets + 8 * j, begin[j]);
	order = mem_alloc(begin[e], 4);
	n = begin[e];
	place(part->tensor, tensor_elements(part->tensor), begin, order);
	free(begin);
	record_add(part, "order", DT_U32, 1, &n, order);
	record_add(part, "offsets", DT_U64, 1, &ends, offsets);
}

struct writer_extra
route_plan_extra(const size_t *experts)
{
	return (struct writer_extra){ add, experts };
}

bool
route_plan_is(const struct record *r, const struct tensor *t)
{
	const char *kind = meta_get(&r->meta, "kind");

	return kind && strcmp(kind, "routes") == 0 &&
		(strcmp(t->name, "order") == 0 ||
			strcmp(t->name, "offsets") == 0);
}
