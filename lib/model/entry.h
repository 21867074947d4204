/*
 * entry.h - one item that may have to wait for its turn.
 */
#ifndef MODEL_ENTRY_H
#define MODEL_ENTRY_H

#include <stddef.h>

#include "model/outlet.h"
#include "model/sink.h"

enum entry_state { ENTRY_OPEN, ENTRY_WHOLE, ENTRY_FAILED, ENTRY_BEFORE };

struct entry {
	struct sink_item head; /* owned, with its columns and their names */
	char *item;
	char *place;  /* what its own file is named after */
	char *reason; /* failed: why */
	enum entry_state state;
	size_t rows;          /* so far */
	unsigned char **held; /* [head.cols]: rows that no sink has yet */
	size_t held_rows, room;
	struct sink *sink;   /* NULL: not begun */
	struct output *file; /* its own; NULL: the shared one */
	char *path;
	uint64_t offset;   /* in the shared output */
	const char *stamp; /* of its input; the job's */
	enum ledger_state was;
};

/* For an item; or, with head NULL, for one of which only a failure is told. */
struct entry *entry_new(const char *item, const struct sink_item *head);
void entry_free(struct entry *n);

/* Keep n rows; returns the bytes they take. */
size_t entry_hold(struct entry *n, const void *const *data, size_t rows);

/* Begin in its own file; in any thread.  1: it was done before, and stays as it
 * is.  Its path is claimed when the item is whole: one that failed takes no
 * name. */
int entry_begin_file(struct entry *n, struct outlet *o, struct err *e);

/* In its turn: begin in the shared output, with the rows held so far. */
int entry_begin_shared(struct entry *n, struct outlet *o, struct err *e);

/* In its turn: all that is left to do; n is not open. */
void entry_settle(struct entry *n, struct outlet *o);

#endif
