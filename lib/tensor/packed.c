#include <string.h>

#include "tensor/packed.h"

bool
packed_next(struct input *in)
{
	const unsigned char *p;
	struct err unused;
	ptrdiff_t n = input_peek(in, PACKED_MAGIC_SIZE, &p, &unused);

	return n == (ptrdiff_t)PACKED_MAGIC_SIZE &&
		memcmp(p, PACKED_MAGIC, PACKED_MAGIC_SIZE) == 0;
}
