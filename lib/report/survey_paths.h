/*
 * survey_paths.h - all operands of a survey, one after another.
 */
#ifndef REPORT_SURVEY_PATHS_H
#define REPORT_SURVEY_PATHS_H

#include "report/survey.h"
#include "util/strlist.h"

/*
 * paths are the files that operands[0..count) stand for (match.h).  With
 * --follow a file that was cut or replaced is read again, and the last line
 * comes behind all.  0, or the status 1 after it said that lines could not be
 * written.
 */
int survey_paths(struct survey *s, const struct strlist *paths,
	char *const *operands, size_t count);

#endif
