/*
 * stage_depth.h - how many stages a row's decoder sees in training.
 *
 * With probability `dropout` a uniform prefix of the stages (stage dropout:
 * Zeghidour et al. 2021, section 3.4), so that a prefix decodes; else all.
 */
#ifndef MODEL_STAGE_DEPTH_H
#define MODEL_STAGE_DEPTH_H

#include "util/rng.h"

/* 1 .. stages; 0 <= dropout <= 1. */
size_t stage_depth(size_t stages, double dropout, struct rng *r);

#endif
