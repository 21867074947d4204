/* Headers of .npy: what is taken is written back and read again. */
#include "fuzz.h"
#include "tensor/npy.h"

static void
again(const struct npy *h)
{
	size_t n;
	char *text = npy_header(h->dtype, h->rank, h->shape, 0, &n);
	struct input *in = fuzz_input((const uint8_t *)text, n);
	struct npy back;
	struct err e;

	FUZZ_HOLDS(npy_read(in, &back, &e) == 0);
	FUZZ_HOLDS(back.rank == h->rank && back.bytes == h->bytes);
	FUZZ_HOLDS(memcmp(back.shape, h->shape, h->rank * sizeof(size_t)) == 0);
	input_close(in);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input *in = fuzz_input(data, size);
	struct err e = { "" };
	struct npy h;
	int status = npy_read(in, &h, &e);

	fuzz_said(status, &e);
	if (status == 0)
		again(&h);
	input_close(in);
	return 0;
}
