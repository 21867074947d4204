#include <errno.h>
#include <jansson.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "util/mem.h"

#define ALIGN 64 /* a cache line, and the widest vector register */

/* From twice this on, floats ask for pages of this size: a search through a
 * large codebook misses the table of small ones all the time. */
#define HUGE_PAGE ((size_t)2 << 20)

static void (*last)(void);

void
mem_on_exhausted(void (*fn)(void))
{
	last = fn;
}

static _Noreturn void
out_of_memory(void)
{
	if (last) {
		last();
		abort();
	}
	fprintf(stderr, "%s: out of memory\n", program_invocation_short_name);
	/* Not exit: other threads still use what it would take away, and one
	 * of OpenBLAS (where it has some) that waits for memory is waited for. */
	quick_exit(1);
}

size_t
mem_mul(size_t a, size_t b, int *overflow)
{
	size_t r;

	if (__builtin_mul_overflow(a, b, &r)) {
		*overflow = 1;
		return 0;
	}
	return r;
}

static size_t
bytes(size_t n, size_t size)
{
	int overflow = 0;
	size_t b = mem_mul(n, size, &overflow);

	if (overflow)
		out_of_memory();
	return b ? b : 1;
}

void *
mem_alloc(size_t n, size_t size)
{
	void *p = malloc(bytes(n, size));

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_zalloc(size_t n, size_t size)
{
	void *p = calloc(bytes(n, size), 1);

	if (!p)
		out_of_memory();
	return p;
}

void *
mem_grow(void *p, size_t n, size_t size)
{
	p = realloc(p, bytes(n, size));
	if (!p)
		out_of_memory();
	return p;
}

float *
mem_floats(size_t n)
{
	size_t size = bytes(n, sizeof(float));
	bool huge = size >= 2 * HUGE_PAGE;
	void *p;

	if (posix_memalign(&p, huge ? HUGE_PAGE : ALIGN, size) != 0)
		out_of_memory();
#ifdef MADV_HUGEPAGE
	if (huge)
		(void)madvise(p, size, MADV_HUGEPAGE); /* only a wish */
#endif
	return p;
}

float *
mem_zfloats(size_t n)
{
	float *p = mem_floats(n);

	memset(p, 0, n * sizeof(*p));
	return p;
}

char *
mem_strdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(mem_alloc(n, 1), s, n);
}

char *
mem_printf(const char *fmt, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap); /* asks for memory, if it is long */
	va_end(ap);
	if (n < 0)
		out_of_memory();
	s = mem_alloc((size_t)n + 1, 1);
	if (vsnprintf(s, (size_t)n + 1, fmt, again) != n)
		out_of_memory();
	va_end(again);
	return s;
}

void
mem_keep(void)
{
#ifdef M_TRIM_THRESHOLD
	/* glibc takes no more for a block that is not mapped by itself. */
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 128 << 20);
#endif
}

static void *
alloc_bytes(size_t n)
{
	return mem_alloc(n, 1);
}

void
mem_for_libraries(void)
{
	json_set_alloc_funcs(alloc_bytes, free);
}
