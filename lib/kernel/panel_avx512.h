/*
 * panel_avx512.h - the panel kernels for x86-64 with AVX-512F.
 */
#ifndef KERNEL_PANEL_AVX512_H
#define KERNEL_PANEL_AVX512_H

#include "kernel/panel.h"

/* NULL where this processor cannot run them. */
const struct panel_ops *panel_avx512(void);

#endif
