#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "report/accumulate.h"
#include "report/state_file.h"
#include "util/lock.h"
#include "util/progress.h"

/* 1: a regular file; 0: there is none. */
static int
look(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0)
		return S_ISREG(st.st_mode) ? 1
					   : err_set(e, "not a regular file");
	return errno == ENOENT ? 0 : err_set(e, "%s", strerror(errno));
}

/* The only one in its file. */
static int
read_file(struct state *s, const char *path, struct err *e)
{
	struct input *in = input_open(path, e);
	const unsigned char *p;
	int status;

	if (!in)
		return -1;
	status = state_file_read(s, in, e);
	if (status == 0 && input_peek(in, 1, &p, e) != 0) {
		state_free(s);
		status = err_set(e, "several states: --merge joins them");
	}
	input_close(in);
	return status;
}

int
accumulate_read(struct state *s, const char *path, struct err *e)
{
	int there = look(path, e);

	if (there == 0)
		return 0;
	if (there > 0 && read_file(s, path, e) == 0)
		return 0;
	return err_wrap(e, "%s", path);
}

int
accumulate_write(struct accumulating *a, const struct state *s,
	const char *path, bool force, struct err *e)
{
	a->out = output_open(path, (struct output_opts){ .force = force }, e);
	if (a->out && state_file_write(s, a->out, e) == 0)
		return 0;
	accumulate_abort(a);
	return err_wrap(e, "%s", path);
}

static void
say_waiting(const char *path)
{
	say_verbose("%s: another run is adding to it: waiting", path);
}

int
accumulate_add(struct accumulating *a, const struct state *run,
	const char *path, struct state *total, struct err *e)
{
	int lock = lock_take(path, say_waiting, e), status;

	if (lock < 0)
		return err_wrap(e, "%s", path);
	a->locked = true;
	a->lock = lock;
	total->keys = run->keys;
	status = accumulate_read(total, path, e);
	if (status == 0 && state_add(total, run, e) != 0)
		status = err_wrap(e, "%s", path);
	if (status == 0)
		status = accumulate_write(a, total, path, true, e);
	if (status != 0) {
		accumulate_abort(a);
		state_free(total);
	}
	return status;
}

static void
unlock(struct accumulating *a)
{
	if (a->locked)
		lock_drop(a->lock);
	*a = (struct accumulating){ 0 };
}

int
accumulate_commit(struct accumulating *a, struct err *e)
{
	int status = a->out ? output_commit(a->out, e) : 0;

	unlock(a);
	return status;
}

void
accumulate_abort(struct accumulating *a)
{
	output_abort(a->out);
	unlock(a);
}
