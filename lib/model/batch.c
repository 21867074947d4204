#include <stdlib.h>
#include <string.h>

#include "media/sniff.h"
#include "model/batch.h"
#include "util/apart.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/operands.h"
#include "util/opt_sum.h"
#include "util/progress.h"

static void
bad_operand(void *arg, const char *path, const char *reason)
{
	outlet_failed(arg, path, reason);
}

/* What an operand's item would write; malloc'd. */
static char *
path_of(const struct batch *b, const char *operand)
{
	bool in = strcmp(operand, "-") == 0;
	char *item = names_escape(in ? "stdin" : operand);
	char *path = outlet_path(b->outlet, item, OUTFORM_RECORD);

	free(item);
	return path;
}

/* The operand before `second` that would write path, too. */
static int
written_twice(
	const struct batch *b, size_t second, const char *path, struct err *e)
{
	char *const *operand = b->operands.item;
	bool same = false;
	size_t first;

	for (first = 0; first < second; first++) {
		char *other = path_of(b, operand[first]);

		same = strcmp(other, path) == 0;
		free(other);
		if (same)
			break;
	}
	if (strcmp(operand[first], operand[second]) == 0)
		return err_set(e, "two items would write %s: %s is named twice",
			path, operand[first]);
	return err_set(e, "two items would write %s: %s and %s", path,
		operand[first], operand[second]);
}

/* Two operands that would write one file, found before any work. */
static int
check_names(const struct batch *b, struct err *e)
{
	struct names_set *seen = names_set_open();
	int status = 0;

	for (size_t i = 0; i < b->operands.count && status == 0; i++) {
		char *path = path_of(b, b->operands.item[i]);

		if (!names_set_add(seen, path))
			status = written_twice(b, i, path, e);
		free(path);
	}
	names_set_close(seen);
	return status;
}

/* The index would be all that is left of an item.  An output of the items may
 * replace one: that was read. */
static int
check_index(const struct batch *b, const char *index, struct err *e)
{
	const struct apart_file written = { .option = "--index",
		.path = index };

	return apart_check(&written, 1, NULL, 0, &b->operands, e);
}

int
batch_check(const struct opt_common *c, const char *index,
	struct outlet_opts *o, struct err *e)
{
	o->output = c->output;
	o->dir = c->output_dir;
	o->index = index;
	o->skip_done = c->skip_done;
	if (o->output && o->dir)
		return err_set(e, "-o and -O exclude each other");
	if (o->skip_done && !o->dir)
		return err_set(e, "--skip-done needs a file an item: -O DIR");
	if (o->skip_done && index)
		return err_set(e,
			"--index is of all items: not with --skip-done "
			"(vq-stats --list shows items and shapes)");
	if (c->shard && shard_parse(c->shard, &o->shard, e) != 0)
		return err_wrap(e, "--shard");
	return outlet_check_index(o, e);
}

int
batch_sum(const struct opt_common *c, const struct opt *table,
	const char *program, struct outlet_opts *o, struct err *e)
{
	free(o->key.how);
	o->key.how = NULL;
	if (!c->skip_done)
		return 0;
	return opt_sum(table, program, &o->key.options, &o->key.how, e);
}

int
batch_open(struct batch *b, const struct opt_common *c, char *const *argv,
	size_t argc, struct outlet_opts o, bool names_known, struct err *e)
{
	size_t threads = c->threads ? c->threads : pool_cores();
	int found;

	*b = (struct batch){ 0 };
	o.force = c->force;
	o.max_errors = c->max_errors;
	b->outlet = outlet_open(o, e);
	if (!b->outlet)
		return -1;
	found = operands_maybe(&b->operands, argv, argc, c->files_from, c->null,
		bad_operand, b->outlet, e);
	/* Where a job goes on, there may be nothing new; a part may be empty. */
	if (found < 0 || (found > 0 && !o.skip_done && !o.shard.count) ||
		check_index(b, o.index, e) != 0)
		return -1;
	if (o.dir && names_known && check_names(b, e) != 0)
		return -1;
	b->workers = threads;
	if (b->operands.count < threads)
		b->workers = b->operands.count;
	if (b->workers <= 1) {
		b->workers = 1;
		b->pool = pool_open(threads);
	}
	return 0;
}

struct run {
	struct batch *b;
	batch_work *work;
	void *arg;
	struct job **job; /* [operands] */
};

/* All that the operand is belongs to other shards: only tensors may hold items
 * of other names. */
static bool
elsewhere(const struct job *j, const char *path, struct input *in)
{
	char *name = names_escape(input_label(path));
	bool wanted = job_wants(j, name);
	enum media kind;
	struct err unused;

	free(name);
	return !wanted &&
		!(in && sniff_media(in, &kind, &unused) == 0 &&
			kind == MEDIA_TENSOR);
}

static void
do_job(struct run *r, struct ordered *turns, size_t i, size_t worker)
{
	const char *path = r->b->operands.item[i];
	struct job *j = job_open(r->b->outlet, turns, i);
	struct err e;
	struct input *in = input_open(path, &e);

	r->job[i] = j;
	if (elsewhere(j, path, in)) {
		input_close(in);
		return;
	}
	say_verbose("%s", input_label(path));
	if (in && job_from(j, in, &e) == 0) {
		r->work(r->arg, in, j, worker);
		return;
	}
	job_fail(j, input_label(path), e.msg);
	input_close(in);
}

static void
work(void *arg, struct ordered *o, size_t item, size_t worker)
{
	do_job(arg, o, item, worker);
}

static bool
turn(void *arg, size_t item)
{
	struct run *r = arg;
	bool more = job_settle(r->job[item]);

	job_close(r->job[item]);
	r->job[item] = NULL;
	progress_update(item + 1, NULL);
	return more;
}

void
batch_run(struct batch *b, const char *what, batch_work *fn, void *arg)
{
	static const struct ordered_ops ops = { work, turn };
	size_t n = b->operands.count;
	struct run r = { b, fn, arg, mem_zalloc(n, sizeof(struct job *)) };

	outlet_begin(b->outlet);
	if (outlet_stopped(b->outlet))
		n = 0;
	progress_start(what, n == 1 ? "rows" : "items", n == 1 ? 0 : n);
	if (n == 1) {
		do_job(&r, NULL, 0, 0);
		job_settle(r.job[0]);
	} else {
		ordered_run(&ops, &r, n, b->workers);
	}
	progress_end();
	for (size_t i = 0; i < b->operands.count; i++)
		job_close(r.job[i]);
	free(r.job);
}

int
batch_close(struct batch *b)
{
	int status = b->outlet ? outlet_close(b->outlet) : 1;

	pool_close(b->pool);
	strlist_free(&b->operands);
	*b = (struct batch){ 0 };
	return status;
}
