/*
 * outlet.h - where a command's items go: one output for all, or a file each
 * below a folder.
 *
 * Also where failures are told and counted, since they are told in the order
 * of the items.  But for outlet_file, outlet_state and outlet_path, only one
 * thread at a time may call: the one that has the turn.
 */
#ifndef MODEL_OUTLET_H
#define MODEL_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "model/outform.h"
#include "util/apart.h"
#include "util/err.h"
#include "util/ledger.h"
#include "util/output.h"
#include "util/shard.h"

struct outlet_opts {
	const char *output, *dir; /* -o, -O: at most one; neither: stdout */
	const char *index;        /* TSV of item, byte offset, shape; NULL */
	const char *suffix;       /* of files below dir; NULL: an item's own
	                             extension becomes that of its form */
	struct outform form;
	bool force;
	size_t max_errors; /* 0: go on however many fail */

	struct shard shard;    /* the only items wanted */
	bool skip_done;        /* below dir, leave what is done as it is ... */
	struct ledger_key key; /* ... if it was made in the same way */
};

/* The index is text about the items: never between them.  -1 if the options
 * would put it there. */
int outlet_check_index(const struct outlet_opts *o, struct err *e);

/* -1 if output or index would replace one of the n files that options read, or
 * each other. */
int outlet_check_files(const struct outlet_opts *o,
	const struct apart_file *read, size_t n, struct err *e);

struct outlet;
struct outlet *outlet_open(struct outlet_opts o, struct err *e);

/* The work begins. */
void outlet_begin(struct outlet *o);

/* Finish and give the exit status: 0, or 1 if anything failed.  A file named
 * by -o appears only if an item succeeded, or none was in the shard.  Say
 * how many items failed; with skip_done, what was done before and what now. */
int outlet_close(struct outlet *o);

const struct outlet_opts *outlet_options(const struct outlet *o);

/* The output all items share; NULL if each has its own. */
struct output *outlet_shared(struct outlet *o);

/* Path of an item's own file.  malloc'd */
char *outlet_path(
	const struct outlet *o, const char *item, enum outform_kind form);

/* What is known of the file at path, made of an input of this stamp;
 * LEDGER_NEW without skip_done.  In any thread. */
enum ledger_state outlet_state(
	struct outlet *o, const char *path, const char *stamp);

/* Open it: appears when it is committed. */
struct output *outlet_file(const struct outlet *o, const char *path,
	enum ledger_state was, struct err *e);

/* Take the path for an item: -1 if another one has it. */
int outlet_claim(struct outlet *o, const char *path, struct err *e);

/* May another item go to the shared output?  -1 if its form holds only one. */
int outlet_admit(const struct outlet *o, enum outform_kind form, struct err *e);

/* An item arrived whole.  file is its own one at path (committed here), or
 * NULL. */
int outlet_done(
	struct outlet *o, struct output *file, const char *path, struct err *e);

/* The item's own file is in its place: keep that in mind, with skip_done. */
int outlet_list(struct outlet *o, const char *path, const char *stamp,
	enum ledger_state was, struct err *e);

/* The item was done before. */
void outlet_skip(struct outlet *o);

/* A line of the index, if there is one. */
int outlet_note(struct outlet *o, const char *item, uint64_t offset,
	const char *shape, struct err *e);

/* An item failed: say so and count. */
void outlet_failed(struct outlet *o, const char *item, const char *reason);

/* The item that began at this offset of the shared output failed: true if the
 * output cannot go on, since bytes of it went out.  One that was refused before
 * leaves the items before it whole. */
bool outlet_torn(const struct outlet *o, uint64_t offset);

/* The shared output cannot go on. */
void outlet_break(struct outlet *o);

/* True if no more items shall be begun. */
bool outlet_stopped(const struct outlet *o);

#endif
