/*
 * panel_neon.h - the panel kernels for arm64.
 */
#ifndef KERNEL_PANEL_NEON_H
#define KERNEL_PANEL_NEON_H

#include "kernel/panel.h"

/* NULL where this processor cannot run them. */
const struct panel_ops *panel_neon(void);

#endif
