#include <string.h>

#include "model/dispatch.h"
#include "model/router.h"

void
dispatch_sort(const uint16_t *experts, size_t n, size_t s, size_t e,
	uint32_t *order, size_t *offset)
{
	memset(offset, 0, (e + 1) * sizeof(*offset));
	for (size_t i = 0; i < n * s; i++)
		if (experts[i] != ROUTER_DROPPED)
			offset[experts[i] + 1]++;
	for (size_t j = 0; j < e; j++)
		offset[j + 1] += offset[j];
	/* Each expert's next place; the places end where the next begins. */
	for (size_t i = 0; i < n * s; i++)
		if (experts[i] != ROUTER_DROPPED)
			order[offset[experts[i]]++] = (uint32_t)i;
	memmove(offset + 1, offset, e * sizeof(*offset));
	offset[0] = 0;
}
