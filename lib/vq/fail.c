#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/nearest.h"
#include "util/mem.h"
#include "vq/fail.h"
#include "vq/vq.h"

static _Thread_local struct err words;
static void (*no_memory)(void);

int
fail_set(int status, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words.msg, sizeof(words.msg), fmt, ap);
	va_end(ap);
	return status;
}

int
fail_err(int status, const struct err *e)
{
	memcpy(words.msg, e->msg, sizeof(words.msg));
	return status;
}

const char *
fail_words(void)
{
	return words.msg;
}

int
fail_null(const char *function)
{
	return fail_set(VQ_EINVAL, "%s: a pointer is NULL", function);
}

int
fail_size(size_t a, size_t b, size_t c, size_t size)
{
	int overflow = 0;
	size_t n = mem_mul(mem_mul(a, b, &overflow), c, &overflow);

	n = mem_mul(n, size, &overflow);
	if (overflow || n > PTRDIFF_MAX)
		return fail_set(VQ_EINVAL,
			"%zu x %zu x %zu: no array is that large", a, b, c);
	return VQ_OK;
}

int
fail_room(size_t a, size_t b)
{
	void *p;

	if (fail_size(a, b, 1, 4) == VQ_OK && (p = malloc(a * b * 4 + 1))) {
		free(p);
		return VQ_OK;
	}
	return fail_set(
		VQ_ENOMEM, "no memory for %zu x %zu numbers of scratch", a, b);
}

int
fail_value(const float *x, size_t n, size_t cols, size_t row0)
{
	for (size_t i = 0; i < n * cols; i++)
		if (!isfinite(x[i]))
			return fail_set(VQ_EVALUE,
				"row %zu holds NaN or infinity (column %zu, "
				"both counted from 0)",
				row0 + i / cols, i % cols);
	return VQ_OK;
}

int
fail_long(const float *x, size_t n, size_t cols)
{
	int status = fail_value(x, n, cols, 0);
	size_t v;

	if (status != VQ_OK || (v = nearest_too_long(x, n, cols)) == n)
		return status;
	return fail_set(VQ_EVALUE,
		"row %zu is so long that floats do not hold its square (over "
		"%.2g)",
		v, NEAREST_LONGEST);
}

static void
exhausted(void)
{
	if (no_memory)
		no_memory();
}

static void
be_quiet(void)
{
	mem_on_exhausted(exhausted);
}

void
fail_begin(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, be_quiet);
}

void
fail_memory(void (*fn)(void))
{
	no_memory = fn;
	fail_begin();
}
