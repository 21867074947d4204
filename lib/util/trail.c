#include <stdlib.h>

#include "util/mem.h"
#include "util/trail.h"

int
trail_open(struct trail *t, const char *path, uint64_t keep,
	struct output_opts o, struct err *e)
{
	*t = (struct trail){ .out = output_append(path, keep, o, e),
		.kept = keep };
	if (!t->out)
		return err_wrap(e, "%s", path);
	t->path = mem_strdup(path);
	return 0;
}

uint64_t
trail_length(const struct trail *t)
{
	return t->kept + output_offset(t->out);
}

int
trail_close(struct trail *t, struct err *e)
{
	int status = 0;

	if (t->failed) {
		*e = t->why;
		output_abort(t->out);
	}
	if (t->failed || output_commit(t->out, e) != 0)
		status = err_wrap(e, "%s", t->path);
	free(t->path);
	*t = (struct trail){ 0 };
	return status;
}
