/*
 * wide.h - loops over WIDE doubles side by side, written once and compiled for
 * the registers of each processor.
 *
 * WIDE_VERSIONS(result, name, (parameters), body) makes name_avx512,
 * name_avx2 and name_portable, whose body calls an inline function, and
 * WIDE_CALL(name, (arguments)) calls the one for this machine.  All have the
 * same bits: lanes do not mix, and nothing is contracted.
 */
#ifndef KERNEL_WIDE_H
#define KERNEL_WIDE_H

#include <stdint.h>

#include "kernel/cpu.h"

#define WIDE 8

typedef double wide __attribute__((vector_size(8 * WIDE)));
typedef uint64_t wide_bits __attribute__((vector_size(8 * WIDE)));
typedef float wide_float __attribute__((vector_size(4 * WIDE)));

/* In front of a loop over constants: its arrays then are registers. */
#ifdef __clang__
#define WIDE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define WIDE_UNROLL _Pragma("GCC unroll 16")
#endif

#define WIDE_INLINE static inline __attribute__((always_inline))

#define WIDE_VERSION(isa, result, name, parameters, body) \
	isa static result name parameters \
	{ \
		body; \
	}

#if defined(__x86_64__) && defined(__GNUC__)
#define WIDE_X86
#define WIDE_AVX512 __attribute__((target("avx512f")))
#define WIDE_AVX2 __attribute__((target("avx2")))
#define WIDE_VERSIONS(result, name, parameters, body) \
	WIDE_VERSION(WIDE_AVX512, result, name##_avx512, parameters, body) \
	WIDE_VERSION(WIDE_AVX2, result, name##_avx2, parameters, body) \
	WIDE_VERSION(, result, name##_portable, parameters, body)
#define WIDE_CALL(name, arguments) \
	(cpu_vectors() == CPU_AVX512 ? name##_avx512 arguments \
			: cpu_vectors() == CPU_AVX2 \
			? name##_avx2 arguments \
			: name##_portable arguments)
#else
#define WIDE_VERSIONS(result, name, parameters, body) \
	WIDE_VERSION(, result, name##_portable, parameters, body)
#define WIDE_CALL(name, arguments) name##_portable arguments
#endif

#endif
