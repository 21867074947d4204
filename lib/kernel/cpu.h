/*
 * cpu.h - which version of the kernels runs on this machine.
 *
 * All versions give the same bits.  The environment variable VQ_KERNEL forces
 * one: ref (one pair at a time, as the definition reads), generic (portable
 * panels), avx2, avx512, neon.  A name that is unknown or that this processor
 * cannot run is ignored in favour of the best one; `vq-train --version -v`
 * tells which runs.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include "kernel/panel.h"

/* The panel kernels in use; the choice is made once. */
const struct panel_ops *cpu_panel_ops(void);

/* The widest registers that this version may use. */
enum cpu_vectors { CPU_PORTABLE, CPU_AVX2, CPU_AVX512 };
enum cpu_vectors cpu_vectors(void);

#endif
