/*
 * logs.h - the logs of trainings: vq-train --log, moe-train --log.
 *
 * JSON lines, an object each with a number `step`.
 */
#ifndef REPORT_LOGS_H
#define REPORT_LOGS_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "util/err.h"
#include "util/input.h"

/* What was read of one; all-zero: nothing yet. */
struct logs {
	json_t *points; /* the lines as they are; NULL: none came */
	size_t line;    /* blank ones too */
	size_t odd;     /* lines with NaN or Infinity (log_json.h) */
	double odd_step;
	bool cut; /* the last line is not whole, and left out */
};
void logs_free(struct logs *l);

/* One more line, without its end.  -1: no line of a log; the message has its
 * number. */
int logs_line(struct logs *l, const char *text, size_t n, struct err *e);

/* What logs_read gives, of the lines so far; NULL: there are none. */
json_t *logs_report(const struct logs *l, const char *item, json_t *warnings);

/*
 * Read to the end.  *log is a new reference: item, program (null where the
 * keys do not tell), lines, first_step, last_step, seconds,
 * tokens_per_second, skipped, cut; of each of loss, recon, task, held_error,
 * valid_loss, utilization, perplexity, accuracy, valid_accuracy that is there
 * first_, last_ and best_NAME with best_NAME_step; and points, the lines as
 * they are.
 *
 * A last line that is cut, for its program was killed, is left out, with a
 * warning; so is NaN or Infinity, which is read as null.  -1: another line is no such object; the message has its number.
 */
int logs_read(struct input *in, const char *item, json_t **log,
	json_t *warnings, struct err *e);

#endif
