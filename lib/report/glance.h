/*
 * glance.h - what a report says, in sentences to be read at a glance.
 */
#ifndef REPORT_GLANCE_H
#define REPORT_GLANCE_H

#include <jansson.h>

/* One sentence each of codes, of decoded items, of vectors, of --against,
 * of all routes, of --trace, as far as the report has them: a new array of
 * strings. */
json_t *glance_figures(const json_t *root);

/* The same, and one for each --fail-if. */
json_t *glance(const json_t *root);

#endif
