/*
 * rates.h - tokens a pixel and a second, where an item's metadata tell its
 * size.
 */
#ifndef REPORT_RATES_H
#define REPORT_RATES_H

#include <stdint.h>

#include <jansson.h>

#include "tensor/meta.h"

/* All-zero is empty.  Items whose size is not known are left out. */
struct rates {
	double pixels, pixel_tokens;
	double seconds, second_tokens; /* channels' tokens together */
};

void rates_add(struct rates *r, const struct meta *m, uint64_t tokens);

/* bits_per_pixel and bits_per_second: null where no item has them. */
void rates_set(json_t *o, const struct rates *r, double bits_per_token);

#endif
