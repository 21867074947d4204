#include <inttypes.h>
#include <stdlib.h>

#include "tensor/slurp.h"
#include "util/mem.h"

/* What is asked for at once, whatever a header says: a part of a stream. */
#define STEP ((size_t)16 << 20)

static size_t
min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

int
slurp_missing(struct err *e, uint64_t at, uint64_t missing)
{
	return err_set(e,
		"the input ends at byte %" PRIu64 ", %" PRIu64
		" bytes are missing",
		at, missing);
}

void *
slurp_upto(struct input *in, size_t n, size_t *got, struct err *e)
{
	unsigned char *buf = NULL;
	size_t room = 0, fill = 0;
	ptrdiff_t r;

	do {
		room = min_size(n, room < STEP ? STEP : 2 * room);
		buf = mem_grow(buf, room, 1);
		r = input_read(in, buf + fill, room - fill, e);
		if (r < 0) {
			free(buf);
			return NULL;
		}
		fill += (size_t)r;
	} while (fill == room && fill < n);
	*got = fill;
	return buf;
}

void *
slurp_exact(struct input *in, uint64_t n, struct err *e)
{
	size_t got;
	void *buf;

	if (n > PTRDIFF_MAX) {
		err_set(e, "%" PRIu64 " bytes do not fit in memory", n);
		return NULL;
	}
	buf = slurp_upto(in, (size_t)n, &got, e);
	if (buf && got < n) {
		slurp_missing(e, input_offset(in), n - got);
		free(buf);
		return NULL;
	}
	return buf;
}
