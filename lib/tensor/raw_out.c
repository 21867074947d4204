#include <stdbool.h>
#include <stdint.h>

#include "tensor/raw_out.h"

#define BLOCK ((size_t)1024)

static bool
is_unsigned(enum dtype t)
{
	return t == DT_U64 || t == DT_U32 || t == DT_U16 || t == DT_U8;
}

/* The greatest index that a type of rows holds. */
static uint64_t
greatest(enum dtype t)
{
	switch (t) {
	case DT_U8: return UINT8_MAX;
	case DT_I16: return INT16_MAX;
	case DT_U16: return UINT16_MAX;
	default: return UINT32_MAX;
	}
}

static int
convert_indices(void *dst, const void *src, size_t n, enum dtype from,
	enum dtype to, struct err *e)
{
	uint32_t v[BLOCK];

	if (dtype_to_u32(v, src, n, from, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (v[i] > greatest(to))
			return err_set(e, "%u does not fit in %s", v[i],
				dtype_name(to));
	dtype_from_u32(dst, v, n, to);
	return 0;
}

static int
convert(void *dst, const void *src, size_t n, enum dtype from, enum dtype to,
	struct err *e)
{
	float x[BLOCK];

	if (is_unsigned(from))
		return convert_indices(dst, src, n, from, to, e);
	dtype_to_f32(x, src, n, from);
	dtype_from_f32(dst, x, n, to);
	return 0;
}

int
raw_out_write(struct output *o, const void *data, size_t n, enum dtype from,
	enum dtype to, struct err *e)
{
	unsigned char block[BLOCK * 8];
	const unsigned char *p = data;
	size_t take;

	if (from == to)
		return output_write(o, data, n * dtype_size(from), e);
	for (; n; n -= take, p += take * dtype_size(from)) {
		take = n < BLOCK ? n : BLOCK;
		if (convert(block, p, take, from, to, e) != 0 ||
			output_write(o, block, take * dtype_size(to), e) != 0)
			return -1;
	}
	return 0;
}
