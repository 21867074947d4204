#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/account.h"
#include "model/outlet.h"
#include "util/mem.h"
#include "util/names.h"
#include "util/opt_sum.h"
#include "util/progress.h"

/* Files that wait for a common sync. */
#define GROUP 64

struct outlet {
	struct outlet_opts opts;
	struct output *shared, *index;
	struct names_set *taken;
	struct ledger *ledger;
	struct account account;
	size_t unsynced;
	atomic_flag other_model, other_options; /* was said */
	bool spoilt; /* something that is no item failed */
};

static bool
is_stdout(const char *path)
{
	return strcmp(path, "-") == 0 || strcmp(path, "/dev/stdout") == 0;
}

int
outlet_check_index(const struct outlet_opts *o, struct err *e)
{
	const char *out = o->output ? o->output : "-";

	if (!o->index || o->dir)
		return 0;
	if (is_stdout(o->index) && is_stdout(out))
		return err_set(e,
			"--index and the items cannot both go to stdout: use "
			"-o or -O");
	return 0;
}

int
outlet_check_files(const struct outlet_opts *o, const struct apart_file *read,
	size_t n, struct err *e)
{
	const struct apart_file written[] = {
		{ "-o", o->output, .grows = false },
		{ "--index", o->index, .grows = false },
	};
	const struct strlist none = { 0 };

	return apart_check(written, 2, read, n, &none, e);
}

struct outlet *
outlet_open(struct outlet_opts opts, struct err *e)
{
	struct outlet *o = mem_zalloc(1, sizeof(*o));
	struct output_opts how = { .force = opts.force };

	o->opts = opts;
	o->account.shard = opts.shard;
	o->account.skip_done = opts.skip_done;
	o->account.max_errors = opts.max_errors;
	o->taken = names_set_open();
	if (!opts.dir && !(o->shared = output_open(opts.output, how, e))) {
		err_wrap(e, "%s", output_label(opts.output));
		goto fail;
	}
	if (opts.skip_done &&
		!(o->ledger = ledger_open(opts.dir, &opts.key, e)))
		goto fail;
	how.text = true;
	if (opts.index && !(o->index = output_open(opts.index, how, e))) {
		err_wrap(e, "%s", opts.index);
		goto fail;
	}
	return o;
fail:
	ledger_close(o->ledger);
	output_abort(o->shared);
	names_set_close(o->taken);
	free(o);
	return NULL;
}

void
outlet_begin(struct outlet *o)
{
	account_begin(&o->account);
}

/* Of the outputs as a whole. */
static void
spoil(struct outlet *o, const char *output, const struct err *e)
{
	o->spoilt = true;
	say_error(output, e->msg);
}

static void
finish(struct outlet *o, struct output *out, const char *name)
{
	const struct account *a = &o->account;
	bool none = !a->done && (a->failed || o->spoilt || !a->shard.count);
	struct err e;

	if (!out)
		return;
	if (name && strcmp(name, "-") != 0 && (a->torn || none))
		output_abort(out);
	else if (output_commit(out, &e) != 0)
		spoil(o, name ? name : "stdout", &e);
}

int
outlet_close(struct outlet *o)
{
	struct err e;
	int status;

	finish(o, o->shared, o->opts.output);
	finish(o, o->index, o->opts.index);
	if (o->unsynced && output_sync_group(&e) != 0)
		spoil(o, o->opts.dir, &e);
	if (o->ledger && ledger_sync(o->ledger, &e) != 0)
		spoil(o, NULL, &e);
	account_say(&o->account);
	status = o->account.failed || o->account.torn || o->spoilt;
	ledger_close(o->ledger);
	names_set_close(o->taken);
	free(o);
	return status;
}

const struct outlet_opts *
outlet_options(const struct outlet *o)
{
	return &o->opts;
}

struct output *
outlet_shared(struct outlet *o)
{
	return o->shared;
}

static bool
has_extension(const char *path, const char *ext)
{
	size_t n = strlen(path), m = strlen(ext);

	return n > m + 1 && path[n - m - 1] == '.' &&
		strcasecmp(path + n - m, ext) == 0;
}

char *
outlet_path(const struct outlet *o, const char *item, enum outform_kind form)
{
	char *raw = names_unescape(item), *path, *other;

	path = names_output_path(o->opts.dir, raw, o->opts.suffix);
	free(raw);
	if (o->opts.suffix || has_extension(path, outform_extension(form)))
		return path;
	other = names_extension(path, outform_extension(form));
	free(path);
	return other;
}

/* Once; by which option. */
static void
say_options(struct outlet *o, const char *path)
{
	char *was, *by = NULL;

	if (atomic_flag_test_and_set(&o->other_options))
		return;
	was = ledger_how(o->ledger, path);
	if (was && o->opts.key.how)
		by = opt_sum_differ(was, o->opts.key.how);
	say_note("%s: done with other options%s%s%s: done again", o->opts.dir,
		by ? " (" : "", by ? by : "", by ? ")" : "");
	free(by);
	free(was);
}

enum ledger_state
outlet_state(struct outlet *o, const char *path, const char *stamp)
{
	enum ledger_state state;

	if (!o->ledger)
		return LEDGER_NEW;
	state = ledger_check(o->ledger, path, stamp);
	if (state == LEDGER_MODEL && !atomic_flag_test_and_set(&o->other_model))
		say_note(
			"%s: done with another model: done again", o->opts.dir);
	if (state == LEDGER_OPTIONS)
		say_options(o, path);
	return state;
}

struct output *
outlet_file(const struct outlet *o, const char *path, enum ledger_state was,
	struct err *e)
{
	struct output_opts how = { .force = o->opts.force || was != LEDGER_NEW,
		.same = o->opts.skip_done,
		.parents = true,
		.nosync = true,
		.root = *o->opts.dir ? o->opts.dir : "." };
	struct output *out = output_open(path, how, e);

	if (!out)
		err_wrap(e, "%s", path);
	return out;
}

int
outlet_claim(struct outlet *o, const char *path, struct err *e)
{
	if (names_set_add(o->taken, path))
		return 0;
	return err_set(e, "two items would write %s", path);
}

int
outlet_admit(const struct outlet *o, enum outform_kind form, struct err *e)
{
	if (!outform_joins(form) && output_offset(o->shared) > 0)
		return err_set(e,
			"a second item: %s cannot hold several, use -O DIR",
			form == OUTFORM_PNG ? "a PNG" : "a sound file");
	return 0;
}

int
outlet_done(
	struct outlet *o, struct output *file, const char *path, struct err *e)
{
	if (file && output_commit(file, e) != 0)
		return err_wrap(e, "%s", path);
	o->account.done++;
	if (!file || ++o->unsynced < GROUP)
		return 0;
	o->unsynced = 0;
	if (o->ledger && ledger_sync(o->ledger, e) != 0)
		return -1;
	return output_sync_group(e);
}

int
outlet_list(struct outlet *o, const char *path, const char *stamp,
	enum ledger_state was, struct err *e)
{
	if (!o->ledger)
		return 0;
	if (ledger_add(o->ledger, path, stamp, e) != 0)
		return -1;
	o->account.state[was]++;
	account_moved(&o->account);
	return 0;
}

void
outlet_skip(struct outlet *o)
{
	o->account.state[LEDGER_DONE]++;
}

int
outlet_note(struct outlet *o, const char *item, uint64_t offset,
	const char *shape, struct err *e)
{
	char *line, *name;
	int status;

	if (!o->index)
		return 0;
	/* The name that a record brought may hold tabs and newlines. */
	name = names_printable(item);
	line = mem_printf(
		"%s\t%llu\t%s\n", name, (unsigned long long)offset, shape);
	status = output_write(o->index, line, strlen(line), e);
	if (status != 0)
		err_wrap(e, "%s", o->opts.index);
	free(name);
	free(line);
	return status;
}

void
outlet_failed(struct outlet *o, const char *item, const char *reason)
{
	o->account.failed++;
	say_error(item, reason);
}

bool
outlet_torn(const struct outlet *o, uint64_t offset)
{
	return output_broken(o->shared) || output_offset(o->shared) != offset;
}

void
outlet_break(struct outlet *o)
{
	o->account.torn = true;
}

bool
outlet_stopped(const struct outlet *o)
{
	return o->account.torn || account_full(&o->account);
}
