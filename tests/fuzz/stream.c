/* Records, arrays and what else a stream may hold. */
#include "read.h"
#include "mutate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_both(data, size, (struct stream_opts){ 0 });
	return 0;
}
