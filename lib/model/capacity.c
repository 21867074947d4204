#include <math.h>

#include "model/capacity.h"
#include "model/router.h"

size_t
capacity_room(double factor, size_t n, size_t t, size_t e)
{
	double room = ceil(factor * (double)(n * t) / (double)e);

	return room < (double)(n * t) ? (size_t)room : n * t;
}

size_t
capacity_drop(uint16_t *experts, float *gates, size_t n, size_t t, size_t e,
	size_t room, uint32_t *count)
{
	size_t dropped = 0;

	for (size_t j = 0; j < e; j++)
		count[j] = 0;
	for (size_t i = 0; i < n * t; i++) {
		if (count[experts[i]]++ < room)
			continue;
		experts[i] = ROUTER_DROPPED;
		gates[i] = 0;
		dropped++;
	}
	return dropped;
}
