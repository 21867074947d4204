/* PNG images, row by row. */
#include "fuzz.h"
#include "media/png.h"

/* Rows of more take their time and tell no more. */
#define NUMBERS_MOST ((size_t)1 << 22)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input *in = fuzz_input(data, size);
	struct image_info info;
	struct err e = { "" };
	struct png_in *p = png_in_open(in, &info, &e);
	int status = p ? 0 : -1;

	if (p && info.width * info.channels <= NUMBERS_MOST / info.height) {
		size_t row = info.width * info.channels;
		float *x = malloc(row * sizeof(*x));

		FUZZ_HOLDS(x != NULL);
		for (size_t i = 0; i < info.height && status == 0; i++)
			status = png_in_rows(p, x, 1, &e);
		for (size_t i = 0; i < row && status == 0; i++)
			FUZZ_HOLDS(x[i] >= 0 && x[i] <= 1);
		free(x);
	}
	fuzz_said(status, &e);
	png_in_close(p);
	input_close(in);
	return 0;
}
