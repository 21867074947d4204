/*
 * survey_take.h - one operand of a survey: what it is, and who counts it.
 */
#ifndef REPORT_SURVEY_TAKE_H
#define REPORT_SURVEY_TAKE_H

#include "report/survey.h"

/* survey_operand.  What cannot be read is said through survey_failed. */
void survey_take(struct survey *s, const char *path, const char *rel);

#endif
