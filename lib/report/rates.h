/*
 * rates.h - tokens or bits a pixel and a second, where an item's metadata tell
 * its size.
 */
#ifndef REPORT_RATES_H
#define REPORT_RATES_H

#include <jansson.h>

#include "tensor/meta.h"

/* All-zero is empty.  Items whose size is not known are left out.  Seconds are
 * counted in parts of 2^-24, so that the sum does not depend on the order up
 * to 2^29 of them. */
struct rates {
	double pixels, of_pixels;   /* what was added of these items */
	double seconds, of_seconds; /* channels together */
};

/* amount: tokens of the item, or bits. */
void rates_add(struct rates *r, const struct meta *m, double amount);

/* bits_per_pixel and bits_per_second: null where no item has them.  bits: of
 * one of what was added. */
void rates_set(json_t *o, const struct rates *r, double bits);

/* coded_bits_per_pixel and coded_bits_per_second of bits: absent then. */
void rates_set_coded(json_t *o, const struct rates *r);

/* Add what another has. */
void rates_join(struct rates *r, const struct rates *other);

#endif
