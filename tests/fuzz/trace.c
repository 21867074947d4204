/* What moe-train --trace wrote. */
#include "fuzz.h"
#include "mutate.h"
#include "report/trace.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input *in = fuzz_input(data, size);
	struct trace t = { 0 };
	struct err e = { "" };

	fuzz_said(trace_read_input(&t, in, 0, &e), &e);
	trace_free(&t);
	input_close(in);
	return 0;
}
