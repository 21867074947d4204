/*
 * centre.h - what is taken off the codes of a search where their mean will not
 * do.
 *
 * A few codes far from the rest draw the mean away from it; as all are rounded
 * at their distance from the centre, the rest would then look alike.
 */
#ifndef KERNEL_CENTRE_H
#define KERNEL_CENTRE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * code is [k, d]; start [k] has -|c - centre|^2 / 2.  Where all but an eighth
 * of the codes (of 3 to 15: all but one) lie closer to one of them than 1/32 of
 * its distance from centre, this becomes their mean, and start is of no use any
 * longer: true.  Else, and where these are all the same, nothing is changed.
 */
bool centre_settle(const float *code, size_t k, size_t d, const float *start,
	float *centre);

#endif
