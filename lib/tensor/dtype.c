#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "tensor/dtype.h"
#include "tensor/half.h"
#include "tensor/le.h"
#include "tensor/whole.h"

static const struct {
	const char *name;
	size_t size;
} types[DT_COUNT] = {
	[DT_F64] = { "F64", 8 },
	[DT_F32] = { "F32", 4 },
	[DT_F16] = { "F16", 2 },
	[DT_BF16] = { "BF16", 2 },
	[DT_I64] = { "I64", 8 },
	[DT_I32] = { "I32", 4 },
	[DT_I16] = { "I16", 2 },
	[DT_I8] = { "I8", 1 },
	[DT_U64] = { "U64", 8 },
	[DT_U32] = { "U32", 4 },
	[DT_U16] = { "U16", 2 },
	[DT_U8] = { "U8", 1 },
};

size_t
dtype_size(enum dtype t)
{
	return types[t].size;
}

const char *
dtype_name(enum dtype t)
{
	return types[t].name;
}

int
dtype_find(const char *name, size_t n)
{
	for (int t = 0; t < DT_COUNT; t++)
		if (strlen(types[t].name) == n &&
			memcmp(types[t].name, name, n) == 0)
			return t;
	return -1;
}

/* The element at p as a number: exact but for I64 and U64 above 2^53. */
static double
get(const unsigned char *p, enum dtype t)
{
	uint64_t u;
	uint32_t v;
	double x;
	float y;

	switch (t) {
	case DT_F64:
		u = le_get64(p);
		memcpy(&x, &u, sizeof(x));
		return x;
	case DT_F32:
		v = le_get32(p);
		memcpy(&y, &v, sizeof(y));
		return (double)y;
	case DT_F16: return (double)half_f16_to_f32(le_get16(p));
	case DT_BF16: return (double)half_bf16_to_f32(le_get16(p));
	case DT_I64: return (double)(int64_t)le_get64(p);
	case DT_I32: return (int32_t)le_get32(p);
	case DT_I16: return (int16_t)le_get16(p);
	case DT_I8: return (int8_t)*p;
	case DT_U64: return (double)le_get64(p);
	case DT_U32: return le_get32(p);
	case DT_U16: return le_get16(p);
	default: return *p;
	}
}

static void
f64_to_f32(float *dst, const unsigned char *p, size_t n)
{
	double x;

	for (size_t i = 0; i < n; i++) {
		uint64_t u = le_get64(p + 8 * i);

		memcpy(&x, &u, sizeof(x));
		dst[i] = (float)x;
	}
}

static void
f32_to_f32(float *dst, const unsigned char *p, size_t n)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(dst, p, n * sizeof(*dst));
#else
	for (size_t i = 0; i < n; i++) {
		uint32_t u = le_get32(p + 4 * i);

		memcpy(&dst[i], &u, sizeof(u));
	}
#endif
}

static void
f16_to_f32(float *dst, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = half_f16_to_f32(le_get16(p + 2 * i));
}

static void
bf16_to_f32(float *dst, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dst[i] = half_bf16_to_f32(le_get16(p + 2 * i));
}

static void
signed_to_f32(float *dst, const unsigned char *p, size_t n, enum dtype t)
{
	size_t i;

	switch (t) {
	case DT_I64:
		for (i = 0; i < n; i++)
			dst[i] = (float)(int64_t)le_get64(p + 8 * i);
		break;
	case DT_I32:
		for (i = 0; i < n; i++)
			dst[i] = (float)(int32_t)le_get32(p + 4 * i);
		break;
	case DT_I16:
		for (i = 0; i < n; i++)
			dst[i] = (float)(int16_t)le_get16(p + 2 * i);
		break;
	default:
		for (i = 0; i < n; i++)
			dst[i] = (float)(int8_t)p[i];
	}
}

static void
unsigned_to_f32(float *dst, const unsigned char *p, size_t n, enum dtype t)
{
	size_t i;

	switch (t) {
	case DT_U64:
		for (i = 0; i < n; i++)
			dst[i] = (float)le_get64(p + 8 * i);
		break;
	case DT_U32:
		for (i = 0; i < n; i++)
			dst[i] = (float)le_get32(p + 4 * i);
		break;
	case DT_U16:
		for (i = 0; i < n; i++)
			dst[i] = (float)le_get16(p + 2 * i);
		break;
	default:
		for (i = 0; i < n; i++)
			dst[i] = (float)p[i];
	}
}

void
dtype_to_f32(float *dst, const void *src, size_t n, enum dtype t)
{
	switch (t) {
	case DT_F64: f64_to_f32(dst, src, n); break;
	case DT_F32: f32_to_f32(dst, src, n); break;
	case DT_F16: f16_to_f32(dst, src, n); break;
	case DT_BF16: bf16_to_f32(dst, src, n); break;
	case DT_I64:
	case DT_I32:
	case DT_I16:
	case DT_I8: signed_to_f32(dst, src, n, t); break;
	default: unsigned_to_f32(dst, src, n, t);
	}
}

/* The integer nearest to x in lo .. hi; 0 for NaN. */
static int64_t
nearest_int(float x, int64_t lo, int64_t hi)
{
	if (isnan(x))
		return 0;
	if (x <= (float)lo)
		return lo;
	if (x >= (float)hi) /* (float)hi may be hi + 1, which no x below is */
		return hi;
	return (int64_t)rintf(x);
}

static uint64_t
nearest_u64(float x)
{
	if (!(x > 0))
		return 0;
	return x >= 0x1p64f ? UINT64_MAX : (uint64_t)rintf(x);
}

static void
put_f64(unsigned char *p, double x)
{
	uint64_t u;

	memcpy(&u, &x, sizeof(u));
	le_put64(p, u);
}

static void
put_f32(unsigned char *p, float x)
{
	uint32_t u;

	memcpy(&u, &x, sizeof(u));
	le_put32(p, u);
}

/* The low bytes of v, as many as t has. */
static void
put_int(unsigned char *p, uint64_t v, enum dtype t)
{
	switch (dtype_size(t)) {
	case 8: le_put64(p, v); break;
	case 4: le_put32(p, (uint32_t)v); break;
	case 2: le_put16(p, (uint16_t)v); break;
	default: *p = (unsigned char)v;
	}
}

static void
put_nearest(unsigned char *p, float x, enum dtype t)
{
	int64_t top;

	if (t == DT_U64) {
		le_put64(p, nearest_u64(x));
		return;
	}
	if (t == DT_U32 || t == DT_U16 || t == DT_U8) {
		top = ((int64_t)1 << 8 * dtype_size(t)) - 1;
		put_int(p, (uint64_t)nearest_int(x, 0, top), t);
		return;
	}
	top = INT64_MAX >> (64 - 8 * dtype_size(t));
	put_int(p, (uint64_t)nearest_int(x, -top - 1, top), t);
}

void
dtype_from_f32(void *dst, const float *src, size_t n, enum dtype t)
{
	unsigned char *p = dst;
	size_t i, size = dtype_size(t);

	if (t == DT_F32) {
		for (i = 0; i < n; i++)
			put_f32(p + 4 * i, src[i]);
		return;
	}
	for (i = 0; i < n; i++, p += size)
		switch (t) {
		case DT_F64: put_f64(p, (double)src[i]); break;
		case DT_F16: le_put16(p, half_f32_to_f16(src[i])); break;
		case DT_BF16: le_put16(p, half_f32_to_bf16(src[i])); break;
		default: put_nearest(p, src[i], t);
		}
}

/* No bit of an index of type t is above these; 0: not a whole number. */
static uint64_t
index_bits(enum dtype t)
{
	switch (t) {
	case DT_I64:
	case DT_U64:
	case DT_U32: return UINT32_MAX;
	case DT_I32: return INT32_MAX;
	case DT_I16: return INT16_MAX;
	case DT_I8: return INT8_MAX;
	case DT_U16: return UINT16_MAX;
	case DT_U8: return UINT8_MAX;
	default: return 0;
	}
}

int
dtype_to_u32(
	uint32_t *dst, const void *src, size_t n, enum dtype t, struct err *e)
{
	const unsigned char *p = src;
	size_t i, size = dtype_size(t);
	uint64_t may = index_bits(t);
	double v;

	if (may && (whole_to_u32(dst, p, n, size) & ~may) == 0)
		return 0;
	/* Numbers of other types; or one of these is to be named. */

	for (i = 0; i < n; i++) {
		v = get(p + i * size, t);
		if (!(v >= 0 && v <= UINT32_MAX && v == rint(v)))
			return err_set(e,
				"element %zu: %.17g is not an index "
				"(0 to 4294967295)",
				i, v);
		dst[i] = (uint32_t)v;
	}
	return 0;
}

void
dtype_from_u32(void *dst, const uint32_t *src, size_t n, enum dtype t)
{
	unsigned char *p = dst;
	size_t i, size = dtype_size(t);
	float x;

	for (i = 0; i < n; i++, p += size)
		switch (t) {
		case DT_F64: put_f64(p, (double)src[i]); break;
		case DT_F32:
		case DT_F16:
		case DT_BF16:
			x = (float)src[i];
			dtype_from_f32(p, &x, 1, t);
			break;
		default: put_int(p, src[i], t);
		}
}

enum dtype
dtype_for_codes(size_t k)
{
	if (k <= 1u << 8)
		return DT_U8;
	return k <= 1u << 16 ? DT_U16 : DT_U32;
}

#define BLOCK ((size_t)16)

/* BLOCK numbers: a loop that compilers make vectors of. */
static bool
all_finite(const float *x)
{
	int32_t bad = 0;

	for (size_t i = 0; i < BLOCK; i++) {
		int32_t bits;

		memcpy(&bits, x + i, sizeof(bits));
		bad |= (bits & 0x7f800000) == 0x7f800000;
	}
	return !bad;
}

size_t
dtype_find_nonfinite(const float *x, size_t n)
{
	size_t i = 0;

	while (i + BLOCK <= n && all_finite(x + i))
		i += BLOCK;
	while (i < n && isfinite(x[i]))
		i++;
	return i;
}

const char *
dtype_nonfinite_words(const void *src, size_t i, enum dtype t)
{
	const unsigned char *p = src;

	return isfinite(get(p + i * dtype_size(t), t))
		? "a number beyond what a float holds"
		: "NaN or infinity";
}
