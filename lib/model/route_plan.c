#include <stdlib.h>
#include <string.h>

#include "model/dispatch.h"
#include "model/route_plan.h"
#include "tensor/le.h"
#include "util/mem.h"

static void
add(const void *arg, struct record *part)
{
	const struct tensor *t = part->tensor;
	size_t e = *(const size_t *)arg, n = tensor_elements(t), ends = e + 1;
	uint16_t *experts = mem_alloc(n, sizeof(*experts));
	size_t *begin = mem_alloc(ends, sizeof(*begin));
	uint32_t *order = mem_alloc(n, sizeof(*order));
	unsigned char *offsets = mem_alloc(ends, 8);

	for (size_t j = 0; j < n; j++)
		experts[j] = le_get16(t->data + 2 * j);
	dispatch_sort(experts, n, 1, e, order, begin);
	free(experts);
	n = begin[e];
	for (size_t j = 0; j <= e; j++)
		le_put64(offsets + 8 * j, begin[j]);
	free(begin);
	dtype_from_u32(order, order, n, DT_U32);
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
