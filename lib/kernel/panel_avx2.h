/*
 * panel_avx2.h - the panel kernels for x86-64 with AVX2 and FMA.
 */
#ifndef KERNEL_PANEL_AVX2_H
#define KERNEL_PANEL_AVX2_H

#include "kernel/panel.h"

/* NULL where this processor cannot run them. */
const struct panel_ops *panel_avx2(void);

/* Its lay, for AVX-512 too. */
void panel_avx2_lay(
	const float *x, size_t n, size_t d, const float *centre, float *lanes);

#endif
