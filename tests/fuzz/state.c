/* Files of vq-stats --state: what is taken adds up with itself, or says why
 * not. */
#include "fuzz.h"
#include "mutate.h"
#include "report/state_file.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input *in = fuzz_input(data, size);
	struct state sum = { 0 };
	struct err e = { "" };
	int status = 0;

	while (status == 0 && state_file_next(in)) {
		struct state s = { 0 };

		status = state_file_read(&s, in, &e);
		if (status == 0)
			status = state_add(&sum, &s, &e);
		state_free(&s);
	}
	fuzz_said(status, &e);
	state_free(&sum);
	input_close(in);
	return 0;
}
