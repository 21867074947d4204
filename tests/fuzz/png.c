/* PNG images, row by row.  libpng stops at a wrong checksum, so what libFuzzer
 * makes gets right ones. */
#include <zlib.h>

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
	struct png_in *p = png_in_open(in, &(struct limit){ 0 }, &info, &e);
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

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

/* A chunk: bytes of data, a name, the data, the checksum of both. */
static void
seal(uint8_t *data, size_t size)
{
	for (size_t at = 8; at + 12 <= size;) {
		size_t n = get32(data + at);
		uint32_t crc;

		if (n > size - at - 12)
			return;
		crc = (uint32_t)crc32(0, data + at + 4, (uInt)n + 4);
		for (size_t i = 0; i < 4; i++)
			data[at + 8 + n + i] = (uint8_t)(crc >> (24 - 8 * i));
		at += n + 12;
	}
}

/* libFuzzer has both; replays call neither. */
__attribute__((weak)) size_t LLVMFuzzerMutate(
	uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(
	uint8_t *data, size_t size, size_t room, unsigned seed);

size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	size = LLVMFuzzerMutate(data, size, room);
	if (seed % 8 != 0)
		seal(data, size);
	return size;
}
