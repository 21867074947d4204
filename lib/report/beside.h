/*
 * beside.h - what the neighbours of codes tell, as members of a report.
 */
#ifndef REPORT_BESIDE_H
#define REPORT_BESIDE_H

#include <jansson.h>

#include "stats/neighbours.h"
#include "stats/tally.h"

/*
 * entropy_given_left_bits, entropy_given_upper_bits and by how much they are
 * low, at least (..._bias_bits), into o and into each of its stages; in o they are sums.
 * Null where the table of pairs was given up, with "joint_limited": true;
 * absent where no code had such a neighbour.
 */
void beside_set(json_t *o, const struct neighbours *b);

/* Tables given up; and of the worst stage that there are too few pairs: less
 * than 5 for each different one, or the bias above a tenth of the entropy that
 * it corrects.  (Where most pairs came once the bias is far larger than it
 * looks: it cannot be above 0.72 bits.) */
void beside_warn(
	json_t *warnings, const struct neighbours *b, const struct tally *t);

#endif
