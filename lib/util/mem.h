/*
 * mem.h - memory that is there or the process ends.
 *
 * These abort with a line on stderr when memory is exhausted or a size
 * overflows.  A size that comes from a file is checked against a limit before
 * it gets here.  Everything is released with free().
 */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stddef.h>

/* n * size bytes, uninitialised; never NULL, also for 0 bytes. */
void *mem_alloc(size_t n, size_t size);

/* The same, zeroed. */
void *mem_zalloc(size_t n, size_t size);

/* realloc to n * size bytes; p may be NULL. */
void *mem_grow(void *p, size_t n, size_t size);

/* n floats at a 64-byte boundary, uninitialised / zeroed. */
float *mem_floats(size_t n);
float *mem_zfloats(size_t n);

char *mem_strdup(const char *s);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* From now on blocks of up to 32 MiB that are freed are kept for the next ones,
 * so that their pages are not asked for again: for who reads large parts one
 * after another. */
void mem_keep(void);

/* From now on the libraries that lose what they do when there is no memory,
 * without a word or by a crash, ask for it as we do: jansson. */
void mem_for_libraries(void);

/* From now on fn is called instead of the line on stderr, and the process ends
 * by abort() behind it: for a library, which is silent. */
void mem_on_exhausted(void (*fn)(void));

/* a * b, or 1 in *overflow (left alone otherwise). */
size_t mem_mul(size_t a, size_t b, int *overflow);

#endif
