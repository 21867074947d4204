#include "tensor/le.h"
#include "tensor/whole.h"

uint64_t
whole_to_u32(uint32_t *dst, const void *src, size_t n, size_t size)
{
	const unsigned char *p = src;
	uint64_t all = 0, u;
	size_t i;

	switch (size) {
	case 8:
		for (i = 0; i < n; i++) {
			u = le_get64(p + 8 * i);
			dst[i] = (uint32_t)(u & UINT32_MAX);
			all |= u;
		}
		break;
	case 4:
		for (i = 0; i < n; i++)
			all |= dst[i] = le_get32(p + 4 * i);
		break;
	case 2:
		for (i = 0; i < n; i++)
			all |= dst[i] = le_get16(p + 2 * i);
		break;
	default:
		for (i = 0; i < n; i++)
			all |= dst[i] = p[i];
	}
	return all;
}
