/*
 * survey_errors.h - vq-stats --errors: operands are encoded, their codes counted
 * like those of a stream, and their errors summed up (code_errors.h).
 */
#ifndef REPORT_SURVEY_ERRORS_H
#define REPORT_SURVEY_ERRORS_H

#include "report/subject.h"
#include "report/survey.h"
#include "util/input.h"

/* Is an operand of that kind to be encoded? */
bool survey_errors_wants(const struct survey *s, enum subject kind);

/* All items of an operand, which is taken. */
void survey_errors(struct survey *s, struct input *in);

#endif
