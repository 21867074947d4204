/*
 * trainlog.h - the progress of training as JSON lines, one a report.
 *
 * Keys: step, seconds, loss, recon, vq, entropy (with its weight), utilization, used, codes, tokens (N of
 * the window that utilization and perplexity were measured on), perplexity,
 * rate, skipped, halved (guard.h; where it is not 0), held_error (of the last checkpoint; trainer.h); where a model is
 * gone on with also churn and drift (drift.h), of the same checkpoint.  A figure
 * that is not finite is null.  The file grows while
 * the training runs, so that it can be followed.
 */
#ifndef MODEL_TRAINLOG_H
#define MODEL_TRAINLOG_H

#include "model/trainer.h"

struct trainlog;

/* An existing file is refused without force; "-" is stderr, since stdout may
 * be the model's. */
struct trainlog *trainlog_open(const char *path, bool force, struct err *e);

/* One that is gone on with: its first keep bytes stay, and it has run for so
 * many seconds. */
struct trainlog *trainlog_go_on(
	const char *path, uint64_t keep, double seconds, struct err *e);

/* Bytes so far. */
uint64_t trainlog_length(const struct trainlog *l);
void trainlog_write(struct trainlog *l, const struct trainer_report *r);

/* -1 if anything could not be written.  Frees l; NULL is allowed. */
int trainlog_close(struct trainlog *l, struct err *e);

#endif
