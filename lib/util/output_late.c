#include <string.h>
#include <sys/stat.h>

#include "util/output_late.h"

static bool
is_file(const char *path)
{
	struct stat st;

	return path && strcmp(path, "-") != 0 &&
		(stat(path, &st) != 0 || S_ISREG(st.st_mode));
}

int
output_late_begin(struct output **out, const char *path, struct output_opts o,
	bool late, struct err *e)
{
	*out = output_open(path, o, e);
	if (!*out)
		return -1;
	if (late && is_file(path)) {
		output_abort(*out);
		*out = NULL;
	}
	return 0;
}

int
output_late_end(struct output **out, const char *path, struct output_opts o,
	struct err *e)
{
	if (!*out)
		*out = output_open(path, o, e);
	return *out ? 0 : -1;
}
