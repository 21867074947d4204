/*
 * worst.h - the rows of a report, the worst first.
 */
#ifndef REPORT_WORST_H
#define REPORT_WORST_H

#include <stdbool.h>

#include <jansson.h>

/*
 * A new array of the same rows, by *key; where that is NULL, by the first of
 * psnr_db, log_spectral_distance_db, snr_db, mse, perplexity, max_violation
 * that any row has, which *key becomes (NULL: none does).  Of errors, dead
 * codes, uneven use and the like the largest value comes first, of all others
 * the least, of names the first.  Rows where it is not known, or infinite, come
 * last; equal ones stay in order.
 */
json_t *worst_first(const json_t *rows, const char **key);

/* True if the largest value of that figure is the worst. */
bool worst_is_most(const char *key);

#endif
