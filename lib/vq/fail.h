/*
 * fail.h - what vq_error() says, and the checks that the public functions
 * share.
 *
 * Each returns the status, so that a caller can return it.
 */
#ifndef VQ_FAIL_H
#define VQ_FAIL_H

#include <stddef.h>

#include "util/err.h"

/* Words of the calling thread. */
int fail_set(int status, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
int fail_err(int status, const struct err *e);
const char *fail_words(void);

/* The public function was given what is NULL. */
int fail_null(const char *function);

/* VQ_EINVAL unless an array of a * b * c numbers of `size` bytes can exist. */
int fail_size(size_t a, size_t b, size_t c, size_t size);

/* VQ_ENOMEM if a * b numbers of 4 bytes are not to be had. */
int fail_room(size_t a, size_t b);

/* VQ_EVALUE if x [n, cols] holds NaN or infinity; row0 is that of x[0]. */
int fail_value(const float *x, size_t n, size_t cols, size_t row0);

/* And if a row is too long for a search of nearest codes. */
int fail_long(const float *x, size_t n, size_t cols);

/* Memory that is exhausted ends in fn and abort(), without a word. */
void fail_memory(void (*fn)(void));

/* At the begin of each handle: the same, with the fn that is there. */
void fail_begin(void);

#endif
