/*
 * cell.h - a member of a report's JSON object as one word of text.
 */
#ifndef REPORT_CELL_H
#define REPORT_CELL_H

#include <stdbool.h>

#include <jansson.h>

/* True for numbers, strings, booleans and null; false for "<key>_infinite"
 * (it is part of <key>), arrays, objects, and what is not there. */
bool cell_shown(const char *key, const json_t *v);

/* False for what only a program wants, and for what is not known. */
bool cell_in_text(const json_t *o, const char *key);

/* All digits; null is "", infinite is "inf".  malloc'd. */
char *cell_exact(const json_t *o, const char *key);

/* To be read: a few digits, per cent; a perplexity of 10 million and more as a
 * power of 2; null is "-".  malloc'd. */
char *cell_short(const json_t *o, const char *key);

/* A count with commas between thousands, "1,048,576"; else as cell_short.
 * malloc'd. */
char *cell_grouped(const json_t *o, const char *key);

/* What a column of that key is headed with in text. */
const char *cell_heading(const char *key);

#endif
