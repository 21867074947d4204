/*
 * job.h - the items of one operand on their way to the outlet.
 *
 * Many jobs run at once; what they write appears in the order of their
 * operands, with the same bytes as if one had followed the other.  A job that
 * has not its turn holds its items in memory (about JOB_BYTES, then it waits
 * for its turn and streams) or in files that have not appeared yet.
 */
#ifndef MODEL_JOB_H
#define MODEL_JOB_H

#include "model/outlet.h"
#include "model/sink.h"
#include "util/input.h"
#include "util/ordered.h"

#define JOB_BYTES ((size_t)32 << 20)

struct job;

/* turns NULL: this is the only job, it has its turn from the start. */
struct job *job_open(struct outlet *o, struct ordered *turns, size_t number);

/* Its items come from in.  -1: with --skip-done that must be a file. */
int job_from(struct job *j, struct input *in, struct err *e);

/* The item is of the shard. */
bool job_wants(const struct job *j, const char *item);

/*
 * One item after another: begin (i is borrowed for the call), rows, then end
 * or fail.  begin may say 1: the item was done before, and neither rows nor an
 * end shall come.  After an error the caller calls job_fail with its words.  A job
 * whose job_stopped is true shall give up.
 */
int job_begin(struct job *j, const struct sink_item *i, struct err *e);
int job_rows(struct job *j, const void *const *data, size_t n, struct err *e);
int job_end(struct job *j, struct err *e);

/* The item begun failed; or, outside of one, the item of that name. */
void job_fail(struct job *j, const char *item, const char *reason);

bool job_stopped(const struct job *j);

/* In its turn: all that was held back goes out.  False if nothing more shall
 * be begun. */
bool job_settle(struct job *j);

/* NULL is allowed. */
void job_close(struct job *j);

#endif
