#include <stddef.h>
#include <string.h>

#include "util/machine.h"

const char *
machine_layout(void)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return sizeof(size_t) == 8 ? "le64" : "le32";
#else
	return sizeof(size_t) == 8 ? "be64" : "be32";
#endif
}

int
machine_check(const char *layout, struct err *e)
{
	if (!layout)
		layout = "le64";
	if (strcmp(layout, machine_layout()) == 0)
		return 0;
	return err_set(e,
		"made on another kind of machine (%.20s, here %s), and only "
		"of use on such a one",
		layout, machine_layout());
}
