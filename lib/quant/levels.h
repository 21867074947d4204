/*
 * levels.h - how many levels each dimension of finite scalar quantization has.
 */
#ifndef QUANT_LEVELS_H
#define QUANT_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#define LEVELS_MOST 9 /* dimensions, for up to 2^24 codes */

/*
 * Levels [at most LEVELS_MOST], the largest first, for about k codes; returns
 * their number.  Those that the paper recommends (arXiv 2309.15505, table 1)
 * for k = 2^8, 2^10, 2^12, 2^14, 2^16; else 2 to 8 levels each, such that their
 * product is nearest to k, then in fewest dimensions (not more than one beyond
 * the fewest that have k codes), then as even as possible.
 */
size_t levels_choose(size_t k, uint32_t *levels);

/* Their product; levels_choose gives the same levels for it as for k. */
size_t levels_codes(size_t k);

#endif
