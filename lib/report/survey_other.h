/*
 * survey_other.h - operands of a survey that hold no items: models, and what
 * trainings leave behind.
 */
#ifndef REPORT_SURVEY_OTHER_H
#define REPORT_SURVEY_OTHER_H

#include "report/subject.h"
#include "report/survey.h"

/* A model, a trace or a log; what cannot be read is said through
 * survey_failed. */
void survey_other(struct survey *s, struct input *in, enum subject kind);

/* --trace FILE. */
int survey_other_trace(struct survey *s, const char *path, struct err *e);

#endif
