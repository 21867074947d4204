/*
 * atlas_codes.h - the codes of an atlas: which, in which order, and what they
 * decode to.
 *
 * A code is decoded alone: all other stages and groups give 0; of stages behind
 * the first, what it adds to no code at all is shown, upon the mean.  Net conv, which
 * sees neighbours, decodes it in the middle of a field of itself, 3 x 3 of an
 * image and 3 frames of a sound.  Codes that depend on those of the stage
 * before (basis cond) are those behind its code 0.
 */
#ifndef REPORT_ATLAS_CODES_H
#define REPORT_ATLAS_CODES_H

#include <stdint.h>

#include "model/model.h"
#include "stats/counts.h"

enum atlas_sort { ATLAS_USE, ATLAS_SIMILARITY, ATLAS_INDEX };

struct atlas_codes {
	const struct model *model; /* borrowed */
	size_t column, k;
	enum atlas_sort sort;
	const struct counts *counts; /* borrowed; NULL: not counted */
	size_t n, dim;               /* shown, of k */
	uint32_t *code;              /* [n], in the order shown */
	float *x; /* [n, dim]: samples, or decibels of |x| of sounds */
};

/* At most `most` codes: the most used where they were counted, else the first
 * ones.  columns: how many stand in a row, for an order of similarity that is
 * one along both sides; 1: along one line. */
void atlas_codes_choose(struct atlas_codes *a, size_t most);
int atlas_codes_decode(struct atlas_codes *a, size_t columns, struct err *e);
void atlas_codes_free(struct atlas_codes *a);

/* Tokens of the ith code shown; 0 where nothing was counted. */
uint64_t atlas_codes_count(const struct atlas_codes *a, size_t i);

#endif
