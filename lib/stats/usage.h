/*
 * usage.h - the numbers about codebooks (DESIGN section 5) from counts.
 *
 * A figure that cannot be given is NaN: all but codes, used and dead without
 * tokens; utilization and the like where k is not known (codes 0).
 */
#ifndef STATS_USAGE_H
#define STATS_USAGE_H

#include <stddef.h>
#include <stdint.h>

#include "stats/tally.h"

struct usage {
	uint64_t tokens;          /* N */
	size_t codes;             /* k, or a sum of them; 0: not known */
	size_t used, dead;        /* hit at least once; k - used */
	size_t near_dead;         /* of used: see ranking.h, also for */
	double gini, top_share;   /* these two */
	double utilization;       /* used / k */
	double expected;          /* what uniform use would show at this N */
	double tokens_per_code;   /* N / k */
	double entropy_bits;      /* plug-in */
	double entropy_bias_bits; /* by how much it is low, about */
	double perplexity;        /* 2^entropy_bits */
	double bits_per_token;    /* log2 k, or a sum of them */
};

/* 1 - (1 - 1/k)^n, exact also where it is near 0 or 1; k >= 1. */
double usage_expected(uint64_t n, size_t k);

/* (used - 1) / (2 n ln 2): Miller and Madow, 1955. */
double usage_entropy_bias_bits(size_t used, uint64_t n);

/* Tokens that are enough to judge k codes: 5 k, where uniform use shows more
 * than 99 % of any table. */
uint64_t usage_enough(size_t k);

/* One column; k 0: not known. */
struct usage usage_column(const struct counts *c, size_t k);

/*
 * All columns together: codes, used, dead, near_dead, entropy_bits and
 * bits_per_token are sums, utilization = used / codes, expected is of used /
 * codes too, perplexity = 2^entropy_bits: of tokens with independent columns,
 * to be held against the joint one.  Not known if one of the columns' k is not;
 * gini and top_share are those of the column if there is but one.
 */
struct usage usage_total(const struct usage *col, size_t cols);

/* Whole tokens: used, entropy_bits, its bias and perplexity; codes is 0, and
 * the figures are NaN where the table of tokens was full.  Nothing is said of
 * its near_dead, gini, top_share. */
struct usage usage_joint(const struct tally *t);

#endif
