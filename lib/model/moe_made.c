#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/moe_file.h"
#include "model/moe_made.h"

const char *
moe_made_before(const struct moe_loop_opts *o, const char *output)
{
	struct stat st;

	if (!o->resume || o->force || !output || stat(output, &st) != 0)
		return NULL;
	return S_ISREG(st.st_mode) ? output : NULL;
}

static bool
has(const struct meta *m, const char *key, uint64_t want)
{
	size_t is;

	return meta_size(m, key, &is) == 1 && is == want;
}

static bool
is_of(const struct record *r, const struct moe_opts *o, size_t rows)
{
	const char *router = meta_get(&r->meta, "router");
	size_t skipped = 0;

	meta_size(&r->meta, "skipped", &skipped);
	return moe_file_is(r) && router &&
		strcmp(router, moe_opts_kind_name(o->kind)) == 0 &&
		skipped <= o->steps &&
		has(&r->meta, "steps", o->steps - skipped) &&
		has(&r->meta, "seed", o->seed) &&
		has(&r->meta, "train_rows", rows);
}

int
moe_made_check(const struct moe_training *t, const struct moe_opts *o,
	size_t rows, struct err *e)
{
	struct record r = { 0 };
	bool same;

	if (record_load(&r, t->made, SIZE_MAX, e) != 0)
		return err_wrap(e, "%s: exists (-f replaces it)", t->made);
	same = is_of(&r, o, rows);
	record_free(&r);
	if (same && access(t->loop.checkpoint, F_OK) == 0)
		return 0;
	return err_set(e,
		"%s: exists, and is not what this resumes (-f replaces it)",
		t->made);
}
