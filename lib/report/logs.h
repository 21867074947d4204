/*
 * logs.h - the logs of trainings: vq-train --log, moe-train --log.
 *
 * JSON lines, an object each with a number `step`.
 */
#ifndef REPORT_LOGS_H
#define REPORT_LOGS_H

#include <jansson.h>

#include "util/err.h"
#include "util/input.h"

/*
 * Read to the end.  *log is a new reference: item, program (null where the
 * keys do not tell), lines, first_step, last_step, seconds,
 * tokens_per_second, skipped, cut; of each of loss, recon, task, held_error,
 * valid_loss, utilization, perplexity, accuracy, valid_accuracy that is there
 * first_, last_ and best_NAME with best_NAME_step; and points, the lines as
 * they are.
 *
 * A last line that is cut, for its program was killed, is left out, with a
 * warning.  -1: another line is no such object; the message has its number.
 */
int logs_read(struct input *in, const char *item, json_t **log,
	json_t *warnings, struct err *e);

#endif
