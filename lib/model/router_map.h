/*
 * router_map.h - code -> expert.
 */
#ifndef MODEL_ROUTER_MAP_H
#define MODEL_ROUTER_MAP_H

#include <stddef.h>
#include <stdint.h>

/* map[i] = i mod e. */
void router_map_modulo(size_t k, size_t e, uint32_t *map);

/*
 * Neighbours to one expert: the codes q [k, d] are halved across their longest
 * direction, in proportion to the experts of each half, until one is left.
 *
 * use NULL: halves go by the number of codes, and no two experts' numbers
 * differ by more than log2 e.  Else use [k], finite and not negative, says how
 * often each code is taken, and halves go by its sums, as nearly as whole codes
 * allow; codes of no use at all go by their number.  Each expert has one code
 * at least.  1 <= e <= k.  Sums in double, in order: the same map everywhere.
 */
void router_map_grouped(const float *q, const double *use, size_t k, size_t d,
	size_t e, uint32_t *map);

#endif
