#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/jsonlog.h"
#include "util/mem.h"
#include "util/output.h"

struct jsonlog {
	struct output *out;
	char *path;
	uint64_t kept;
	bool failed; /* why says what */
	struct err why;
};

struct jsonlog *
jsonlog_open(const char *path, uint64_t keep, bool force, struct err *e)
{
	struct output_opts o = { .force = force, .text = true };
	struct output *out = output_append(path, keep, o, e);
	struct jsonlog *l;

	if (!out) {
		err_wrap(e, "%s", path);
		return NULL;
	}
	l = mem_zalloc(1, sizeof(*l));
	l->out = out;
	l->path = mem_strdup(path);
	l->kept = keep;
	return l;
}

void
jsonlog_put(struct jsonlog *l, json_t *o)
{
	char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));

	json_decref(o);
	if (!text) /* not ours to expect: out of memory */
		l->failed = err_set(&l->why, "out of memory") != 0;
	if (!l->failed)
		l->failed = output_write(l->out, text, strlen(text), &l->why) !=
				0 ||
			output_write(l->out, "\n", 1, &l->why) != 0 ||
			output_flush(l->out, &l->why) != 0;
	free(text);
}

uint64_t
jsonlog_length(const struct jsonlog *l)
{
	return l->kept + output_offset(l->out);
}

int
jsonlog_close(struct jsonlog *l, struct err *e)
{
	int status = 0;

	if (!l)
		return 0;
	if (l->failed) {
		*e = l->why;
		output_abort(l->out);
	}
	if (l->failed || output_commit(l->out, e) != 0)
		status = err_wrap(e, "%s", l->path);
	free(l->path);
	free(l);
	return status;
}

void
jsonlog_real(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, isfinite(v) ? json_real(v) : json_null());
}

void
jsonlog_count(json_t *o, const char *key, size_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}
