/*
 * router_top.h - the t largest of a row of scores.
 */
#ifndef MODEL_ROUTER_TOP_H
#define MODEL_ROUTER_TOP_H

#include <stddef.h>
#include <stdint.h>

/*
 * idx[0 .. t): the t largest of score[0 .. e), the largest first, the lower
 * index first among equals; 1 <= t <= e.  No score is NaN.
 */
void router_top(const float *score, size_t e, size_t t, uint32_t *idx);

#endif
