/*
 * batch.h - a command's work on all its operands.
 *
 * One operand is worked on in this thread, with a pool for its chunks;
 * several are worked on at once, each in one thread.  The output is the same.
 */
#ifndef MODEL_BATCH_H
#define MODEL_BATCH_H

#include "model/job.h"
#include "model/outlet.h"
#include "util/input.h"
#include "util/opt.h"
#include "util/pool.h"
#include "util/strlist.h"

struct batch {
	struct outlet *outlet;
	struct strlist operands;
	size_t workers;    /* jobs that run at once */
	struct pool *pool; /* for the chunks of the only job, or NULL */
};

/*
 * Options of c and an --index that contradict each other, or a --shard that is
 * none: usage errors.  Sets what o has of them.
 */
int batch_check(const struct opt_common *c, const char *index,
	struct outlet_opts *o, struct err *e);

/* With --skip-done, o's key of what the table of options holds; again, too. */
int batch_sum(const struct opt_common *c, const struct opt *table,
	const char *program, struct outlet_opts *o, struct err *e);

/*
 * Expand the operands, open the outlet (o is completed from c).  An operand
 * that cannot be expanded is told and counted.  With names_known an operand's
 * name is its item's, and two that would write one file are an error here.
 */
int batch_open(struct batch *b, const struct opt_common *c, char *const *argv,
	size_t argc, struct outlet_opts o, bool names_known, struct err *e);

/*
 * Work on all; what: "encoding".  work takes the items of in (which it
 * closes) to job; worker < workers.
 */
typedef void batch_work(
	void *arg, struct input *in, struct job *job, size_t worker);
void batch_run(struct batch *b, const char *what, batch_work *work, void *arg);

/* Finish the output; the exit status. */
int batch_close(struct batch *b);

#endif
