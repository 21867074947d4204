/*
 * verdict.h - what a reader of the figures must be warned of.
 */
#ifndef REPORT_VERDICT_H
#define REPORT_VERDICT_H

#include <stddef.h>

#include <jansson.h>

#include "stats/tally.h"

/* Nobody said k of so many stages: one warning for all.  column and k (the
 * guess) are of the last of them. */
void verdict_guessed(json_t *warnings, size_t stages, size_t column, size_t k);

/* Too few tokens to judge the largest codebook; too many different tokens. */
void verdict_tally(json_t *warnings, const struct tally *t, const size_t *k);

/* Too few tokens to tell near-dead codes of the largest codebook: they are none
 * then. */
void verdict_note(json_t *notes, const struct tally *t, const size_t *k);

#endif
