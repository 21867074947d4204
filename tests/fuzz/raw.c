/* Rows without a header: a line that says which (--raw), then their bytes. */
#include "read.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size < 60 ? size : 60);
	struct stream_opts o = { 0 };
	struct err e = { "" };
	char text[64] = "";
	size_t n;
	int status;

	if (!end)
		return 0;
	n = (size_t)(end - data);
	memcpy(text, data, n);
	status = raw_format_parse(text, &o.raw, &e);
	fuzz_said(status, &e);
	if (status == 0)
		read_both(end + 1, size - n - 1, o);
	return 0;
}
