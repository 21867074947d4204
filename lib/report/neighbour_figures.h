/*
 * neighbour_figures.h - what the neighbours of codes tell: members of a report.
 */
#ifndef REPORT_NEIGHBOUR_FIGURES_H
#define REPORT_NEIGHBOUR_FIGURES_H

#include <jansson.h>

#include "stats/neighbours.h"
#include "stats/tally.h"
#include "tensor/stream.h"

/* What the tokens of an item are on, by its main tensor and the key `media`:
 * [h, w, r] of an image, also without the key, [t, c, r] of a sound. */
enum neighbours_grid neighbour_figures_grid(const struct part *p);

/*
 * entropy_given_left_bits, entropy_given_upper_bits, by how much they are low,
 * at least (..._bias_bits), and enough_neighbours into o and into each of its
 * stages; in o they are sums, and there are enough if there are in each stage.
 * Absent where no code had such a neighbour; null where the table of pairs was
 * given up, with "joint_limited": true.
 *
 * enough_neighbours is false where there are less than 5 pairs for each
 * different one, or where the bias is above a tenth of the entropy that it
 * corrects.  (Where most pairs came once the bias is far larger than it looks:
 * it cannot be above 0.72 bits.)
 */
void neighbour_figures_set(json_t *o, const struct neighbours *b);

/* Tables given up. */
void neighbour_figures_warn(json_t *warnings, const struct neighbours *b);

/* Of the worst stage without enough neighbours, how many would be: no figure
 * of the codes themselves depends on it, so it is no warning. */
void neighbour_figures_note(
	json_t *notes, const struct neighbours *b, const struct tally *t);

#endif
