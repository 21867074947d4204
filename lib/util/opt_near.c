#include "util/near.h"
#include "util/opt_near.h"

const char *
opt_near(const struct opt *rows, const char *name, size_t n)
{
	struct near s;

	near_init(&s, name, n);
	for (size_t i = 0; rows[i].name; i++)
		near_try(&s, rows[i].name);
	return s.found;
}
