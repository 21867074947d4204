/* Packed codes of tests/fuzz/packed.vq, unpacked and passed over. */
#include "model/pack_in.h"
#include "read.h"

static struct pack_in packed;
static struct packed_reader reader;

static void
begin(void)
{
	static struct model m;
	struct err e = { "" };

	if (model_load(&m, "tests/fuzz/packed.vq", &e) != 0) {
		fprintf(stderr, "tests/fuzz/packed.vq: %s\n", e.msg);
		abort();
	}
	pack_in_init(&packed, &m);
	reader = pack_in_reader(&packed);
}

static void
skip(const uint8_t *data, size_t size)
{
	struct input *in = fuzz_input(data, size);
	struct record r = { 0 };
	struct err e = { "" };

	while (packed_next(in) && pack_in_skip(in, &r, &e) == 0)
		record_free(&r);
	input_close(in);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!packed.model)
		begin();
	read_both(data, size, (struct stream_opts){ .packed = &reader });
	skip(data, size);
	return 0;
}
