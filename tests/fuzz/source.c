/* Any input as items: what is sniffed, sounds at another rate, gray images. */
#include "fuzz.h"
#include "mutate.h"
#include "model/source.h"

#define ROWS ((size_t)64)
#define NUMBERS_MOST ((size_t)1 << 20) /* more tells no more */

static ptrdiff_t
read_item(struct source *s, const struct item_info *info, struct err *e)
{
	size_t numbers = 0;
	ptrdiff_t got = 1;
	float *x;

	if (info->fault || info->cols > NUMBERS_MOST / ROWS)
		return 0;
	x = malloc(ROWS * info->cols * sizeof(*x));
	FUZZ_HOLDS(x != NULL);
	while (got > 0 && numbers < NUMBERS_MOST) {
		got = source_read(s, x, ROWS, e);
		numbers += got > 0 ? (size_t)got * info->cols : 0;
	}
	free(x);
	return got;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source_opts o = { .channels = 1, .sample_rate = 8000 };
	struct err e = { "" };
	struct source *s = source_open(fuzz_input(data, size), o, &e);
	struct item_info info;
	int more = s ? 1 : -1;

	for (size_t items = 0; more == 1 && items < 100; items++) {
		more = source_next(s, &info, &e);
		if (more == 1)
			fuzz_said((int)read_item(s, &info, &e), &e);
	}
	fuzz_said(more, &e);
	source_close(s);
	return 0;
}
