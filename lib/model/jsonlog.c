#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/jsonlog.h"
#include "util/jsontext.h"
#include "util/mem.h"
#include "util/trail.h"

struct jsonlog {
	struct trail file;
};

struct jsonlog *
jsonlog_open(const char *path, uint64_t keep, bool force, struct err *e)
{
	struct output_opts o = { .force = force, .text = true };
	struct jsonlog *l = mem_zalloc(1, sizeof(*l));

	if (trail_open(&l->file, path, keep, o, e) == 0)
		return l;
	free(l);
	return NULL;
}

void
jsonlog_put(struct jsonlog *l, json_t *o)
{
	char *text = jsontext(o, JSON_COMPACT | JSON_REAL_PRECISION(9));
	struct trail *t = &l->file;

	json_decref(o);
	if (!text) /* not ours to expect: out of memory */
		t->failed = err_set(&t->why, "out of memory") != 0;
	if (!t->failed)
		t->failed = output_write(t->out, text, strlen(text), &t->why) !=
				0 ||
			output_write(t->out, "\n", 1, &t->why) != 0 ||
			output_flush(t->out, &t->why) != 0;
	free(text);
}

uint64_t
jsonlog_length(const struct jsonlog *l)
{
	return trail_length(&l->file);
}

int
jsonlog_close(struct jsonlog *l, struct err *e)
{
	int status = l ? trail_close(&l->file, e) : 0;

	free(l);
	return status;
}

void
jsonlog_real(json_t *o, const char *key, double v)
{
	json_object_set_new(o, key, isfinite(v) ? json_real(v) : json_null());
}

void
jsonlog_count(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}
