/*
 * nearest_prepare.h - a codebook prepared on a pool, for codes that change at
 * every step of training.
 *
 * The same bits as nearest_init.  s is all-zero or was prepared before; memory
 * of the right size is used again, as fresh pages cost more than packing does.
 */
#ifndef KERNEL_NEAREST_PREPARE_H
#define KERNEL_NEAREST_PREPARE_H

#include "kernel/nearest.h"

/* code [k, d] is copied. */
void nearest_prepare(struct nearest *s, struct pool *pool, const float *code,
	size_t k, size_t d);

#endif
