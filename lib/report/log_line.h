/*
 * log_line.h - the lines of a training log (vq-train --log, moe-train --log) as
 * they come.
 */
#ifndef REPORT_LOG_LINE_H
#define REPORT_LOG_LINE_H

#include <jansson.h>

#include "report/render.h"
#include "util/err.h"
#include "util/input.h"

#define LOG_LINE_MAX ((size_t)1 << 20)

/* 1: *line is the next one, of *n bytes without its end, malloc'd; 0: the end;
 * -1: it cannot be read, or its last byte is not there. */
int log_line_next(struct input *in, char **line, size_t *n, struct err *e);

/* What is shown of a line: in JSON all of it, else its chief figures, of
 * layers the worst load_cv and the sum of dead_experts.  A new reference. */
json_t *log_line_figures(const json_t *line, enum render as, const char *state);

#endif
