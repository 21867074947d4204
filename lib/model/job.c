#include <stdlib.h>

#include "model/entry.h"
#include "model/job.h"
#include "util/mem.h"

/* Files that a job may leave open until its turn. */
#define FILES 16

/* What an entry takes beside its rows, about: its names and metadata. */
#define ENTRY_BYTES ((size_t)4096)

struct job {
	struct outlet *outlet;
	struct ordered *turns;
	size_t number;
	bool mine;    /* it has its turn */
	bool stopped; /* the run ends */
	bool cut;     /* the shared output cannot go on */
	struct entry **entry;
	size_t count, room;
	size_t bytes; /* held in memory */
	struct entry *open;
	char stamp[LEDGER_STAMP]; /* of its input */
};

struct job *
job_open(struct outlet *o, struct ordered *turns, size_t number)
{
	struct job *j = mem_zalloc(1, sizeof(*j));

	j->outlet = o;
	j->turns = turns;
	j->number = number;
	j->mine = !turns;
	return j;
}

void
job_close(struct job *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->count; i++)
		entry_free(j->entry[i]);
	free(j->entry);
	free(j);
}

int
job_from(struct job *j, struct input *in, struct err *e)
{
	if (!outlet_options(j->outlet)->skip_done || ledger_stamp(in, j->stamp))
		return 0;
	return err_set(e,
		"no regular file: --skip-done cannot tell whether it changed");
}

bool
job_wants(const struct job *j, const char *item)
{
	return shard_has(&outlet_options(j->outlet)->shard, item);
}

bool
job_stopped(const struct job *j)
{
	return j->stopped || (j->mine && outlet_stopped(j->outlet));
}

/* All complete entries go out; one that is still open stays. */
static void
drain(struct job *j)
{
	size_t left = 0;

	for (size_t i = 0; i < j->count; i++) {
		struct entry *n = j->entry[i];

		if (n->state == ENTRY_OPEN) {
			j->entry[left++] = n;
			continue;
		}
		if (!outlet_stopped(j->outlet))
			entry_settle(n, j->outlet);
		entry_free(n);
	}
	j->count = left;
	j->bytes = 0;
}

bool
job_settle(struct job *j)
{
	drain(j);
	return !outlet_stopped(j->outlet);
}

/* -1 if the run was stopped meanwhile. */
static int
take_turn(struct job *j, struct err *e)
{
	if (!j->mine && !ordered_wait(j->turns, j->number))
		j->stopped = true;
	else
		j->mine = true;
	if (j->mine)
		drain(j);
	return job_stopped(j) ? err_set(e, "stopped") : 0;
}

static struct entry *
add(struct job *j, struct entry *n)
{
	if (j->count == j->room) {
		j->room = j->room ? 2 * j->room : 4;
		j->entry = mem_grow(j->entry, j->room, sizeof(struct entry *));
	}
	j->entry[j->count++] = n;
	j->bytes += ENTRY_BYTES;
	return n;
}

static int
begin_shared(struct job *j, struct entry *n, struct err *e)
{
	if (entry_begin_shared(n, j->outlet, e) == 0)
		return 0;
	j->cut = outlet_torn(j->outlet, n->offset);
	return -1;
}

static bool
holds_enough(const struct job *j)
{
	return !j->mine && j->bytes > JOB_BYTES;
}

static void
close_entry(struct job *j, enum entry_state state)
{
	j->open->state = state;
	j->open = NULL;
	if (j->mine)
		drain(j);
}

int
job_begin(struct job *j, const struct sink_item *i, struct err *e)
{
	const char *item = meta_get(&i->meta, "item");
	bool apart = !outlet_shared(j->outlet);
	bool full = apart ? j->count >= FILES : holds_enough(j);
	int status;

	if (full && take_turn(j, e) != 0)
		return -1;
	j->open = add(j, entry_new(item ? item : "stdin", i));
	j->open->stamp = j->stamp;
	status = apart ? entry_begin_file(j->open, j->outlet, e) : 0;
	if (status == 1)
		close_entry(j, ENTRY_BEFORE);
	return status;
}

int
job_rows(struct job *j, const void *const *data, size_t n, struct err *e)
{
	struct entry *to = j->open;

	to->rows += n;
	/* Not before: with or without the turn, an item that fails before it
	 * has rows writes nothing. */
	if (!to->sink && j->mine && begin_shared(j, to, e) != 0)
		return -1;
	if (to->sink) {
		if (sink_rows(to->sink, data, n, e) == 0)
			return 0;
		j->cut = !to->path && outlet_torn(j->outlet, to->offset);
		return -1;
	}
	j->bytes += entry_hold(to, data, n);
	if (j->bytes <= JOB_BYTES)
		return 0;
	if (take_turn(j, e) != 0)
		return -1;
	return begin_shared(j, to, e);
}

int
job_end(struct job *j, struct err *e)
{
	struct sink *s = j->open->sink;

	/* Its own file is closed here, so that the turn is short. */
	if (j->open->path) {
		j->open->sink = NULL;
		if (sink_end(s, e) != 0)
			return -1;
	}
	close_entry(j, ENTRY_WHOLE);
	return 0;
}

void
job_fail(struct job *j, const char *item, const char *reason)
{
	struct err stopped; /* job_stopped tells it */

	if (!j->open)
		j->open = add(j, entry_new(item, NULL));
	j->open->reason = mem_strdup(reason);
	close_entry(j, ENTRY_FAILED);
	if (j->cut)
		outlet_break(j->outlet);
	if (holds_enough(j))
		take_turn(j, &stopped);
}
